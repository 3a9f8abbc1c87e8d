import ArgumentParser
import Connectors
import Dashboard
import Diagnostics
import Histograms
import Results

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw a histogram of a file of results as a picture.",
    discussion: """
      A histogram that is split is drawn with its parts over one another; NAME/VALUE is one of them. All windows of the \
      last run in the file are added up, unless --over says otherwise.

        hitmon plot results.jsonl occupancy/0 -o occupancy.svg
        hitmon plot results.jsonl drift_time --over last:10 --log -o drift.png

      SVG needs nothing else. PNG is drawn by rsvg-convert, of Debian's package librsvg2-bin.

      Exit codes: 0 the picture is written, 2 something could not be read or drawn.
      """)

  @Argument(
    help: ArgumentHelp("Results, one JSON message a line, packed or not; - is standard input.", valueName: "file"))
  var file: String

  @Argument(help: ArgumentHelp("The histogram.", valueName: "name"))
  var name: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The picture: a name that ends with .svg or .png.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("Which windows: total, window for the last one, or last:N.", valueName: "windows"))
  var over = "total"

  @Flag(help: "Draw counts on a logarithmic scale.")
  var log = false

  @Option(help: "The picture's size in pixels, WIDTHxHEIGHT.")
  var size = "800x500"

  private var isPNG: Bool { output.lowercased().hasSuffix(".png") }
  /// How many of the last windows; nil for all.
  private var last: Int? { over == "window" ? 1 : over.hasPrefix("last:") ? Int(over.dropFirst(5)) : nil }
  private var pixels: [Double] {
    size.split(separator: "x", omittingEmptySubsequences: false).compactMap { Int($0) }.filter {
      (100...10_000).contains($0)
    }
    .map(Double.init)
  }

  func validate() throws {
    guard isPNG || output.lowercased().hasSuffix(".svg") else {
      throw ValidationError("--output takes a name that ends with .svg or .png, not \(output)")
    }
    guard over == "total" || last.map({ $0 > 0 }) == true else {
      throw ValidationError("--over takes total, window or last:N, not \(over)")
    }
    guard pixels.count == 2 else { throw ValidationError("--size takes 100x100 to 10000x10000, not \(size)") }
  }

  func run() throws {
    do {
      let svg = try picture(of: try read()).svg()
      try writeFile(isPNG ? png(svg) : Array(svg.utf8), to: output, uses: FileUses(inputs: [file]))
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
  }

  /// What the windows add up to.
  private func read() throws -> ResultTotal {
    let reader = try LineReader(path: file)
    var total = ResultTotal()
    var newest: [ResultContent] = []
    var filter = LogFilter()
    while try reader.advance() {
      guard !reader.isBlank else { continue }
      let content: ResultContent
      do {
        guard try reader.withLine({ try filter.admits($0) }) else { continue }
        content = try reader.withLine { try ResultContent(reading: $0) }
      } catch {
        throw ConnectorError("\(reader.name):\(reader.number): \(error)")
      }
      guard let last else {
        total.add(content)
        continue
      }
      newest.append(content)
      if newest.count > last { newest.removeFirst() }
    }
    for content in newest { total.add(content) }
    guard total.windows > 0 else { throw ConnectorError("there are no results in \(file)") }
    return total
  }

  private func picture(of total: ResultTotal) throws -> Picture {
    let parts = total.all.filter { $0.name == name || $0.name.hasPrefix(name + "/") }
    guard let first = parts.first else {
      let names = total.all.map(\.name)
      let bases = names.map { String($0.prefix { $0 != "/" }) }
      let unique = bases.enumerated().filter { bases.firstIndex(of: $0.element) == $0.offset }.map(\.element)
      let hint =
        suggestion(for: name, from: names + unique).map { "did you mean \($0)?" }
        ?? "there are \(unique.joined(separator: ", "))"
      throw ConnectorError("there is no histogram \(name) in \(file); \(hint)")
    }
    if parts.count > 1, first.histogram.isMap {
      throw ConnectorError("maps cannot be drawn over one another: choose one, such as \(first.name)")
    }
    let head = total.head
    let windows = "\(total.windows) \(total.windows == 1 ? "window" : "windows")"
    var picture = Picture(
      title: parts.count == 1 && first.name != name || first.name == first.histogram.title
        ? first.name
        : parts.count == 1 && name.contains("/") ? "\(first.histogram.title) (\(name))" : first.histogram.title,
      note: "\(head?.pipeline ?? ""), \(windows) of run \(head?.run ?? "")",
      parts: parts.map { (String($0.name.drop { $0 != "/" }.dropFirst()), $0.histogram) })
    picture.isLog = log
    (picture.width, picture.height) = (pixels[0], pixels[1])
    return picture
  }

  /// Has rsvg-convert draw the picture.
  private func png(_ svg: String) throws -> [UInt8] {
    let (source, drawn) = (try ScratchFile(Array(svg.utf8)), try ScratchFile([]))
    let words = ["rsvg-convert", "--format", "png"]
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, source.descriptor, 0)
    posix_spawn_file_actions_adddup2(&actions, drawn.descriptor, 1)
    var process = pid_t()
    var status: Int32 = 0
    guard posix_spawnp(&process, words[0], &actions, nil, &arguments, environ) == 0 else {
      throw ConnectorError("PNG is drawn by rsvg-convert, which is not here: install librsvg2-bin, or write an .svg")
    }
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    guard status == 0, let bytes = drawn.bytes, !bytes.isEmpty else {
      throw ConnectorError("rsvg-convert could not draw \(output)")
    }
    return bytes
  }
}

/// A file without a name, for programs that are handed bytes and hand some back.
private final class ScratchFile {
  let descriptor: Int32

  /// Stands at its beginning.
  init(_ bytes: [UInt8]) throws {
    let folder = environmentValue("TMPDIR") ?? "/tmp"
    var name = Array("\(folder)/hitmon-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    let count = descriptor < 0 ? -1 : bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    if descriptor >= 0 { unlink(name) }
    guard count == bytes.count else {
      throw ConnectorError("cannot write a file in \(folder): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// All that it holds.
  var bytes: [UInt8]? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    let size = Int(status.st_size)
    var isRead = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = max(0, pread(descriptor, buffer.baseAddress, size, 0))
      isRead = count == size
    }
    return isRead ? bytes : nil
  }
}
