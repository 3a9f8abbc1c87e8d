import Foundation
import Kafka

/// A folder in which the commands of a page are run one after the other, as a reader would in a fresh checkout.
///
/// Where a page says `localhost:9092`, there is a broker: one of the tests' own, whose address takes that place.
final class Shell {
  let folder: URL
  /// What `export NAME=value` has set.
  private var exports: [String: String] = [:]
  private lazy var broker = Result { try EmbeddedBroker() }
  /// Addresses as pages have them, and as they are.
  private var addresses: [(page: String, own: String)] = []

  static let placeholder = "localhost:9092"

  /// The program beside the tests: both are built together.
  static let program: URL = {
    let tests = URL(filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "")
    let beside = tests.deletingLastPathComponent().appending(path: "hitmon")
    return FileManager.default.isExecutableFile(atPath: beside.path)
      ? beside : Package.root.appending(path: ".build/debug/hitmon")
  }()

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "hitmon-docs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["pipelines", "plugins", "python", "docs", "Sources", "Makefile", "scripts"] {
      try FileManager.default.createSymbolicLink(
        at: folder.appending(path: name), withDestinationURL: Package.root.appending(path: name))
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func write(_ text: String, _ name: String) throws {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try own(text).write(to: file, atomically: true, encoding: .utf8)
  }

  /// Runs a command line; gives its exit code and everything that it printed, in order, with the page's addresses.
  func run(_ command: String) throws -> (status: Int32, output: String) {
    if let setting = command.wholeMatch(of: /export ([A-Z_]+)=(\S+)/) {
      exports[String(setting.output.1)] = try own(String(setting.output.2))
      return (0, "")
    }
    let process = try process(command)
    // A command that never ends must not keep the tests waiting.
    process.executableURL = URL(filePath: "/usr/bin/timeout")
    process.arguments = ["120", "/bin/bash"] + (process.arguments ?? [])
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, page(String(decoding: bytes, as: UTF8.self)))
  }

  /// Starts a command that goes on until it is stopped.
  func start(_ command: String) throws -> RunningCommand {
    let process = try process(command)
    return try RunningCommand(process, output: folder.appending(path: "\(UUID().uuidString).out")) { [unowned self] in
      page($0)
    }
  }

  /// Notes that an address of the page stands for another.
  func identify(_ page: String, with own: String) {
    if !addresses.contains(where: { $0.page == page }) { addresses.append((page, own)) }
  }

  private func process(_ command: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    // make has nothing to build here: the program is that beside the tests.
    let line = command.hasPrefix("make ") ? "make -s -o build RELEASE=hitmon \(command.dropFirst(5))" : command
    process.arguments = ["-c", try own(line)]
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] =
      Shell.program.deletingLastPathComponent().path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    environment["HITMON_BROKERS"] = nil
    // Pages have the port that is free, not the one that the text shows.
    environment["HITMON_PORT"] = "0"
    process.environment = environment.merging(exports) { $1 }
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// A text of the page with the addresses that there are.
  private func own(_ text: String) throws -> String {
    if text.contains(Shell.placeholder), !addresses.contains(where: { $0.page == Shell.placeholder }) {
      addresses.append((Shell.placeholder, try broker.get().bootstrap))
    }
    return addresses.reduce(text) { $0.replacing($1.page, with: $1.own) }
  }

  /// A text that a program printed with the addresses of the page.
  private func page(_ text: String) -> String { addresses.reduce(text) { $0.replacing($1.own, with: $1.page) } }

  static func has(_ tool: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
  }
}

/// A command in a terminal of its own, until Ctrl-C.
final class RunningCommand {
  private let process: Process
  private let file: URL
  private let page: (String) -> String

  /// `page` puts the addresses of the page into what the command printed.
  init(_ process: Process, output file: URL, page: @escaping (String) -> String) throws {
    self.process = process
    self.file = file
    self.page = page
    FileManager.default.createFile(atPath: file.path, contents: nil)
    let handle = try FileHandle(forWritingTo: file)
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// The whole lines that it has printed so far.
  var lines: [String] {
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return page(text).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// Waits until it has printed so many lines or has ended, at most a minute.
  func wait(for count: Int) {
    let end = Date().addingTimeInterval(60)
    while lines.count < count, process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.05) }
  }

  /// Ctrl-C, as a terminal sends it: to the command and all that it has started. Gives the exit code.
  func stop() -> Int32 {
    kill(-process.processIdentifier, SIGINT)
    let end = Date().addingTimeInterval(60)
    while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.05) }
    if process.isRunning { kill(-process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    // make ends by the signal itself.
    return process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
  }
}
