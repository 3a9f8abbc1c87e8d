import Synchronization

/// Rows on their way, readable from any thread while they are.
public final class EmulationCounts: Sendable {
  private let sentRows = Atomic<Int64>(0)
  private let acknowledgedRows = Atomic<Int64>(0)
  private let failedRows = Atomic<Int64>(0)

  public init() {}

  /// Rows handed to the publisher.
  public var sent: Int64 { sentRows.load(ordering: .relaxed) }
  /// Rows that the brokers have.
  public var acknowledged: Int64 { acknowledgedRows.load(ordering: .relaxed) }
  /// Rows that the publisher gave up on.
  public var failed: Int64 { failedRows.load(ordering: .relaxed) }
  /// Rows of which nobody knows yet.
  public var waiting: Int64 { max(0, sent - acknowledged - failed) }

  func addSent(_ rows: Int) { sentRows.add(Int64(rows), ordering: .relaxed) }
  /// For publishers: the brokers have so many rows more.
  public func addAcknowledged(_ rows: Int) { acknowledgedRows.add(Int64(rows), ordering: .relaxed) }
  /// For publishers: so many rows more will not arrive.
  public func addFailed(_ rows: Int) { failedRows.add(Int64(rows), ordering: .relaxed) }
}
