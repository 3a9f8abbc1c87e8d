import Foundation

/// The built program, as a user starts it.
struct Program {
  /// What one start of the program came to.
  struct Result {
    var exit: Int32
    var out: String
    var error: String
  }

  static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// `hitmon`, which the package builds beside the test bundle.
  static let path: String = {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    return own.appendingPathComponent("hitmon").path
  }()

  /// Where the program is started: a folder of the test's own.
  let folder: Folder

  init(_ folder: Folder = Folder()) { self.folder = folder }

  /// Starts the program and waits for its end.
  ///
  /// - Parameters:
  ///   - input: what standard input holds.
  ///   - signal: a signal that is sent once `ready` says so.
  func callAsFunction(
    _ arguments: String..., input: String = "", environment: [String: String] = [:], signal: Int32? = nil,
    ready: () -> Bool = { true }
  ) throws -> Result {
    try self(arguments: arguments, input: input, environment: environment, signal: signal, ready: ready)
  }

  func callAsFunction(
    arguments: [String], input: String = "", environment: [String: String] = [:], signal: Int32? = nil,
    ready: () -> Bool = { true }
  ) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    // Several tests run the pipeline at a time, and a page has a port to itself.
    var variables = [
      "PATH": "/usr/bin:/bin", "HITMON_PLUGINS": "\(Self.packageRoot)/plugins", "COLUMNS": "100", "HITMON_PORT": "0",
    ]
    variables.merge(environment) { $1 }
    process.environment = variables
    // Files, not pipes: what a pipe does not hold would stop the program.
    let stem = UUID().uuidString
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder.write(input, "\(stem).in")))
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.write("", "\(stem).out")))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.write("", "\(stem).err")))
    try process.run()
    if let signal {
      wait { ready() || !process.isRunning }
      kill(process.processIdentifier, signal)
      // A program that does not end is an error, which its exit tells, and must not keep the tests waiting.
      wait { !process.isRunning }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    process.waitUntilExit()
    return Result(exit: process.terminationStatus, out: folder.read("\(stem).out"), error: folder.read("\(stem).err"))
  }
}

/// Waits for a condition; gives up where it does not come to hold at all, on however busy a machine.
private func wait(_ condition: () -> Bool) {
  let end = Date().addingTimeInterval(120)
  while !condition(), Date() < end { Thread.sleep(forTimeInterval: 0.01) }
}

/// A folder of a test's own, removed with it.
final class Folder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "hitmon-command-\(UUID().uuidString)"
    try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  func write(_ text: String, _ name: String) -> String {
    try! Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
    return self(name)
  }

  func read(_ name: String) -> String {
    FileManager.default.contents(atPath: self(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Whether a file in it has a text; those of a program's output are among them.
  func contains(_ text: String) -> Bool {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).contains { read($0).contains(text) }
  }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self(name)) }

  /// A pipeline without sinks over rows of two numbers.
  func pipeline(_ sections: String = "") -> String {
    write(
      """
      pipeline: pairs
      record: {format: csv, fields: {a: u8, b: f64}}
      histograms: {a: {of: a, bins: 'integers 0..3'}}

      """ + sections, "pairs.yaml")
  }
}

/// The JSON objects of a text that must hold nothing else, a line each.
func messages(_ text: String) throws -> [[String: Any]] {
  try text.split(separator: "\n").map { line in
    guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
      throw CocoaError(.propertyListReadCorrupt)
    }
    return object
  }
}

/// A count of a result message.
func count(_ name: String, of message: [String: Any]) -> Int? { (message["counts"] as? [String: Any])?[name] as? Int }
