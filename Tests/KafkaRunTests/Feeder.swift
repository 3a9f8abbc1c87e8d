import Foundation
import Simulation
import Synchronization

/// Writes rows while runs read them, on a thread of its own.
final class Feeder: Sendable {
  private let isDone = Atomic(false)
  private let failed = Atomic(false)

  /// Writes `perSecond` rows a second, one a message or several of a partition, keyed by their orbit.
  init(_ lab: Lab, _ rows: [TelescopeRow], perSecond: Int, rowsPerMessage: Int = 1) throws {
    let writer = try lab.writer()
    let partitions = lab.partitions
    nonisolated(unsafe) let only = writer
    let thread = Thread { [self] in
      do {
        let step = max(1, perSecond / 200)
        var gathered = Array(repeating: [TelescopeRow](), count: partitions)
        for start in stride(from: 0, to: rows.count, by: step) {
          for row in rows[start..<min(start + step, rows.count)] {
            let partition = Int(row.orbit) % partitions
            gathered[partition].append(row)
            if gathered[partition].count >= rowsPerMessage {
              try only.write(gathered[partition], key: "\(gathered[partition][0].orbit)", to: partition)
              gathered[partition] = []
            }
          }
          usleep(5_000)
        }
        for (partition, rest) in gathered.enumerated() where !rest.isEmpty {
          try only.write(rest, key: "\(rest[0].orbit)", to: partition)
        }
        try only.close()
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
