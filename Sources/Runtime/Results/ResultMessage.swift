import ChainExecution
import Connectors
import Diagnostics
import Histograms
import JSON
import Results
import Support

/// Writes a window as the JSON message that sinks publish (schema hitmon.results/1).
struct ResultMessage {
  let plan: ChainPlan
  let pipeline: String
  /// Names the run: its start and a random part.
  let run: String
  /// Where the run's arrival windows begin, in nanoseconds since 1970.
  let start: Int64
  /// What it says of how it is shown.
  let dashboard: [UInt8]?
  /// What has ended the run, for windows that were open then.
  var error: String?
  private var writer = JSONWriter(capacity: 65_536)

  init(_ plan: ChainPlan, pipeline: String, run: String, start: Int64, dashboard: [UInt8]?) {
    self.plan = plan
    self.dashboard = dashboard
    self.pipeline = pipeline
    self.run = run
    self.start = start
  }

  /// The message of a window. `partitions` has the names of the source's partitions by their numbers.
  mutating func write(
    _ window: ClosedWindow, source: ResultSource, partitions: [String], format: ResultFormat = .json
  ) -> [UInt8] {
    var head = ResultHead(
      pipeline: pipeline, run: run, window: self.window(window.index), counts: Self.counts(window.counts.counts),
      source: Self.source(window, source, partitions))
    head.isPartial = source.isPartial
    head.error = error
    head.format = format
    head.dashboard = dashboard
    var histograms: [(name: String, histogram: ResultHistogram)] = []
    for (index, histogram) in plan.histograms.enumerated() {
      for (name, content) in window.counts.contents(of: index, plan) {
        histograms.append((name, ResultHistogram(title: histogram.title, content: content)))
      }
    }
    writer.removeAll()
    // All at once: a message with many points is by far the longest that there is.
    writer.reserve(histograms.reduce(0) { $0 + $1.histogram.content.expectedBytes })
    writer.result(head, histograms)
    return writer.bytes
  }

  private func window(_ index: Int64) -> ResultHead.Window {
    switch plan.window {
    case .every(let length):
      ResultHead.Window(
        index: index, kind: .every, start: .time(timestamp(start + index * length)),
        end: .time(timestamp(start + (index + 1) * length)))
    case .rows(let rows):
      ResultHead.Window(
        index: index, kind: .rows, start: .number(Double(index * rows)), end: .number(Double((index + 1) * rows)))
    case .span(let windows):
      // The ends of a window at the ends of 64 bits lie beyond them.
      ResultHead.Window(
        index: index, kind: .span, of: windows.label,
        start: .number(Double(index) * Double(windows.span) / windows.ticksPerUnit),
        end: .number((Double(index) + 1) * Double(windows.span) / windows.ticksPerUnit),
        length: Double(windows.span) / windows.ticksPerUnit)
    case .all: ResultHead.Window(index: index, kind: .all)
    }
  }

  private static func counts(_ counts: RowCounts) -> [ResultHead.Count] {
    [
      .init("records", counts.records), .init("malformed", counts.malformed), .init("dropped", counts.dropped),
      .init("hits", counts.hits), .init("unmapped", counts.unmapped), .init("late", counts.late),
      .init("stray", counts.stray), .init("disordered", counts.disordered), .init("gaps", counts.gaps),
    ]
  }

  private static func source(
    _ window: ClosedWindow, _ source: ResultSource, _ partitions: [String]
  ) -> ResultHead.Source {
    func named<T>(_ values: [Int: T]) -> [String: T] {
      let inOrder = values.sorted { $0.key < $1.key }
      // A file that is given twice has one name: what is said of it is what holds for the second time.
      return Dictionary(
        inOrder.map { (partitions.indices.contains($0.key) ? partitions[$0.key] : String($0.key), $0.value) }
      ) { $1 }
    }
    var head = ResultHead.Source(name: source.name)
    head.topic = source.topic
    head.partitions = source.partitions
    head.offsets = named(window.counts.offsets)
    head.resume = named(window.resume)
    if source.topic != nil {
      head.read = named(window.read)
      head.last = named(window.last)
      head.marks = named(window.marks)
    }
    head.gaps = named(window.gaps)
    return head
  }
}
