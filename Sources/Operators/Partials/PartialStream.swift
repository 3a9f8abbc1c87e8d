/// A stretch of a stream that was counted apart from what comes before and behind it: what must be known of it to put the
/// parts of an input together.
struct PartialStream {
  /// From where to where a counter went.
  struct Reach: Equatable {
    var first: Int64
    var last: Int64
  }

  /// Whether it is a partition of a topic, which goes at its own pace; files are one stream, one behind the other.
  var isTopic = false
  /// Where it lies, in order: several files, or one stretch of a file or of a topic's partition.
  var pieces: [(partition: Int, range: OffsetRange)] = []
  /// The clock of event windows.
  var clock: Reach?
  /// The keys of each group.
  var keys: [Reach?]
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
struct PartialTail {
  var streams: [PartialStream] = []
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
  private let groupCount: Int
  private var streams: [Int: PartialStream] = [:]
  private var frontiers: [Int64: Int64] = [:]

  /// Blocks of rows whose median says where a counter begins.
  private static let firstBlocks = 16

  init(_ plan: ChainPlan) { groupCount = plan.groups.count }

  /// Notes a chunk. `frontier`: the first window that was not complete when it was counted.
  mutating func note(_ chunk: Chunk, _ outcome: ChunkOutcome, frontier: Int64?) {
    var stream = streams[chunk.stream] ?? PartialStream(groups: groupCount)
    stream.isTopic = chunk.messages != nil
    if let last = stream.pieces.indices.last, stream.pieces[last].partition == chunk.partition {
      stream.pieces[last].range.extend(chunk.place)
    } else {
      stream.pieces.append((chunk.partition, chunk.place))
    }
    if stream.clock == nil, let first = Self.first(outcome.clockBlocks) {
      stream.clock = PartialStream.Reach(first: first, last: first)
    }
    for group in 0..<groupCount where stream.keys[group] == nil {
      if let first = Self.first(outcome.groupBlocks[group]) {
        stream.keys[group] = PartialStream.Reach(first: first, last: first)
      }
    }
    streams[chunk.stream] = stream
    if let frontier {
      for index in outcome.windows.keys { frontiers[index] = frontier }
    }
  }

  private static func first(_ blocks: [Int64]) -> Int64? {
    let first = blocks.prefix(firstBlocks).sorted()
    return first.isEmpty ? nil : first[first.count / 2]
  }

  mutating func lead(_ stream: Int, _ counts: RowCounts) { streams[stream]?.leading += counts }

  mutating func end(_ stream: Int, owner: RowOwner) { streams[stream]?.owner = owner }

  mutating func complete(_ stream: Int, group: Int, _ range: Range<Int64>?) {
    streams[stream]?.complete[group] = range
  }

  mutating func takeFrontier(of window: Int64) -> Int64? { frontiers.removeValue(forKey: window) }

  var numbers: [Int64] { streams.keys.sorted().map(Int64.init) }

  /// The streams in order. `times`: where their clocks stand at the end.
  func all(_ times: StreamClocks.Times, frontier: Int64?) -> [PartialStream] {
    streams.sorted { $0.key < $1.key }.map { number, stream in
      var stream = stream
      if let last = times.clock(of: number) { stream.clock?.last = last }
      for group in 0..<groupCount {
        if let last = times.groupClock(group, of: number) { stream.keys[group]?.last = last }
      }
      stream.frontier = frontier
      return stream
    }
  }
}
