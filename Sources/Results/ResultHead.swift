import ChainExecution

/// A result message (schema hitmon.results/1) without its histograms.
package struct ResultHead: Sendable, Equatable {
  package static let schema = "hitmon.results/1"

  /// In whose right it was published; nil where nobody claims the input.
  package var claim: Claim?
  package var format = ResultFormat.json
  /// The pipeline's name.
  package var pipeline: String
  /// The run's name; several joined by commas where messages were merged.
  package var run: String
  /// The message covers only some partitions of its input, and others cover the rest of the window.
  package var isPartial = false
  /// What ended the run while the window was open, so that it may lack rows; nil for a window that is whole.
  package var error: String?
  package var window: Window
  /// The counts in their order, those that this program does not know included.
  package var counts: [Count]
  package var source: Source
  /// How the pipeline wants its results shown: an object of JSON, which the dashboard makes and reads.
  package var dashboard: [UInt8]?

  package init(pipeline: String, run: String, window: Window, counts: [Count], source: Source) {
    self.pipeline = pipeline
    self.run = run
    self.window = window
    self.counts = counts
    self.source = source
  }

  /// A count by its name; 0 where the message has none.
  package func count(_ name: String) -> UInt64 { counts.first { $0.name == name }?.value ?? 0 }

  /// Which stretch of the stream a message covers.
  package struct Window: Sendable, Equatable {
    package enum Kind: String, Sendable {
      case every, rows, span, all
    }

    package var index: Int64
    package var kind: Kind
    /// The clock, as the pipeline says it, for windows of a span.
    package var of: String?
    /// Where it begins and ends, half open; nil for `all`.
    package var start: Mark?
    package var end: Mark?
    /// The length of a span: the difference of the ends, which may be rounded.
    package var length: Double?

    package init(
      index: Int64, kind: Kind, of: String? = nil, start: Mark? = nil, end: Mark? = nil, length: Double? = nil
    ) {
      self.length = length
      self.index = index
      self.kind = kind
      self.of = of
      self.start = start
      self.end = end
    }
  }

  /// One end of a window.
  package enum Mark: Sendable, Equatable {
    /// A value of the clock, or a number of rows.
    case number(Double)
    /// A time in UTC, `2026-11-22T14:00:34Z`.
    case time(String)
  }

  /// One of `counts`.
  package struct Count: Sendable, Equatable {
    package var name: String
    package var value: UInt64

    package init(_ name: String, _ value: UInt64) {
      self.name = name
      self.value = value
    }
  }

  /// What the message says of its input. Partitions go by their names: numbers of a topic, paths of files.
  package struct Source: Sendable, Equatable {
    package var name: String
    /// The topic; nil where the input is none.
    package var topic: String?
    /// How many partitions the topic has, read by this instance or not.
    package var partitions: Int?
    /// Where the rows that the window counts lie.
    package var offsets: [String: OffsetRange] = [:]
    /// Where to read on so that no row of a window that was open is lost.
    package var resume: [String: Int64] = [:]
    /// How far rows had been read; empty where the message does not say.
    package var read: [String: Int64] = [:]
    /// The last window of a span that was published with each partition; empty where the message does not say.
    package var last: [String: Int64] = [:]
    /// By which the topic is known again: of each partition one of the last messages read; empty where the message does not
    /// say.
    package var marks: [String: MessageMark] = [:]
    /// Offsets that held nothing, ascending.
    package var gaps: [String: [OffsetRange]] = [:]

    package init(name: String) { self.name = name }
  }
}
