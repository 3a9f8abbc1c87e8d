/// A stretch of a stream that was counted apart from what comes before and behind it: what must be known of it to put the
/// parts of an input together.
struct PartialStream {
  /// From where to where a counter went.
  struct CounterSpan: Equatable {
    var first: Int64
    var last: Int64
  }

  /// Whether it is a partition of a topic, which goes at its own pace; files are one stream, one behind the other.
  var isTopic = false
  /// Whether it is a file as far as groups are each file's own; another one has its rows and their clock.
  var isOfGroups = false
  /// Whether its rows come about in the order of their keys.
  var isOrdered = true
  /// Where it lies, in order: several files, or one stretch of a file or of a topic's partition.
  var pieces: [(partition: Int, range: OffsetRange)] = []
  /// The clock of event windows.
  var clock: CounterSpan?
  /// The keys of each group.
  var keys: [CounterSpan?]
  /// The keys of each group of which all rows are in the stretch.
  var complete: [Range<Int64>?]
  /// The first event window that was not complete at the end.
  var frontier: Int64?
  /// Rows without a clock before the first hit: they go with the hit before, which is elsewhere.
  var leading = RowCounts()
  /// Where such rows go that come behind it.
  var owner = RowOwner.unknown

  init(groups: Int) {
    keys = Array(repeating: nil, count: groups)
    complete = Array(repeating: nil, count: groups)
  }
}

/// What one process says of its part of an input as a whole.
package struct PartialTail {
  var streams: [PartialStream] = []
  /// How each of them is called, in their order.
  var streamNumbers: [Int64] = []
  /// Rows of no window.
  var pending = RowCounts()
  var gaps: [Int: [OffsetRange]] = [:]
  /// How far partitions are read.
  var ends: [Int: Int64] = [:]
  /// Partitions that every window names, with rows of them or without.
  var lasting: [Int] = []
}

/// Gathers what there is to say of the streams of a part while its chunks are counted.
struct PartialStreams {
  private let plan: ChainPlan
  private var streams: [GroupStream: PartialStream] = [:]
  private var frontiers: [Int64: Int64] = [:]

  /// Blocks of rows whose median says where a counter begins.
  private static let firstBlocks = 16

  init(_ plan: ChainPlan) { self.plan = plan }

  /// Notes a chunk. `frontier`: the first window that was not complete when it was counted.
  mutating func note(_ chunk: Chunk, _ outcome: ChunkOutcome, frontier: Int64?) {
    note(GroupStream(number: chunk.stream), chunk, outcome)
    if plan.groups.contains(where: \.isWithinFile) {
      note(GroupStream(number: chunk.partition, isFile: true), chunk, outcome)
    }
    if let frontier {
      for index in outcome.windows.keys { frontiers[index] = frontier }
    }
  }

  private mutating func note(_ name: GroupStream, _ chunk: Chunk, _ outcome: ChunkOutcome) {
    var stream = streams[name] ?? PartialStream(groups: plan.groups.count)
    stream.isTopic = chunk.messages != nil
    stream.isOfGroups = name.isFile
    stream.isOrdered = stream.isOrdered && chunk.isOrdered
    if let last = stream.pieces.indices.last, stream.pieces[last].partition == chunk.partition {
      stream.pieces[last].range.extend(chunk.place)
    } else {
      stream.pieces.append((chunk.partition, chunk.place))
    }
    if !name.isFile, stream.clock == nil, let first = Self.first(outcome.clockBlocks) {
      stream.clock = PartialStream.CounterSpan(first: first, last: first)
    }
    for (index, group) in plan.groups.enumerated() where group.isWithinFile == name.isFile && stream.keys[index] == nil
    {
      if let first = Self.first(outcome.keyBlocks[index].maxima) {
        stream.keys[index] = PartialStream.CounterSpan(first: first, last: first)
      }
    }
    streams[name] = stream
  }

  private static func first(_ blocks: [Int64]) -> Int64? {
    let first = blocks.prefix(firstBlocks).sorted()
    return first.isEmpty ? nil : first[first.count / 2]
  }

  mutating func lead(_ stream: Int, _ counts: RowCounts) { streams[GroupStream(number: stream)]?.leading += counts }

  mutating func end(_ stream: Int, owner: RowOwner) { streams[GroupStream(number: stream)]?.owner = owner }

  mutating func complete(_ stream: GroupStream, group: Int, _ range: Range<Int64>?) {
    streams[stream]?.complete[group] = range
  }

  mutating func takeFrontier(of window: Int64) -> Int64? { frontiers.removeValue(forKey: window) }

  var numbers: [Int64] { streams.keys.sorted().map(\.code) }

  /// The streams in order. `times`: where their clocks stand at the end.
  func all(_ times: StreamClocks.Times, frontier: Int64?) -> [PartialStream] {
    streams.sorted { $0.key < $1.key }.map { name, stream in
      var stream = stream
      for group in plan.groups.indices {
        if let last = times.keyClock(group, of: name)?.end { stream.keys[group]?.last = last }
      }
      if name.isFile { return stream }
      if let last = name.number.flatMap({ times.clock(of: $0) }) { stream.clock?.last = last }
      stream.frontier = frontier
      return stream
    }
  }
}
