import CScan
import Columns

/// `distinct(x)` where x is known to have at most 64 values: one bit for each.
package final class DistinctMaskState: GroupFunctionState {
  private let argument: Slot
  private let lower: Int64
  private var masks = EntryBuffer<UInt64>(empty: 0)

  package init(argument: Slot, range: ClosedRange<Int64>) {
    self.argument = argument
    lower = range.lowerBound
  }

  package static func fits(_ range: ClosedRange<Int64>) -> Bool {
    let (width, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    return !overflow && width < 64
  }

  package func grow(toEntries count: Int) { masks.grow(to: count) }
  package func reset(entries count: Int) { masks.reset(count) }
  package func markPresent(_ slots: UnsafePointer<Int32>, count: Int, cells: Int, _ flags: UnsafeMutablePointer<UInt8>)
  {
    let base = masks.base
    mark(slots, count, cells, flags) { base[$0] != 0 }
  }

  package func collectPresent(
    _ slots: UnsafePointer<Int32>, count: Int, cells: Int, into entries: UnsafeMutablePointer<Int64>
  ) -> Int? {
    var n = 0, start = 0
    while start < count {
      // Groups are numbered in the order of their first row, so that those that close together mostly are neighbours.
      var end = Int(slots[count - 1]) - Int(slots[start]) == count - 1 - start ? count : start + 1
      while end < count, slots[end] == slots[end - 1] + 1 { end += 1 }
      let first = Int(slots[start]) * cells
      n += scan_marked(masks.base + first, (end - start) * cells, Int64(first), entries + n)
      start = end
    }
    return n
  }

  package func update(_ input: GroupInput) {
    let base = masks.base
    switch argument.lane {
    case .int32:
      scan_mark_bits(
        input.frame.int32(argument), input.rows, input.count, Int32(truncatingIfNeeded: lower), input.entries, base)
    case .flag:
      let values = input.frame.flag(argument)
      for i in 0..<input.count where input.entries[i] >= 0 {
        let value = values[Int(input.rows[i])]
        if !value.isUnknown { base[Int(input.entries[i])] |= 1 &<< UInt64(value) }
      }
    case .float64:
      preconditionFailure("a float has more than 64 values")
    case .int64:
      let values = input.frame.int64(argument)
      for i in 0..<input.count where input.entries[i] >= 0 {
        let bit = UInt64(bitPattern: values[Int(input.rows[i])] &- lower)
        if bit < 64 { base[Int(input.entries[i])] |= 1 &<< bit }
      }
    }
  }

  package func merge(_ other: any GroupFunctionState, from: [Int32], to: [Int32], cells: Int) {
    let theirs = (other as! DistinctMaskState).masks.base, mine = masks.base
    forEachEntry(from, to, cells: cells) { mine[$1] |= theirs[$0] }
  }

  package func write(to writer: inout PartialWriter, entries: Int) {
    writer.sparse(entries, isEmpty: { masks.base[$0] == 0 }, put: { $0.unsigned(masks.base[$1]) })
  }

  package func add(from reader: inout PartialReader, to slots: [Int32], cells: Int, texts: [Int32]) throws(PartialError)
  {
    let base = masks.base
    try read(&reader, slots, cells) { (reader, entry) throws(PartialError) in base[entry] |= try reader.unsigned() }
  }

  package func write(_ entries: UnsafePointer<Int64>, count: Int, to column: UnsafeMutableRawPointer) {
    scan_count_bits(masks.base, entries, count, column.assumingMemoryBound(to: Int32.self))
  }
}

/// `distinct(x)` of any column: a set of (entry, value) pairs for the whole table.
package final class DistinctSetState: GroupFunctionState {
  private struct Pair: Hashable {
    let entry: Int64
    let value: Int64
  }

  private let argument: Slot
  /// Whether values are codes of texts, which are others in another process.
  private let isText: Bool
  private var pairs: Set<Pair> = []
  private var counts = EntryBuffer<Int32>(empty: 0)

  package init(argument: Slot, isText: Bool = false) {
    self.argument = argument
    self.isText = isText
  }

  package func grow(toEntries count: Int) { counts.grow(to: count) }
  package func reset(entries count: Int) {
    counts.reset(count)
    pairs.removeAll(keepingCapacity: true)
  }
  package func markPresent(_ slots: UnsafePointer<Int32>, count: Int, cells: Int, _ flags: UnsafeMutablePointer<UInt8>)
  {
    let base = counts.base
    mark(slots, count, cells, flags) { base[$0] != 0 }
  }

  private func put(_ value: Int64, _ entry: Int64) {
    if pairs.insert(Pair(entry: entry, value: value)).inserted { counts.base[Int(entry)] &+= 1 }
  }

  package func update(_ input: GroupInput) {
    for i in 0..<input.count where input.entries[i] >= 0 {
      let row = Int(input.rows[i])
      let value: Int64
      switch argument.lane {
      case .int32:
        let narrow = input.frame.int32(argument)[row]
        value = narrow.isUnknown ? .unknown : Int64(narrow)
      case .int64: value = input.frame.int64(argument)[row]
      case .float64:
        let number = input.frame.float64(argument)[row]
        // 0.0 and -0.0 are one value.
        value = number.isUnknown ? .unknown : Int64(bitPattern: (number + 0).bitPattern)
      case .flag:
        let flag = input.frame.flag(argument)[row]
        value = flag.isUnknown ? .unknown : Int64(flag)
      }
      if !value.isUnknown { put(value, input.entries[i]) }
    }
  }

  package func merge(_ other: any GroupFunctionState, from: [Int32], to: [Int32], cells: Int) {
    let other = other as! DistinctSetState
    let places = Dictionary(uniqueKeysWithValues: zip(from, to)), cells = Int64(cells)
    for pair in other.pairs {
      // A group's number has 32 bits; that of an entry needs more.
      if let target = places[Int32(pair.entry / cells)] { put(pair.value, Int64(target) * cells + pair.entry % cells) }
    }
  }

  package func write(to writer: inout PartialWriter, entries: Int) {
    writer.count(pairs.count)
    // In order, so that equal sets are equal bytes.
    for pair in pairs.sorted(by: { ($0.entry, $0.value) < ($1.entry, $1.value) }) {
      writer.count(Int(pair.entry))
      writer.signed(pair.value)
    }
  }

  package func add(from reader: inout PartialReader, to slots: [Int32], cells: Int, texts: [Int32]) throws(PartialError)
  {
    for _ in 0..<(try reader.count()) {
      let entry = try reader.unsigned()
      var value = try reader.signed()
      guard entry < UInt64(slots.count * cells) else { throw reader.damaged() }
      if isText, !texts.isEmpty {
        guard texts.indices.contains(Int(clamping: value)) else { throw reader.damaged() }
        value = Int64(texts[Int(value)])
        // A text for which there is no room any more is unknown.
        if value < 0 { continue }
      }
      put(value, Int64(slots[Int(entry) / cells]) * Int64(cells) + Int64(Int(entry) % cells))
    }
  }

  package func write(_ entries: UnsafePointer<Int64>, count: Int, to column: UnsafeMutableRawPointer) {
    let out = column.assumingMemoryBound(to: Int32.self)
    for i in 0..<count { out[i] = entries[i] < 0 ? .unknown : counts.base[Int(entries[i])] }
  }
}
