import Foundation

/// A folder of a test's own, removed with it.
package final class Scratch {
  package let path: String

  package init() {
    path = NSTemporaryDirectory() + "hitmon-runtime-\(UUID().uuidString)"
    try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file; gives its path.
  @discardableResult
  package func write(_ bytes: [UInt8], _ name: String) -> String {
    try! Data(bytes).write(to: URL(fileURLWithPath: self(name)))
    return self(name)
  }

  @discardableResult
  package func write(_ text: String, _ name: String) -> String { write(Array(text.utf8), name) }

  package func bytes(_ name: String) -> [UInt8] {
    FileManager.default.contents(atPath: self(name)).map { Array($0) } ?? []
  }

  /// Runs a program that packs files, such as gzip, in the folder.
  package func run(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(program: program, status: process.terminationStatus) }
  }

  package struct Failed: Error {
    package let program: String
    package let status: Int32
  }
}
