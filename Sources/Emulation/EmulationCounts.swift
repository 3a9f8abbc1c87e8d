import Synchronization

/// Rows on their way, readable from any thread while they are.
package final class EmulationCounts: Sendable {
  private let sentRows = Atomic<Int64>(0)
  private let acknowledgedRows = Atomic<Int64>(0)
  private let failedRows = Atomic<Int64>(0)

  package init() {}

  /// Rows handed to the publisher.
  package var sent: Int64 { sentRows.load(ordering: .relaxed) }
  /// Rows that the brokers have.
  package var acknowledged: Int64 { acknowledgedRows.load(ordering: .relaxed) }
  /// Rows that the publisher gave up on.
  package var failed: Int64 { failedRows.load(ordering: .relaxed) }
  /// Rows of which nobody knows yet.
  package var waiting: Int64 { max(0, sent - acknowledged - failed) }

  func addSent(_ rows: Int) { sentRows.add(Int64(rows), ordering: .relaxed) }
  /// For publishers: the brokers have so many rows more.
  package func addAcknowledged(_ rows: Int) { acknowledgedRows.add(Int64(rows), ordering: .relaxed) }
  /// For publishers: so many rows more will not arrive.
  package func addFailed(_ rows: Int) { failedRows.add(Int64(rows), ordering: .relaxed) }
}
