import Columns

/// `min(x)` and `max(x)`: the least or the greatest value of the group's rows. Rows whose x is unknown do not count; a
/// group without any other row has no value.
///
/// Methods of a generic class are called through its table, where nothing is specialised; the attributes make a version
/// for each lane, without which every value would go through the type's metadata.
package final class ExtremeState<T: PartialValue & Comparable>: GroupFunctionState {
  private let argument: Slot
  private let isMaximum: Bool
  private var values = EntryBuffer<T>(empty: T.unknown)

  package init(argument: Slot, isMaximum: Bool) {
    self.argument = argument
    self.isMaximum = isMaximum
  }

  @_specialize(where T == Int32)
  @_specialize(where T == Int64)
  @_specialize(where T == Double)
  package func grow(toEntries count: Int) { values.grow(to: count) }

  @_specialize(where T == Int32)
  @_specialize(where T == Int64)
  @_specialize(where T == Double)
  package func reset(entries count: Int) { values.reset(count) }

  @_specialize(where T == Int32)
  @_specialize(where T == Int64)
  @_specialize(where T == Double)
  package func markPresent(_ slots: UnsafePointer<Int32>, count: Int, cells: Int, _ flags: UnsafeMutablePointer<UInt8>)
  {
    let base = values.base
    mark(slots, count, cells, flags) { !base[$0].isUnknown }
  }

  @inline(__always)
  private func put(_ value: T, _ place: UnsafeMutablePointer<T>) {
    if value.isUnknown { return }
    let held = place.pointee
    if held.isUnknown || (isMaximum ? held < value : value < held) { place.pointee = value }
  }

  @_specialize(where T == Int32)
  @_specialize(where T == Int64)
  @_specialize(where T == Double)
  package func update(_ input: GroupInput) {
    let base = values.base
    let column = input.frame.column(argument, as: T.self)
    for i in 0..<input.count where input.entries[i] >= 0 {
      put(column[Int(input.rows[i])], base + Int(input.entries[i]))
    }
  }

  @_specialize(where T == Int32)
  @_specialize(where T == Int64)
  @_specialize(where T == Double)
  package func merge(_ other: any GroupFunctionState, from: [Int32], to: [Int32], cells: Int) {
    let theirs = (other as! ExtremeState<T>).values.base, mine = values.base
    forEachEntry(from, to, cells: cells) { put(theirs[$0], mine + $1) }
  }

  package func write(to writer: inout PartialWriter, entries: Int) {
    let base = values.base
    writer.sparse(entries, isEmpty: { base[$0].isUnknown }, put: { base[$1].write(to: &$0) })
  }

  package func add(from reader: inout PartialReader, to slots: [Int32], cells: Int, texts: [Int32]) throws(PartialError)
  {
    let base = values.base
    try read(&reader, slots, cells) { (reader, entry) throws(PartialError) in
      put(try T.read(from: &reader), base + entry)
    }
  }

  @_specialize(where T == Int32)
  @_specialize(where T == Int64)
  @_specialize(where T == Double)
  package func write(_ entries: UnsafePointer<Int64>, count: Int, to column: UnsafeMutableRawPointer) {
    // What lies before the first value is that of no row: unknown, as for an entry of -1.
    gather(values.base, entries, count: count, to: column.assumingMemoryBound(to: T.self))
  }
}

/// A value of a column as partial results have it.
package protocol PartialValue: LaneValue {
  func write(to writer: inout PartialWriter)
  static func read(from reader: inout PartialReader) throws(PartialError) -> Self
}

extension Int32: PartialValue {
  package func write(to writer: inout PartialWriter) { writer.signed(Int64(self)) }
  package static func read(from reader: inout PartialReader) throws(PartialError) -> Int32 { try reader.int32() }
}

extension Int64: PartialValue {
  package func write(to writer: inout PartialWriter) { writer.signed(self) }
  package static func read(from reader: inout PartialReader) throws(PartialError) -> Int64 { try reader.signed() }
}

extension Double: PartialValue {
  package func write(to writer: inout PartialWriter) { writer.double(self) }
  package static func read(from reader: inout PartialReader) throws(PartialError) -> Double { try reader.double() }
}

extension UInt8: PartialValue {
  package func write(to writer: inout PartialWriter) { writer.byte(self) }
  package static func read(from reader: inout PartialReader) throws(PartialError) -> UInt8 { try reader.byte() }
}
