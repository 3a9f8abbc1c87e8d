import Operators

/// What a run came to.
public struct RunTotals: Sendable {
  public var counts = RowCounts()
  public var windows = 0
  public var seconds = 0.0
  public var bytes: Int64 = 0

  public init() {}

  public var rowsPerSecond: Double { seconds > 0 ? Double(counts.records + counts.malformed) / seconds : 0 }
}

/// Who is told how a run goes: the terminal, a log, a test.
public protocol RunObserver: AnyObject {
  /// Called often; `done` and `total` are bytes or rows of the source.
  func progress(rows: Int64, done: Int64, total: Int64?)
  /// A window was handed to every sink.
  func published(_ window: PublishedWindow)
  /// Something that the user should know, such as a malformed row: one sentence.
  func warning(_ message: String)
}

/// A window as published.
public struct PublishedWindow: Sendable {
  public let index: Int64
  public let counts: RowCounts
  /// Hits of each chamber, where there is a count or histogram by chamber; for one line on the terminal.
  public let name: String
}
