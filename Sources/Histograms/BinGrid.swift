import JSON

/// The bins of two axes in one array: for each bin of x those of y, flow bins of both included. The bin of x and y is at
/// `x * height + y`.
///
/// A message has those inside as a list for each bin of x, and those outside bin by bin: below and above in x for each bin
/// of y with its flow bins, below and above in y for each bin of x.
package struct BinGrid: Sendable {
  /// Bins of x and of y, flow bins included.
  package let width: Int
  package let height: Int

  package init(_ x: ResultAxis, _ y: ResultAxis) {
    width = x.count + 2
    height = y.count + 2
  }

  package var size: Int { width * height }

  package func isInside(_ place: Int) -> Bool {
    let (x, y) = (place / height, place % height)
    return x > 0 && x < width - 1 && y > 0 && y < height - 1
  }

  /// The bins inside, a list for each bin of x.
  package func columns<T>(_ values: [T]) -> [[T]] {
    (1..<(width - 1)).map { Array(values[($0 * height + 1)..<(($0 + 1) * height - 1)]) }
  }

  /// Places of the overflow of x, and of that of y.
  var overflowOfX: Range<Int> { (width - 1) * height..<size }
  var overflowOfY: StrideTo<Int> { stride(from: height - 1, to: size, by: height) }

  // MARK: Messages

  func write(_ key: String, _ values: [Double], to writer: inout JSONWriter) {
    writer.key(key)
    writer.beginArray()
    for column in columns(values) { writer.array(column) }
    writer.endArray()
  }

  func write(_ key: String, _ counts: [UInt64], to writer: inout JSONWriter) {
    writer.key(key)
    writer.beginArray()
    for column in columns(counts) { column.withUnsafeBufferPointer { writer.integers($0) } }
    writer.endArray()
  }

  /// Writes what lies outside, as `x_underflow` and so on, each with a suffix.
  func writeFlow(_ suffix: String, _ values: [Double], to writer: inout JSONWriter) {
    writer.field("x_underflow\(suffix)", Array(values[0..<height]))
    writer.field("x_overflow\(suffix)", Array(values[overflowOfX]))
    writer.field("y_underflow\(suffix)", (1..<(width - 1)).map { values[$0 * height] })
    writer.field("y_overflow\(suffix)", (1..<(width - 1)).map { values[$0 * height + height - 1] })
  }

  /// Reads what ``write(_:_:to:)`` and ``writeFlow(_:_:to:)`` wrote.
  func read(_ key: String, flow suffix: String, _ fields: ResultFields) throws(JSONError) -> [Double] {
    let columns = try fields.columns(key, count: width - 2, height: height - 2)
    let below = try fields.numbers("y_underflow\(suffix)", count: width - 2)
    let above = try fields.numbers("y_overflow\(suffix)", count: width - 2)
    var values = try fields.numbers("x_underflow\(suffix)", count: height)
    for (index, column) in columns.enumerated() {
      values.append(below[index])
      values += column
      values.append(above[index])
    }
    return values + (try fields.numbers("x_overflow\(suffix)", count: height))
  }

  /// Whole numbers, in the order of the grid.
  func counts(_ key: String, _ values: [Double], _ fields: ResultFields) throws(JSONError) -> [UInt64] {
    var counts: [UInt64] = []
    counts.reserveCapacity(values.count)
    for value in values {
      guard let count = UInt64(exactly: value) else { throw fields.error(key, "a count is no whole number") }
      counts.append(count)
    }
    return counts
  }
}
