import Configuration
import Diagnostics
import ChainExecution
import Specifications

extension Pipeline {
  /// The record that a pipeline or a plugin describes.
  ///
  /// - Parameters:
  ///   - name: a pipeline or a plugin: a file, or the name of a plugin.
  ///   - request: where plugins are looked for.
  /// - Returns: nil where there are errors, which are reported.
  /// - Throws: a sentence where there is no such file or plugin.
  package static func format(
    of name: String, _ request: (String) -> Request, environment: @escaping (String) -> String?, findings: Findings
  ) throws(UnreadableFile) -> (any RecordFormat)? {
    let own = request(name)
    var folders = own.folders(environment: environment)
    var plugin = name
    if configurationFiles(in: name).first == name {
      guard let node = try own.loader(environment, findings).read(path: name) else { return nil }
      guard node[SectionKeys.pipeline] == nil, let word = node[SectionKeys.plugin]?.scalar else {
        return try load(own, environment: environment, findings: findings)?.plan.format
      }
      plugin = word.text
      folders.use(name, for: plugin)
    } else if folders.find(name) == nil {
      let near = suggestion(for: name, from: folders.entries.map(\.name)).map { "; did you mean \($0)?" } ?? ""
      throw UnreadableFile(message: "there is no pipeline or plugin \(name)\(near)")
    }
    // Round the plugin goes the shortest pipeline that there is.
    let text = "pipeline: record\nuses: [\"\(plugin)\"]\nhistograms: {rows: {count: hits}}\n"
    let path = "the pipeline round \(name)"
    folders.texts[path] = Array(text.utf8)
    guard let declaration = try own.loader(environment, findings, folders: folders).load(path: path) else { return nil }
    return check(declaration, findings: findings)?.plan.format
  }
}
