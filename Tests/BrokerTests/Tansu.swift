import Foundation
import Kafka

/// A Kafka broker by others, started for a test on a free port and stopped with it; it keeps everything in memory.
///
/// scripts/brokers fetches it. Tests that need it are `.enabled(if: Tansu.isThere)`.
final class Tansu {
  static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let program = packageRoot.appending(path: ".tansu/tansu")

  /// Whether it was fetched.
  static let isThere = FileManager.default.isExecutableFile(atPath: program.path)

  /// The setting `bootstrap.servers`.
  let bootstrap: String
  private let process = Process()
  // While this is open, the broker runs: it also ends if the tests crash.
  private let lifeline = Pipe()

  /// Starts it, and returns when it answers.
  init() throws {
    bootstrap = "127.0.0.1:\(try Self.freePort())"
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      // It does not heed SIGTERM.
      "-c", #""$0" "$@" >/dev/null 2>&1 & read -r _; kill -9 $!"#, Self.program.path,
      "broker", "--listener-url", "tcp://\(bootstrap)", "--advertised-listener-url", "tcp://\(bootstrap)",
      "--storage-engine", "memory://tansu/",
    ]
    process.standardInput = lifeline
    try process.run()
    let client = try KafkaClient(settings)
    // Refused at first; the client tries until the time is over.
    _ = try client.topics(milliseconds: 20_000)
    client.close()
  }

  deinit { stop() }

  /// Ends it, with all that it keeps.
  func stop() {
    guard process.isRunning else { return }
    try? lifeline.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Settings to reach it.
  var settings: KafkaSettings { ["bootstrap.servers": bootstrap] }

  func createTopic(_ name: String, partitions: Int) throws {
    let client = try KafkaClient(settings)
    try client.createTopic(name, partitions: partitions)
    client.close()
  }

  /// A port that nobody listens on at the moment.
  private static func freePort() throws -> UInt16 {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutableBytes(of: &address) { bytes in
      let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
      return bind(socket, address, length) + getsockname(socket, address, &length)
    }
    guard result == 0 else { throw CocoaError(.fileNoSuchFile) }
    return UInt16(bigEndian: address.sin_port)
  }
}
