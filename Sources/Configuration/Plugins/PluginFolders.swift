/// Where plugins are looked for, in order, and what is there.
package struct PluginFolders: Sendable {
  /// A plugin as found: the file that is used, and others of its name that it hides.
  package struct Entry: Sendable {
    package let name: String
    package let path: String
    package let hidden: [String]
  }

  package private(set) var paths: [String]
  /// Texts that take the place of files, by their paths.
  package var texts: [String: [UInt8]] = [:]
  /// Plugins whose file is known.
  private var known: [String: String] = [:]

  /// These folders, each once.
  package init(_ paths: [String]) {
    var seen: Set<String> = []
    self.paths = paths.filter { path in
      seen.insert(resolvedPath(path) ?? path).inserted
    }
  }

  /// The usual places for a pipeline: its folder, a folder `plugins` in or beside it, `./plugins`, `$HITMON_PLUGINS`, and
  /// those installed with the program.
  package init(pipeline path: String, executable: String?, environment: (String) -> String?) {
    let own = parent(of: path)
    var paths = [own, own == "." ? "plugins" : "\(own)/plugins", Self.beside(own), "plugins"]
    if let more = environment("HITMON_PLUGINS") { paths += more.split(separator: ":").map(String.init) }
    if let executable { paths.append("\(Self.beside(parent(of: executable), name: "share/hitmon/plugins"))") }
    self.init(paths.filter(isDirectory))
  }

  /// `plugins` beside a folder, by the shorter name where that can be told from the path alone.
  private static func beside(_ own: String, name: String = "plugins") -> String {
    let last = own.split(separator: "/").last
    guard let last, last != "..", last != "." else { return "\(own)/../\(name)" }
    let parent = parent(of: own)
    return parent == "." ? name : parent == "/" ? "/\(name)" : "\(parent)/\(name)"
  }

  /// Takes this file for a plugin, whatever the folders have; others of its folder are found first.
  package mutating func use(_ path: String, for name: String) {
    known[name] = path
    let ending = "\(name).yaml"
    guard path == ending || path.hasSuffix("/\(ending)") else { return }
    let root = path.dropLast(ending.count).dropLast()
    let first = path == ending ? "." : root.isEmpty ? "/" : String(root)
    paths = PluginFolders([first] + paths).paths
  }

  /// The file of a plugin; the first that there is.
  package func find(_ name: String) -> String? {
    guard !name.isEmpty, !name.split(separator: "/").contains("..") else { return nil }
    return known[name]
      ?? paths.lazy.map { Self.join($0, "\(name).yaml") }.first { texts[$0] != nil || isFile($0) }
  }

  private static func join(_ folder: String, _ name: String) -> String { folder == "." ? name : "\(folder)/\(name)" }

  /// The folders, and those in them where plugins may lie.
  package var withSubfolders: [String] {
    var all: [String] = []
    _ = entries(folder: { all.append($0) })
    return all
  }

  /// Every plugin that can be found, by name.
  package var entries: [Entry] { entries(folder: { _ in }) }

  /// `folder` is told of every folder that is looked into.
  private func entries(folder note: (String) -> Void) -> [Entry] {
    var found: [String: [String]] = [:]
    for path in paths {
      var visited = 0
      func visit(_ folder: String, _ prefix: String, depth: Int) {
        note(folder)
        for name in Configuration.entries(of: folder) {
          visited += 1
          // A pipeline may lie in a folder that holds anything.
          guard visited < 2000 else { return }
          let file = Self.join(folder, name)
          if isDirectory(file) {
            let isAnother = paths.contains { $0 != path && $0 == file }
            if depth < 3, !isAnother { visit(file, "\(prefix)\(name)/", depth: depth + 1) }
          } else if name.hasSuffix(".yaml") {
            let plugin = prefix + name.dropLast(5)
            if Self.isPlugin(file, named: plugin) { found[plugin, default: []].append(file) }
          }
        }
      }
      visit(path, "", depth: 0)
    }
    return found.sorted { $0.key < $1.key }.map {
      Entry(name: $0.key, path: $0.value[0], hidden: Array($0.value.dropFirst()))
    }
  }

  /// Whether a file calls itself a plugin of that name: pipelines and other files lie in the same folders.
  private static func isPlugin(_ path: String, named name: String) -> Bool {
    guard case .success(let bytes) = readFile(path) else { return false }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).contains { line in
      guard line.hasPrefix("plugin:") else { return false }
      let rest = line.dropFirst(7).prefix { $0 != "#" }
      return rest.filter { $0 != " " && $0 != "\"" && $0 != "'" } == name
    }
  }
}
