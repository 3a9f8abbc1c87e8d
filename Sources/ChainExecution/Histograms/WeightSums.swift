import Columns

/// Rows that count with a weight: their number, the sum of their weights, and that of the squares, whose root is the error.
struct WeightSums: Summable {
  var count: UInt64 = 0
  var sum = 0.0
  var squares = 0.0

  static let zero = WeightSums()

  @inline(__always)
  mutating func add(_ weight: Double) {
    count &+= 1
    sum += weight
    squares += weight * weight
  }

  static func += (a: inout WeightSums, b: WeightSums) {
    a.count &+= b.count
    a.sum += b.sum
    a.squares += b.squares
  }

  func write(to writer: inout PartialWriter) {
    writer.unsigned(count)
    writer.double(sum)
    writer.double(squares)
  }

  init() {}

  init(from reader: inout PartialReader) throws(PartialError) {
    count = try reader.smallCount()
    sum = try reader.double()
    squares = try reader.double()
  }
}

extension Tally where Element == WeightSums {
  func write(to writer: inout PartialWriter) { write(to: &writer) { $1.write(to: &$0) } }

  mutating func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
    try add(from: &reader, cells: cells) { (reader) throws(PartialError) in try WeightSums(from: &reader) }
  }

  /// Adds the weight of each row to its bin. A row without a weight cannot be placed: it counts as unknown.
  mutating func add(_ input: FillInput, bins: UnsafePointer<Int32>, unknown: Int32, weights: ColumnReader) {
    grow(toCells: input.cellCount)
    let base = base, stride = stride
    for i in 0..<input.count {
      let cell = input.cells.map { $0[i] } ?? 0
      guard cell >= 0 else { continue }
      let weight = weights[Int(input.rows[i])], first = Int(cell) &* stride
      if weight.isUnknown {
        base[first &+ Int(unknown)].count &+= 1
      } else {
        base[first &+ Int(bins[i])].add(weight)
      }
    }
  }
}
