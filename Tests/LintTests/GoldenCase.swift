import Configuration
import Diagnostics
import Foundation
import Runtime
import Testing

/// One `Golden/NAME.yaml`: a pipeline with a mistake, which may begin with comment lines that give options of the command
/// line (`# --window SPEC`, `# --set path=value`) or take the plugins away (`# no plugins`).
struct GoldenCase: CustomTestStringConvertible {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
  static let all = names(in: folder).map { GoldenCase(name: $0) }

  /// The variables that the cases use. The token must never be printed.
  static let variables = ["DATA": "/data", "BINS": "64", "EMPTY": "", "TOKEN": "hunter2"]

  let name: String

  var testDescription: String { name }
  var path: String { Self.folder.appending(path: name + ".yaml").path }
  var text: URL { Self.folder.appending(path: name + ".txt") }

  private static func names(in folder: URL) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  func request() throws -> Pipeline.Request {
    var request = Pipeline.Request(path: path)
    request.pluginDirectories = [Self.folder.appending(path: "plugins").path]
    let lines = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self).split(separator: "\n")
    for line in lines.prefix(while: { $0.hasPrefix("# ") }) {
      if line.hasPrefix("# --set ") { request.overrides.append(String(line.dropFirst(8))) }
      if line.hasPrefix("# --window ") { request.window = String(line.dropFirst(11)) }
      if line == "# no plugins" { request.pluginDirectories = [] }
    }
    return request
  }

  /// Loads the pipeline as every command does.
  func load() throws -> (pipeline: Pipeline?, findings: Findings) {
    let findings = Findings()
    let pipeline = try Pipeline.load(request(), environment: { Self.variables[$0] }, findings: findings)
    return (pipeline, findings)
  }

  /// What is printed, with paths from the folder of the cases on.
  static func printed(_ findings: Findings) -> String {
    let printer = FindingPrinter(colour: false)
    let text = printer.text(findings) + "\n\n" + printer.summary(findings) + "\n"
    return text.replacing(folder.path + "/", with: "")
  }
}
