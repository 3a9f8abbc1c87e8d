import Columns

/// `count`: rows of the group.
package final class CountState: GroupFunctionState {

  package init() {}
  private var counts = EntryBuffer<Int64>(empty: 0)

  package func grow(toEntries count: Int) { counts.grow(to: count) }
  package func reset(entries count: Int) { counts.reset(count) }
  package func markPresent(_ slots: UnsafePointer<Int32>, count: Int, cells: Int, _ flags: UnsafeMutablePointer<UInt8>)
  {
    let base = counts.base
    mark(slots, count, cells, flags) { base[$0] > 0 }
  }

  package func update(_ input: GroupInput) {
    let base = counts.base
    for i in 0..<input.count where input.entries[i] >= 0 { base[Int(input.entries[i])] &+= 1 }
  }

  package func merge(_ other: any GroupFunctionState, from: [Int32], to: [Int32], cells: Int) {
    let theirs = (other as! CountState).counts.base, mine = counts.base
    forEachEntry(from, to, cells: cells) { mine[$1] &+= theirs[$0] }
  }

  package func write(to writer: inout PartialWriter, entries: Int) {
    writer.sparse(entries, isEmpty: { counts.base[$0] == 0 }, put: { $0.signed(counts.base[$1]) })
  }

  package func add(from reader: inout PartialReader, to slots: [Int32], cells: Int, texts: [Int32]) throws(PartialError)
  {
    let base = counts.base
    try read(&reader, slots, cells) { (reader, entry) throws(PartialError) in base[entry] &+= try reader.signed() }
  }

  package func write(_ entries: UnsafePointer<Int64>, count: Int, to column: UnsafeMutableRawPointer) {
    let out = column.assumingMemoryBound(to: Int64.self)
    for i in 0..<count { out[i] = entries[i] < 0 ? .unknown : counts.base[Int(entries[i])] }
  }
}

/// `any(condition)`: whether a row of the group meets the condition. Entries hold 0 no row, 1 none met it, 2 one did.
package final class AnyState: GroupFunctionState {
  private let argument: Slot
  private var states = EntryBuffer<UInt8>(empty: 0)

  package init(argument: Slot) { self.argument = argument }

  package func grow(toEntries count: Int) { states.grow(to: count) }
  package func reset(entries count: Int) { states.reset(count) }
  package func markPresent(_ slots: UnsafePointer<Int32>, count: Int, cells: Int, _ flags: UnsafeMutablePointer<UInt8>)
  {
    let base = states.base
    mark(slots, count, cells, flags) { base[$0] > 0 }
  }

  package func update(_ input: GroupInput) {
    let base = states.base
    let values = input.frame.flag(argument)
    for i in 0..<input.count where input.entries[i] >= 0 {
      let entry = Int(input.entries[i])
      base[entry] = max(base[entry], values[Int(input.rows[i])] == 1 ? 2 : 1)
    }
  }

  package func merge(_ other: any GroupFunctionState, from: [Int32], to: [Int32], cells: Int) {
    let theirs = (other as! AnyState).states.base, mine = states.base
    forEachEntry(from, to, cells: cells) { mine[$1] = max(mine[$1], theirs[$0]) }
  }

  package func write(to writer: inout PartialWriter, entries: Int) {
    writer.sparse(entries, isEmpty: { states.base[$0] == 0 }, put: { $0.byte(states.base[$1]) })
  }

  package func add(from reader: inout PartialReader, to slots: [Int32], cells: Int, texts: [Int32]) throws(PartialError)
  {
    let base = states.base
    try read(&reader, slots, cells) { (reader, entry) throws(PartialError) in
      base[entry] = max(base[entry], min(2, try reader.byte()))
    }
  }

  package func write(_ entries: UnsafePointer<Int64>, count: Int, to column: UnsafeMutableRawPointer) {
    let out = column.assumingMemoryBound(to: UInt8.self)
    for i in 0..<count { out[i] = entries[i] < 0 ? .unknown : states.base[Int(entries[i])] == 2 ? 1 : 0 }
  }
}
