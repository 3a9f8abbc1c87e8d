import Foundation

/// kcat, a Kafka client by others, with the same librdkafka as hitmon.
enum Kcat {
  /// Runs it and gives what it printed.
  static func run(_ arguments: String..., input: String = "") throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["kcat"] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["LD_LIBRARY_PATH": Tansu.packageRoot.appending(path: ".librdkafka").path]) { $1 }
    let (inward, outward) = (Pipe(), Pipe())
    process.standardInput = inward
    process.standardOutput = outward
    try process.run()
    try inward.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try inward.fileHandleForWriting.close()
    let output = outward.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }
}
