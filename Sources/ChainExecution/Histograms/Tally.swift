/// What a place of a ``Tally`` holds: counts, or sums, of which two make that of the rows of both.
protocol Summable: BitwiseCopyable, Equatable {
  static var zero: Self { get }
  static func += (a: inout Self, b: Self)
}

extension UInt64: Summable {}

/// Counts in plain memory, `stride` for each cell, grown as cells appear. Not an array: the fill loops must not pay for
/// exclusivity and uniqueness checks on every row. One place behind them, ``none``, is for rows of no cell: to count them
/// there costs less than to ask each row.
struct Tally<Element: Summable>: ~Copyable {
  let stride: Int
  private(set) var cellCount = 0
  private var memory: Memory<Element>
  private(set) var base: UnsafeMutablePointer<Element>

  init(stride: Int) {
    self.stride = stride
    memory = Memory(count: 1)
    base = memory.base
  }

  mutating func grow(toCells wanted: Int) {
    guard wanted > cellCount else { return }
    // At least double, so that cells that appear one by one cost no more than their number.
    let target = max(wanted, cellCount == 0 ? wanted : cellCount * 2)
    memory = Memory(count: target * stride + 1, keeping: cellCount * stride, of: base, filling: .zero)
    base = memory.base
    cellCount = target
  }

  /// The place of what is not counted.
  var none: Int { cellCount * stride }

  func reset() {
    base.update(repeating: .zero, count: cellCount * stride)
  }

  mutating func add(_ other: borrowing Tally<Element>) {
    grow(toCells: other.cellCount)
    for index in 0..<other.cellCount * stride { base[index] += other.base[index] }
  }

  /// Writes the counts of all cells: their number, then `put` for each that is not 0.
  @inline(__always)
  func write(to writer: inout PartialWriter, put: (inout PartialWriter, Element) -> Void) {
    var total = cellCount * stride
    while total > 0, base[total - 1] == .zero { total -= 1 }
    let cells = stride > 0 ? (total + stride - 1) / stride : 0
    writer.count(cells)
    writer.sparse(cells * stride, isEmpty: { base[$0] == .zero }, put: { put(&$0, base[$1]) })
  }

  /// Adds what was written of a tally whose cell i is `cells[i]` here; -1 for one that is left out.
  @inline(__always)
  mutating func add(
    from reader: inout PartialReader, cells: [Int32], take: (inout PartialReader) throws(PartialError) -> Element
  ) throws(PartialError) {
    let count = try reader.count(limit: cells.count)
    grow(toCells: Int((cells.prefix(count).max() ?? -1) + 1))
    let base = base, stride = stride
    try reader.sparse(count * stride) { (reader, place) throws(PartialError) in
      let value = try take(&reader)
      let cell = Int(cells[place / stride])
      if cell >= 0 { base[cell * stride + place % stride] += value }
    }
  }

  /// The counts of one cell; zeros for a cell that no row has reached.
  func cell(_ index: Int) -> [Element] {
    index < cellCount
      ? Array(UnsafeBufferPointer(start: base + index * stride, count: stride))
      : Array(repeating: .zero, count: stride)
  }
}

extension Tally where Element == UInt64 {
  func write(to writer: inout PartialWriter) { write(to: &writer) { $0.unsigned($1) } }

  mutating func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
    try add(from: &reader, cells: cells) { (reader) throws(PartialError) in try reader.smallCount() }
  }
}
