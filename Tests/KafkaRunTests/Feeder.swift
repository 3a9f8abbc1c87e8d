import Foundation
import Simulation
import Synchronization
import TestSupport

/// Writes rows while runs read them, on a thread of its own.
final class Feeder: Sendable {
  private let isDone = Atomic(false)
  private let failed = Atomic(false)

  struct Message {
    var value: [UInt8]?
    var key: String?
    /// Nil where the key's orbit decides.
    var partition: Int?

    init(value: [UInt8]?, key: String?, partition: Int) {
      self.value = value
      self.key = key
      self.partition = partition
    }

    /// A row alone.
    init(_ row: TelescopeRow) {
      var bytes: [UInt8] = []
      row.appendCSV(to: &bytes)
      value = Array(bytes.dropLast())
      key = "\(row.orbit)"
    }
  }

  /// Writes `perSecond` rows a second, one a message or several of a partition, keyed by their orbit.
  convenience init(_ lab: Lab, _ rows: [TelescopeRow], perSecond: Int, rowsPerMessage: Int = 1) throws {
    var messages: [Message] = []
    var gathered = Array(repeating: [TelescopeRow](), count: lab.partitions)
    func finish(_ partition: Int) {
      guard let first = gathered[partition].first else { return }
      var bytes: [UInt8] = []
      for row in gathered[partition] { row.appendCSV(to: &bytes) }
      messages.append(Message(value: Array(bytes.dropLast()), key: "\(first.orbit)", partition: partition))
      gathered[partition] = []
    }
    for row in rows {
      let partition = Int(row.orbit) % lab.partitions
      gathered[partition].append(row)
      if gathered[partition].count >= rowsPerMessage { finish(partition) }
    }
    for partition in gathered.indices { finish(partition) }
    try self.init(lab, messages, perSecond: max(1, perSecond / rowsPerMessage))
  }

  /// Writes `perSecond` messages a second.
  init(_ lab: Lab, _ messages: [Message], perSecond: Int) throws {
    nonisolated(unsafe) let writer = try lab.writer()
    let partitions = lab.partitions
    let step = max(1, perSecond / 200)
    // A producer that has yet to meet the partitions' brokers writes to one long before it writes to another.
    let first = min(messages.count, max(step, 200))
    for message in messages[..<first] {
      try writer.write(message.value, key: message.key, to: message.partition ?? Int(message.key!)! % partitions)
    }
    try writer.flush()
    let thread = Thread { [self] in
      do {
        for start in stride(from: first, to: messages.count, by: step) {
          for message in messages[start..<min(start + step, messages.count)] {
            try writer.write(
              message.value, key: message.key, to: message.partition ?? Int(message.key!)! % partitions)
          }
          usleep(5_000)
        }
        try writer.close()
      } catch {
        failed.store(true, ordering: .releasing)
      }
      isDone.store(true, ordering: .releasing)
    }
    thread.start()
  }

  var hasEnded: Bool { isDone.load(ordering: .acquiring) }

  /// Waits until everything is written and acknowledged.
  func end() throws {
    try wait("the rows were not all written") { hasEnded }
    if failed.load(ordering: .acquiring) { throw TimeOut(description: "writing rows failed") }
  }
}
