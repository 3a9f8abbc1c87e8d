import Columns
import Histograms

/// `sum(x)` of integers. A sum beyond 63 bits is unknown, and stays so whatever comes after it.
package final class IntegerSumState: GroupFunctionState {
  private let argument: Slot
  private var sums = EntryBuffer<Int64>(empty: 0)
  private var counts = EntryBuffer<Int64>(empty: 0)

  package init(argument: Slot) { self.argument = argument }

  package func grow(toEntries count: Int) {
    sums.grow(to: count)
    counts.grow(to: count)
  }
  package func reset(entries count: Int) {
    sums.reset(count)
    counts.reset(count)
  }
  package func markPresent(_ slots: UnsafePointer<Int32>, count: Int, cells: Int, _ flags: UnsafeMutablePointer<UInt8>)
  {
    let base = counts.base
    mark(slots, count, cells, flags) { base[$0] > 0 }
  }

  private func add(_ value: Int64, to entry: Int) {
    let held = sums.base[entry]
    guard !held.isUnknown, !value.isUnknown else {
      sums.base[entry] = .unknown
      return
    }
    let (sum, overflow) = held.addingReportingOverflow(value)
    sums.base[entry] = overflow ? .unknown : sum
  }

  package func update(_ input: GroupInput) {
    for i in 0..<input.count where input.entries[i] >= 0 {
      let row = Int(input.rows[i]), entry = Int(input.entries[i])
      let value: Int64
      if argument.lane == .int32 {
        let narrow = input.frame.int32(argument)[row]
        value = narrow.isUnknown ? .unknown : Int64(narrow)
      } else {
        value = input.frame.int64(argument)[row]
      }
      // A row without a value is left out, as everywhere.
      if value.isUnknown { continue }
      counts.base[entry] &+= 1
      add(value, to: entry)
    }
  }

  package func merge(_ other: any GroupFunctionState, from: [Int32], to: [Int32], cells: Int) {
    let other = other as! IntegerSumState
    forEachEntry(from, to, cells: cells) { source, target in
      counts.base[target] &+= other.counts.base[source]
      add(other.sums.base[source], to: target)
    }
  }

  package func write(to writer: inout PartialWriter, entries: Int) {
    writer.sparse(
      entries, isEmpty: { counts.base[$0] == 0 },
      put: {
        $0.signed(counts.base[$1])
        $0.signed(sums.base[$1])
      })
  }

  package func add(from reader: inout PartialReader, to slots: [Int32], cells: Int, texts: [Int32]) throws(PartialError)
  {
    try read(&reader, slots, cells) { (reader, entry) throws(PartialError) in
      counts.base[entry] &+= try reader.signed()
      add(try reader.signed(), to: entry)
    }
  }

  package func write(_ entries: UnsafePointer<Int64>, count: Int, to column: UnsafeMutableRawPointer) {
    let out = column.assumingMemoryBound(to: Int64.self)
    for i in 0..<count { out[i] = entries[i] < 0 ? .unknown : sums.base[Int(entries[i])] }
  }
}

/// `sum(x)` of floats and `mean(x)` of both. A mean of no rows is unknown.
///
/// Each sum is kept with what its additions rounded off (Knuth, TAOCP 4.2.2), so that a mean does not depend on the order
/// of rows and of parts, nor lose digits to their number.
package final class FloatSumState: GroupFunctionState {
  private let argument: Slot
  private let isMean: Bool
  private var sums = EntryBuffer<Double>(empty: 0)
  private var rests = EntryBuffer<Double>(empty: 0)
  private var counts = EntryBuffer<Int64>(empty: 0)

  package init(argument: Slot, isMean: Bool) {
    self.argument = argument
    self.isMean = isMean
  }

  package func grow(toEntries count: Int) {
    sums.grow(to: count)
    rests.grow(to: count)
    counts.grow(to: count)
  }
  package func reset(entries count: Int) {
    sums.reset(count)
    rests.reset(count)
    counts.reset(count)
  }
  package func markPresent(_ slots: UnsafePointer<Int32>, count: Int, cells: Int, _ flags: UnsafeMutablePointer<UInt8>)
  {
    let base = counts.base
    mark(slots, count, cells, flags) { base[$0] > 0 }
  }

  @inline(__always)
  private func add(_ value: Double, to entry: Int) {
    let sum = WideNumber(sums.base[entry], value)
    sums.base[entry] = sum.high
    rests.base[entry] += sum.low
  }

  package func update(_ input: GroupInput) {
    if argument.lane == .int64 { return updateIntegers(input) }
    let values = ColumnReader(input.frame, argument)
    for i in 0..<input.count where input.entries[i] >= 0 {
      let value = values[Int(input.rows[i])]
      if value.isUnknown { continue }
      add(value, to: Int(input.entries[i]))
      counts.base[Int(input.entries[i])] &+= 1
    }
  }

  /// Integers beyond 2^53 are no doubles: their last bits are added for themselves.
  private func updateIntegers(_ input: GroupInput) {
    let values = input.frame.int64(argument)
    for i in 0..<input.count where input.entries[i] >= 0 {
      let value = values[Int(input.rows[i])], entry = Int(input.entries[i])
      if value.isUnknown { continue }
      add(Double(value & ~0x7FF), to: entry)
      add(Double(value & 0x7FF), to: entry)
      counts.base[entry] &+= 1
    }
  }

  package func merge(_ other: any GroupFunctionState, from: [Int32], to: [Int32], cells: Int) {
    let other = other as! FloatSumState
    forEachEntry(from, to, cells: cells) { source, target in
      add(other.sums.base[source], to: target)
      rests.base[target] += other.rests.base[source]
      counts.base[target] &+= other.counts.base[source]
    }
  }

  package func write(to writer: inout PartialWriter, entries: Int) {
    writer.sparse(
      entries, isEmpty: { counts.base[$0] == 0 },
      put: {
        $0.signed(counts.base[$1])
        $0.double(sums.base[$1])
        $0.double(rests.base[$1])
      })
  }

  package func add(from reader: inout PartialReader, to slots: [Int32], cells: Int, texts: [Int32]) throws(PartialError)
  {
    try read(&reader, slots, cells) { (reader, entry) throws(PartialError) in
      counts.base[entry] &+= try reader.signed()
      add(try reader.double(), to: entry)
      rests.base[entry] += try reader.double()
    }
  }

  package func write(_ entries: UnsafePointer<Int64>, count: Int, to column: UnsafeMutableRawPointer) {
    let out = column.assumingMemoryBound(to: Double.self)
    for i in 0..<count {
      let entry = Int(entries[i])
      if entry < 0 || (isMean && counts.base[entry] == 0) {
        out[i] = .nan
      } else {
        let sum = WideNumber(sums.base[entry], rests.base[entry])
        let value = isMean ? (sum / Double(counts.base[entry])).high : sum.high
        out[i] = value.isFinite ? value : .nan
      }
    }
  }
}
