/// Counts in plain memory, `stride` for each cell, grown as cells appear. Not an array: the fill loops must not pay for
/// exclusivity and uniqueness checks on every row.
struct Tally<Element: AdditiveArithmetic & BitwiseCopyable>: ~Copyable {
  let stride: Int
  private(set) var cellCount = 0
  private var memory: Memory<Element>
  private(set) var base: UnsafeMutablePointer<Element>

  init(stride: Int) {
    self.stride = stride
    memory = Memory(count: 0)
    base = memory.base
  }

  mutating func grow(toCells wanted: Int) {
    guard wanted > cellCount else { return }
    // At least double, so that cells that appear one by one cost no more than their number.
    let target = max(wanted, cellCount == 0 ? wanted : cellCount * 2)
    memory = Memory(count: target * stride, keeping: cellCount * stride, of: base, filling: .zero)
    base = memory.base
    cellCount = target
  }

  func reset() {
    base.update(repeating: .zero, count: cellCount * stride)
  }

  mutating func add(_ other: borrowing Tally<Element>) {
    grow(toCells: other.cellCount)
    for index in 0..<other.cellCount * stride { base[index] += other.base[index] }
  }

  /// The counts of one cell; zeros for a cell that no row has reached.
  func cell(_ index: Int) -> [Element] {
    index < cellCount
      ? Array(UnsafeBufferPointer(start: base + index * stride, count: stride))
      : Array(repeating: .zero, count: stride)
  }
}
