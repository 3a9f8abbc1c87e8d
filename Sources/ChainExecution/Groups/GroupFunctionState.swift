import Columns

/// The rows of a batch that a group function looks at, and where each one counts.
package struct GroupInput {
  let frame: Frame
  /// The rows that count (those that meet the function's own `where`), ascending.
  let rows: UnsafePointer<Int32>
  /// For each of `rows` the entry it belongs to: group slot times cells plus cell; -1 where it has no cell.
  let entries: UnsafePointer<Int64>
  let count: Int
}

/// The values of one group function, one *entry* for each group, or for each group and cell where it is split.
package protocol GroupFunctionState: AnyObject {
  /// Makes room for entries below `count`; new ones are those of no row.
  func grow(toEntries count: Int)
  func update(_ input: GroupInput)
  /// Adds what `other` holds of the groups `from` to the groups `to`; a group has `cells` entries. `other` is of the same
  /// function, and so of the same type.
  func merge(_ other: any GroupFunctionState, from: [Int32], to: [Int32], cells: Int)
  /// Writes the entries below `entries`, for another process.
  func write(to writer: inout PartialWriter, entries: Int)
  /// Adds what another process wrote of groups that are `slots` here; a group has `cells` entries. `texts` has the code here
  /// for each code there, and is empty where they are the same.
  func add(from reader: inout PartialReader, to slots: [Int32], cells: Int, texts: [Int32]) throws(PartialError)
  /// Puts entries below `count` back to those of no row.
  func reset(entries count: Int)
  /// Sets `flags[i * cells + cell]` for the entries of group `slots[i]` that any row counted in; leaves the others.
  func markPresent(_ slots: UnsafePointer<Int32>, count: Int, cells: Int, _ flags: UnsafeMutablePointer<UInt8>)
  /// Collects the entries of groups, in ascending order, that any row counted in. Gives how many; nil where the state
  /// leaves it to ``markPresent(_:count:cells:_:)``. There is room for one entry more than the groups have.
  func collectPresent(
    _ slots: UnsafePointer<Int32>, count: Int, cells: Int, into entries: UnsafeMutablePointer<Int64>
  ) -> Int?
  /// Writes the values of `entries` to a column of the function's lane; unknown where an entry is -1.
  func write(_ entries: UnsafePointer<Int64>, count: Int, to column: UnsafeMutableRawPointer)
}

extension GroupFunctionState {
  package func collectPresent(
    _ slots: UnsafePointer<Int32>, count: Int, cells: Int, into entries: UnsafeMutablePointer<Int64>
  ) -> Int? {
    nil
  }

  /// The entries of whole groups, pair by pair.
  @inline(__always)
  func forEachEntry(_ from: [Int32], _ to: [Int32], cells: Int, _ body: (Int, Int) -> Void) {
    for (source, target) in zip(from, to) {
      for cell in 0..<cells { body(Int(source) &* cells &+ cell, Int(target) &* cells &+ cell) }
    }
  }

  /// Reads the entries of groups that are `slots` here: calls `take` with the place of each that was written.
  @inline(__always)
  func read(
    _ reader: inout PartialReader, _ slots: [Int32], _ cells: Int,
    take: (inout PartialReader, Int) throws(PartialError) -> Void
  ) throws(PartialError) {
    try reader.sparse(slots.count * cells) { (reader, place) throws(PartialError) in
      try take(&reader, Int(slots[place / cells]) * cells + place % cells)
    }
  }

  @inline(__always)
  func mark(
    _ slots: UnsafePointer<Int32>, _ count: Int, _ cells: Int, _ flags: UnsafeMutablePointer<UInt8>,
    where isPresent: (Int) -> Bool
  ) {
    for i in 0..<count {
      let entry = Int(slots[i]) &* cells
      for cell in 0..<cells { flags[i &* cells &+ cell] |= isPresent(entry &+ cell) ? 1 : 0 }
    }
  }
}

/// Plain memory for one value an entry, and before them for one more: the entry of a row without one is -1, and to read or
/// write there costs less than to ask each row. At first it holds the value of no row, as all do.
struct EntryBuffer<Element: BitwiseCopyable>: ~Copyable {
  let empty: Element
  private(set) var capacity = 0
  private var memory: Memory<Element>
  private(set) var base: UnsafeMutablePointer<Element>

  init(empty: Element) {
    self.empty = empty
    memory = Memory(count: 1)
    memory.base.pointee = empty
    base = memory.base + 1
  }

  mutating func grow(to count: Int) {
    guard count > capacity else { return }
    let target = max(count, capacity * 2, 256)
    memory = Memory(count: 1 + target, keeping: 1 + capacity, of: memory.base, filling: empty)
    base = memory.base + 1
    capacity = target
  }

  func reset(_ count: Int) {
    base.update(repeating: empty, count: min(count, capacity))
  }
}
