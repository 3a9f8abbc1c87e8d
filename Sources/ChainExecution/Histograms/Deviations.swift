import Columns
import Histograms

/// Values while they are counted: their number, and sums over their distances from one of them.
///
/// The square of the mean's distance from one of n values is at most n times the variance, so that the variance keeps its
/// digits wherever the values lie. Sums of distances of integers are exact up to 2^53, whichever value comes first.
struct Deviations: Summable {
  var count: UInt64 = 0
  /// The first of the values, or a number next to it.
  var origin = 0.0
  /// Sums of the values less the origin, and of the squares of that.
  var sum = 0.0
  var squares = 0.0

  static let zero = Deviations()

  @inline(__always)
  mutating func add(_ value: Double) {
    if count == 0 { origin = value }
    add(distance: value - origin)
  }

  @inline(__always)
  mutating func add(_ value: Int64) {
    // Integers beyond 2^53 are no doubles. Without its last bits the first of them is one.
    if count == 0 { origin = value.magnitude < 1 << 53 ? Double(value) : Double(value & ~0x7FF) }
    let (distance, overflow) = value.subtractingReportingOverflow(Int64(origin))
    add(distance: overflow ? Double(value) - origin : Double(distance))
  }

  @inline(__always)
  private mutating func add(distance: Double) {
    count &+= 1
    sum += distance
    squares += distance * distance
  }

  static func += (a: inout Deviations, b: Deviations) {
    guard b.count > 0 else { return }
    guard a.count > 0 else { return a = b }
    let shift = b.origin - a.origin, n = Double(b.count)
    a.count &+= b.count
    a.sum += b.sum + n * shift
    a.squares += b.squares + shift * (2 * b.sum + n * shift)
  }

  var spread: Spread {
    guard count > 0 else { return Spread() }
    let n = Double(count), square = WideNumber.product(sum, sum)
    let shifted = WideNumber.product(origin, n)
    // (y - origin)^2 summed up, taken apart.
    let cross = WideNumber.product(origin, 2) * WideNumber(sum), rest = WideNumber(origin) * shifted
    return Spread(
      count: count, sum: shifted + WideNumber(sum), squares: (rest + cross + WideNumber(squares)).high,
      deviations: count < 2 ? 0 : max(0, (WideNumber(squares) - square / n).high))
  }

  func write(to writer: inout PartialWriter) {
    writer.unsigned(count)
    writer.double(origin)
    writer.double(sum)
    writer.double(squares)
  }

  init() {}

  init(from reader: inout PartialReader) throws(PartialError) {
    count = try reader.smallCount()
    origin = try reader.double()
    sum = try reader.double()
    squares = try reader.double()
  }
}

extension Tally where Element == Deviations {
  func write(to writer: inout PartialWriter) { write(to: &writer) { $1.write(to: &$0) } }

  mutating func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
    try add(from: &reader, cells: cells) { (reader) throws(PartialError) in try Deviations(from: &reader) }
  }

  /// Adds the value of each row to its bin. A row without a value cannot be placed: it counts as unknown.
  mutating func add(_ input: FillInput, bins: UnsafePointer<Int32>, unknown: Int32, values: Slot) {
    if values.lane == .int64 {
      // As integers: a double has not the last digits of a time since 1970 in ns.
      let column = input.frame.int64(values)
      add(input, bins, unknown) { [column] row, place in
        let value = column[row]
        if value.isUnknown { return false }
        place.pointee.add(value)
        return true
      }
    } else {
      let column = ColumnReader(input.frame, values)
      add(input, bins, unknown) { [column] row, place in
        let value = column[row]
        if value.isUnknown { return false }
        place.pointee.add(value)
        return true
      }
    }
  }

  @inline(__always)
  private mutating func add(
    _ input: FillInput, _ bins: UnsafePointer<Int32>, _ unknown: Int32,
    put: (Int, UnsafeMutablePointer<Deviations>) -> Bool
  ) {
    grow(toCells: input.cellCount)
    let base = base, stride = stride
    for i in 0..<input.count {
      let cell = input.cells.map { $0[i] } ?? 0
      guard cell >= 0 else { continue }
      let first = Int(cell) &* stride
      if !put(Int(input.rows[i]), base + (first &+ Int(bins[i]))) { base[first &+ Int(unknown)].count &+= 1 }
    }
  }
}
