import Columns

/// For each bin the number of rows, the sum of a value and the sum of its squares: weights of a histogram, or the y of a
/// profile. All three merge by addition.
struct Moments: ~Copyable {
  private(set) var counts: Tally<UInt64>
  private(set) var sums: Tally<Double>
  private(set) var squares: Tally<Double>
  private let unknownBin: Int32

  init(_ axis: Axis) {
    counts = Tally(stride: axis.slots)
    sums = Tally(stride: axis.slots)
    squares = Tally(stride: axis.slots)
    unknownBin = axis.unknownBin
  }

  /// Adds the value of each row to its bin. A row without a value cannot be placed: it counts as unknown.
  mutating func add(_ input: FillInput, bins: UnsafePointer<Int32>, values: ColumnReader) {
    counts.grow(toCells: input.cellCount)
    sums.grow(toCells: input.cellCount)
    squares.grow(toCells: input.cellCount)
    for i in 0..<input.count {
      let cell = input.cells.map { $0[i] } ?? 0
      guard cell >= 0 else { continue }
      let value = values[Int(input.rows[i])]
      let place = Int(cell) * counts.stride + Int(value.isUnknown ? unknownBin : bins[i])
      counts.base[place] &+= 1
      guard !value.isUnknown else { continue }
      sums.base[place] += value
      squares.base[place] += value * value
    }
  }

  mutating func merge(_ other: borrowing Moments) {
    counts.add(other.counts)
    sums.add(other.sums)
    squares.add(other.squares)
  }

  func write(to writer: inout PartialWriter) {
    counts.write(to: &writer)
    sums.write(to: &writer)
    squares.write(to: &writer)
  }

  mutating func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
    try counts.add(from: &reader, cells: cells)
    try sums.add(from: &reader, cells: cells)
    try squares.add(from: &reader, cells: cells)
  }

  func reset() {
    counts.reset()
    sums.reset()
    squares.reset()
  }
}
