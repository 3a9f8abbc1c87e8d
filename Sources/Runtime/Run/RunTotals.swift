import Columns
import Connectors
import ChainExecution

/// What a run came to.
package struct RunTotals: Sendable {
  package var counts = RowCounts()
  package var windows = 0
  /// Rows that are in no window published; they are in `counts` too.
  package var unpublished = RowCounts()
  /// The first row that could not be decoded: its place, what is wrong with it, and the row.
  package var firstMalformed: String?
  package var seconds = 0.0
  package var bytes: Int64 = 0
  /// From the end of a window until it was safe in every sink.
  package var latencies = LatencyHistogram()
  /// Windows with rows that are not complete and not published; the next run reads their rows again.
  package var openWindows = 0
  /// Windows that were published and do not count: others have read their rows, or this run has again.
  package var voidWindows = 0
  /// What the programs did that compute columns.
  package var programs: [ExternalProgram.Totals] = []

  package init() {}

  /// Whether the input had rows and none of them was one of the pipeline's record.
  package var isNothingDecoded: Bool { counts.isNothingDecoded }
  /// Whether the input had no row at all.
  package var isWithoutRows: Bool { counts.rows == 0 }

  package var rowsPerSecond: Double { seconds > 0 ? Double(counts.records + counts.malformed) / seconds : 0 }
}

/// Who is told how a run goes: the terminal, a log, a test. Notes may come on any thread.
package protocol RunObserver: AnyObject {
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
  /// What holds for now, such as that the run waits for others; nil when it is over.
  func standing(_ sentence: String?)
  /// A changed pipeline counts from here on.
  func tookOver(_ pipeline: Pipeline, _ change: PipelineChange)
  /// A changed pipeline cannot take over: why, in a sentence. The run goes on as it was.
  func refused(_ pipeline: Pipeline, _ reason: String)
}

extension RunObserver {
  package func malformed(_ row: MalformedRow, number: Int64) {}
  package func standing(_ sentence: String?) {}
  package func tookOver(_ pipeline: Pipeline, _ change: PipelineChange) {}
  package func refused(_ pipeline: Pipeline, _ reason: String) {}
}

/// How far a run is behind those who write to its input.
package struct RunLag: Sendable, Equatable {
  /// Rows that are written and not counted, as many to a message as there were so far.
  package let rows: Int64
  /// Since the last row that was counted was written; 0 where there is no other behind it.
  package let seconds: Double

  init?(_ lag: SourceLag?, rowsRead: Int64) {
    guard let lag else { return nil }
    let perMessage = lag.messagesRead > 0 ? max(1, Double(rowsRead) / Double(lag.messagesRead)) : 1
    rows = Int64(saturating: (Double(lag.messages) * perMessage).rounded())
    seconds = lag.seconds
  }
}

/// How far a run is.
package struct RunProgress: Sendable {
  package var rows: Int64
  /// Bytes or rows of the source; nobody knows the total of a stream.
  package var done: Int64
  package var total: Int64?
  package var lag: RunLag?
}

/// A window as published.
package struct PublishedWindow: Sendable {
  package let index: Int64
  package let counts: RowCounts
  package let lag: RunLag?
  /// Nanoseconds from the end of the last window that is safe in every sink until it was.
  package let latency: Int64?
  /// Windows that some sink's brokers have not taken yet, if the oldest has waited for long; else 0.
  package let overdue: Int
}
