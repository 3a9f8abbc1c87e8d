import JSON

/// The fields of one object of a message, in whatever order they come. Checked for their form; what they hold is read when
/// asked for.
package struct ResultFields {
  private let bytes: UnsafeRawBufferPointer
  private let start: Int
  private var places: [String: Int] = [:]

  init(_ reader: inout JSONReader) throws(JSONError) {
    bytes = reader.bytes
    start = reader.offset
    try reader.beginObject()
    while let key = try reader.nextKey() { places[key] = try reader.skip().lowerBound }
  }

  func has(_ key: String) -> Bool { places[key] != nil }

  /// A reader that stands before the value.
  private func reader(_ key: String) throws(JSONError) -> JSONReader {
    guard let place = places[key] else { throw JSONError(offset: start, "it has no `\(key)`") }
    return JSONReader(bytes, from: place)
  }

  func error(_ key: String, _ problem: String) -> JSONError { JSONError(offset: places[key] ?? start, problem) }

  func text(_ key: String) throws(JSONError) -> String {
    var reader = try reader(key)
    return try reader.string()
  }

  func count(_ key: String) throws(JSONError) -> UInt64 {
    var reader = try reader(key)
    return try reader.uint64()
  }

  func number(_ key: String) throws(JSONError) -> Double {
    var reader = try reader(key)
    return try reader.numberOrNull()
  }

  /// A number that messages of earlier versions do not have: NaN there.
  func laterNumber(_ key: String) throws(JSONError) -> Double { has(key) ? try number(key) : .nan }

  func numbers(_ key: String) throws(JSONError) -> [Double] {
    var reader = try reader(key)
    return try reader.numbers()
  }

  func numbers(_ key: String, count: Int) throws(JSONError) -> [Double] {
    let values = try numbers(key)
    guard values.count == count else { throw wrongLength(key, values.count, count) }
    return values
  }

  /// Numbers that messages of earlier versions do not have.
  func laterNumbers(_ key: String, count: Int) throws(JSONError) -> [Double]? {
    has(key) ? try numbers(key, count: count) : nil
  }

  func counts(_ key: String, count: Int) throws(JSONError) -> [UInt64] {
    var reader = try reader(key)
    let values = try reader.uint64s()
    guard values.count == count else { throw wrongLength(key, values.count, count) }
    return values
  }

  /// A list of lists, each of its own length.
  func columns(_ key: String, count: Int, height: Int) throws(JSONError) -> [[Double]] {
    var reader = try reader(key)
    var columns: [[Double]] = []
    try reader.beginArray()
    while try reader.nextItem() { columns.append(try reader.numbers()) }
    guard columns.count == count else { throw wrongLength(key, columns.count, count) }
    for column in columns where column.count != height { throw wrongLength(key, column.count, height) }
    return columns
  }

  private func wrongLength(_ key: String, _ length: Int, _ wanted: Int) -> JSONError {
    error(key, "`\(key)` has \(length) elements where the axis has \(wanted)")
  }

  /// An axis with the edges that stand in another field; without any for what has no bins.
  func axis(_ key: String, edges: String? = nil) throws(JSONError) -> ResultAxis {
    var reader = try reader(key)
    var axis = try ResultAxis(reading: &reader)
    guard let edges else { return axis }
    axis.edges = try numbers(edges)
    guard axis.edges.count >= 2, zip(axis.edges, axis.edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw error(edges, "`\(edges)` are not ascending bin edges")
    }
    if let categories = axis.categories,
      categories.count != axis.count || Set(categories).count != categories.count
    {
      throw error(key, "its categories are not one for each bin")
    }
    return axis
  }
}
