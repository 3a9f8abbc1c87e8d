import Foundation
import Synchronization
import TestSupport

/// A `hitmon` that a test starts, signals and watches; killed with it.
final class Instance: Sendable {
  /// How it ended.
  struct Ended {
    /// The exit code, or the signal that killed it.
    var exit: Int32
    var wasKilled: Bool
    var log: String
  }

  /// `hitmon`, which the package builds beside the test bundle.
  private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "hitmon")

  private nonisolated(unsafe) let process = Process()
  // One thread feeds.
  private nonisolated(unsafe) let input: FileHandle
  private let output: String

  /// - Parameter environment: variables beside those that every instance has.
  init(_ arguments: [String], in scratch: Scratch, environment: [String: String] = [:]) throws {
    // Writing to one that was killed is an error like others.
    signal(SIGPIPE, SIG_IGN)
    output = scratch.write("", "\(UUID().uuidString).log")
    process.executableURL = Self.program
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: scratch.path)
    process.environment = [
      "PATH": "/usr/bin:/bin", "HITMON_PLUGINS": Tansu.packageRoot.appending(path: "plugins").path, "COLUMNS": "100",
      "HITMON_PORT": "0",
    ].merging(environment) { $1 }
    let pipe = Pipe()
    input = pipe.fileHandleForWriting
    process.standardInput = pipe
    process.standardOutput = FileHandle.nullDevice
    // A file, not a pipe: what a pipe does not hold would stop it.
    process.standardError = try FileHandle(forWritingTo: URL(filePath: output))
    try process.run()
  }

  deinit {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// What it has written to standard error so far.
  var log: String { String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self) }

  var isRunning: Bool { process.isRunning }

  /// Writes to its standard input.
  func feed(_ bytes: [UInt8]) throws { try input.write(contentsOf: Data(bytes)) }

  func closeInput() { try? input.close() }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Ends it as a power cut would.
  func killNow() {
    send(SIGKILL)
    process.waitUntilExit()
  }

  /// Waits for its end; kills it if that does not come.
  func end() throws -> Ended {
    do {
      try wait("hitmon did not end") { !process.isRunning }
    } catch {
      killNow()
      throw TimeOut(description: "\(error):\n\(log)")
    }
    return Ended(exit: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal, log: log)
  }

  /// Sends a signal and waits for the end.
  func stop(_ signal: Int32 = SIGINT) throws -> Ended {
    send(signal)
    return try end()
  }
}

struct TimeOut: Error, CustomStringConvertible {
  let description: String
}

/// Waits until a condition holds; generous, since the machine may be busy.
func wait(_ failure: @autoclosure () -> String, seconds: Int = 120, _ condition: () throws -> Bool) throws {
  let end = ContinuousClock.now + .seconds(seconds)
  while try !condition() {
    guard ContinuousClock.now < end else { throw TimeOut(description: failure()) }
    usleep(5_000)
  }
}
