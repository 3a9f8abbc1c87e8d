import Columns
import CScan

/// A row whose key may be further behind than `disorder` allows, as its own chunk shows it.
struct LateRow {
  /// The block that the row is in, among those of its chunk.
  let block: Int
  let key: Int64
  /// Its number in its batch.
  let row: Int32
}

/// The extremes of a group's keys in blocks of a chunk's rows.
///
/// A block is a stretch of 2 KB of the partition, some eighty rows of text. Blocks so lie at the same places however the
/// input was cut into chunks, and with them the clock of the keys (``KeyClock``).
struct KeyBlocks {
  private static let shift: Int64 = 11

  /// Extremes of the blocks that have rows with a key.
  private(set) var maxima: [Int64] = []
  private(set) var minima: [Int64] = []
  /// Where the first and the last of them lie in the partition.
  private(set) var first: Int64 = 0
  private(set) var last: Int64 = 0
  /// Rows that may be too late, in their order; all that are, but for those that were too late before the chunk began.
  private(set) var late: [LateRow] = []

  private let disorder: Int64
  private var origin: Int64 = 0
  /// Rows of the last whole block: about as many have the next one.
  private var usualRows = 64
  /// Keys below are further behind than the greatest of the blocks before.
  private var limit = Int64.min
  private var greatest = Int64.min
  /// The greatest key of the first blocks, with which those of the chunk before may agree on a clock.
  private var head = Int64.min
  private var clock = Clock()
  private var walked = 0

  init(disorder: Int64) { self.disorder = disorder }

  /// Starts a chunk, whose first byte is at `origin` of its partition.
  mutating func begin(origin: Int64) {
    let disorder = disorder
    let rows = usualRows
    let (maxima, minima) = (maxima.capacity, minima.capacity)
    self = KeyBlocks(disorder: disorder)
    self.origin = origin
    usualRows = rows
    self.maxima.reserveCapacity(maxima)
    self.minima.reserveCapacity(minima)
  }

  /// Takes the keys of rows in their order; `offsets` has where each row of the batch begins in the chunk.
  mutating func add(
    _ keys: UnsafePointer<Int64>, rows: UnsafePointer<Int32>, offsets: UnsafePointer<UInt32>, count n: Int
  ) {
    var i = 0
    while i < n {
      let block = (origin &+ Int64(offsets[Int(rows[i])])) >> Self.shift
      let end = ((block &+ 1) << Self.shift) &- origin
      var next = min(i &+ usualRows, n)
      while next < n, Int64(offsets[Int(rows[next])]) < end { next &+= 1 }
      while next > i &+ 1, Int64(offsets[Int(rows[next &- 1])]) >= end { next &-= 1 }
      if i > 0, next < n { usualRows = next &- i }
      // Unknown keys are no extremes.
      let extent = scan_extent_of(keys + i, next &- i)
      if extent.highest != .min {
        note(block, low: extent.lowest, high: extent.highest)
        if extent.lowest < limit { gather(keys, rows, i..<next) }
      }
      i = next
    }
  }

  private mutating func note(_ block: Int64, low: Int64, high: Int64) {
    if !maxima.isEmpty, block == last {
      maxima[maxima.count - 1] = max(maxima[maxima.count - 1], high)
      minima[minima.count - 1] = min(minima[minima.count - 1], low)
      return
    }
    if let before = maxima.last {
      greatest = max(greatest, before)
      if maxima.count < Clock.window { head = greatest }
      let (limit, overflow) = greatest.subtractingReportingOverflow(disorder)
      self.limit = overflow ? .min : limit
    } else {
      first = block
    }
    last = block
    maxima.append(high)
    minima.append(low)
  }

  /// Notes the rows that a clock of this chunk alone leaves behind. Where it stands among the chunks before, the sequencer
  /// knows: it goes on from there, and can be ahead of this one only by keys of the first blocks.
  private mutating func gather(_ keys: UnsafePointer<Int64>, _ rows: UnsafePointer<Int32>, _ range: Range<Int>) {
    let block = maxima.count - 1
    clock.advance(maxima[walked..<block])
    walked = block
    let now = max(head, clock.settled ?? .min)
    let (limit, overflow) = now.subtractingReportingOverflow(disorder)
    if overflow { return }
    for i in range where keys[i] < limit && !keys[i].isUnknown {
      late.append(LateRow(block: block, key: keys[i], row: rows[i]))
    }
  }

  /// The keys between which the chunk holds all rows of a group, if no row is displaced by more than `disorder`: the
  /// groups below may have begun in the chunk before, those above may go on in the next. Single rows far off do not
  /// count: one block in 64 may hold some. Nil for a chunk too short to tell.
  var interior: Range<Int64>? {
    guard maxima.count >= 16 else { return nil }
    let rank = max(4, maxima.count / 64)
    let high = Clock.largest(rank, of: maxima)
    let low = minima.sorted()[rank - 1]
    let (first, overflow) = low.addingReportingOverflow(disorder + 1)
    let (last, underflow) = high.subtractingReportingOverflow(disorder)
    return overflow || underflow || first >= last ? nil : first..<last
  }
}

/// The clock of a group's keys in one stream: a ``Clock`` over blocks that do not depend on chunks. It stands where it did
/// before the last block, of which the next chunk may have more rows.
struct KeyClock {
  private var clock = Clock()
  private var last: (unit: Int, block: Int64, maximum: Int64)?

  /// Where rows of the last block are held against; nil while there are too few blocks before it.
  var now: Int64? { clock.settled }

  /// About where the keys are, to count a wrapping counter on.
  var reference: Int64? { clock.now ?? last?.maximum }

  /// The newest key, but for those that are further ahead than rows come out of order.
  func newest(within disorder: Int64) -> Int64? {
    guard let last else { return nil }
    var clock = clock
    clock.advance([last.maximum])
    return clock.newest(within: disorder)
  }

  /// Where it stands when the last block is at its end.
  var end: Int64? {
    guard let last else { return nil }
    var clock = clock
    clock.advance([last.maximum])
    return clock.settled
  }

  /// Goes on by the blocks of the stream's next chunk; blocks of the same `unit` have their places in common. Returns
  /// those of its `late` rows that are further behind than `disorder` allows.
  mutating func advance(
    _ blocks: KeyBlocks, of unit: Int, disorder: Int64, late: [LateKey]
  ) -> [LateKey] {
    guard let first = blocks.maxima.first, let newest = blocks.maxima.last else { return [] }
    var maxima = blocks.maxima[...]
    if let last, last.unit == unit, last.block == blocks.first {
      maxima[0] = max(first, last.maximum)
    } else if let last {
      clock.advance([last.maximum])
    }
    var found: [LateKey] = []
    var walked = 0
    for row in late {
      clock.advance(maxima[walked..<row.block])
      walked = row.block
      guard let now = clock.settled else { continue }
      let (limit, overflow) = now.subtractingReportingOverflow(disorder)
      if !overflow, row.key < limit { found.append(row) }
    }
    clock.advance(maxima[walked..<(maxima.count - 1)])
    last = (unit, blocks.last, maxima.count == 1 ? maxima[0] : newest)
    return found
  }
}
