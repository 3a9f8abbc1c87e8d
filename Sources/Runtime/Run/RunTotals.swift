import Columns
import Connectors
import Operators

/// What a run came to.
public struct RunTotals: Sendable {
  public var counts = RowCounts()
  public var windows = 0
  /// Rows that are in no window published; they are in `counts` too.
  public var unpublished = RowCounts()
  /// The first row that could not be decoded: its place, what is wrong with it, and the row.
  public var firstMalformed: String?
  public var seconds = 0.0
  public var bytes: Int64 = 0
  /// From the end of a window until it was safe in every sink.
  public var latencies = LatencyHistogram()
  /// Windows with rows that are not complete and not published; the next run reads their rows again.
  public var openWindows = 0
  /// What the programs did that compute columns.
  public var programs: [ExternalProgram.Totals] = []

  public init() {}

  /// Whether the input had rows and none of them was one of the pipeline's record.
  public var isNothingDecoded: Bool { counts.isNothingDecoded }
  /// Whether the input had no row at all.
  public var isWithoutRows: Bool { counts.rows == 0 }

  public var rowsPerSecond: Double { seconds > 0 ? Double(counts.records + counts.malformed) / seconds : 0 }
}

/// Who is told how a run goes: the terminal, a log, a test. Notes may come on any thread.
public protocol RunObserver: AnyObject {
  /// Called often.
  func progress(_ progress: RunProgress)
  /// A window was handed to every sink.
  func published(_ window: PublishedWindow)
  /// A row that could not be decoded, with its number from 1 in its file or partition: the first few of each piece of the
  /// input, in order.
  func malformed(_ row: MalformedRow, number: Int64)
  /// Something that the user should know, such as a malformed row: one sentence.
  func warning(_ message: String)
  /// Something that happened outside, such as brokers that went away or came back: one sentence.
  func note(_ message: String)
  /// A changed pipeline counts from here on.
  func tookOver(_ pipeline: Pipeline, _ change: PipelineChange)
  /// A changed pipeline cannot take over: why, in a sentence. The run goes on as it was.
  func refused(_ pipeline: Pipeline, _ reason: String)
}

extension RunObserver {
  public func malformed(_ row: MalformedRow, number: Int64) {}
  public func tookOver(_ pipeline: Pipeline, _ change: PipelineChange) {}
  public func refused(_ pipeline: Pipeline, _ reason: String) {}
}

/// How far a run is behind those who write to its input.
public struct RunLag: Sendable, Equatable {
  /// Rows that are written and not counted, as many to a message as there were so far.
  public let rows: Int64
  /// Since the last row that was counted was written; 0 where there is no other behind it.
  public let seconds: Double

  init?(_ lag: SourceLag?, rowsRead: Int64) {
    guard let lag else { return nil }
    let perMessage = lag.messagesRead > 0 ? max(1, Double(rowsRead) / Double(lag.messagesRead)) : 1
    rows = Int64(saturating: (Double(lag.messages) * perMessage).rounded())
    seconds = lag.seconds
  }
}

/// How far a run is.
public struct RunProgress: Sendable {
  public var rows: Int64
  /// Bytes or rows of the source; nobody knows the total of a stream.
  public var done: Int64
  public var total: Int64?
  public var lag: RunLag?
}

/// A window as published.
public struct PublishedWindow: Sendable {
  public let index: Int64
  public let counts: RowCounts
  public let lag: RunLag?
  /// Nanoseconds from the end of the last window that is safe in every sink until it was.
  public let latency: Int64?
  /// Windows that some sink's brokers have not taken yet, if the oldest has waited for long; else 0.
  public let overdue: Int
}
