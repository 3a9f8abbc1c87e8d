/// Reads JSON (RFC 8259) straight from bytes, value by value, as the caller asks for them.
///
///     try reader.beginObject()
///     while let key = try reader.nextKey() {
///       if key == "index" { index = try reader.int64() } else { try reader.skip() }
///     }
///
/// Who has what he needs just stops: nothing behind the value last read is looked at. Every call either takes the value
/// that it names or throws; after an error the reader is of no further use. The bytes must live as long as the reader.
package struct JSONReader {
  /// What kind of value comes next.
  package enum Kind: Sendable {
    case object, array, string, number, bool, null
  }

  /// How many objects and arrays may lie in one another.
  package static let deepest = 128

  package let bytes: UnsafeRawBufferPointer
  /// The place of the next byte to be read.
  package internal(set) var offset: Int
  /// Nothing was read yet of the object or array opened last. As in ``JSONWriter`` one flag is enough: closing one means
  /// that the one around it has a value.
  private var isFresh = false
  private var depth = 0

  /// Begins at `offset`, where a value must be; `depth` objects and arrays are open around it.
  package init(_ bytes: UnsafeRawBufferPointer, from offset: Int = 0, depth: Int = 0) {
    self.bytes = bytes
    self.offset = offset
    self.depth = depth
  }

  /// What comes next, without taking it.
  package mutating func peek() throws(JSONError) -> Kind {
    // The end is no value either.
    switch nextByte() ?? 0 {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
    case UInt8(ascii: "n"): .null
    default: throw expected("a value")
    }
  }

  // MARK: Objects and arrays

  package mutating func beginObject() throws(JSONError) { try open(UInt8(ascii: "{"), "an object") }

  package mutating func beginArray() throws(JSONError) { try open(UInt8(ascii: "["), "an array") }

  /// The key of the next value; nil where the object ends, which is then closed.
  package mutating func nextKey() throws(JSONError) -> String? {
    guard try step(closing: UInt8(ascii: "}")) else { return nil }
    let key = try text("a key")
    try takeColon()
    return key
  }

  /// Whether another item comes; if not, the array is closed.
  package mutating func nextItem() throws(JSONError) -> Bool { try step(closing: UInt8(ascii: "]")) }

  /// Nothing but white space may follow the value that was read.
  package mutating func end() throws(JSONError) {
    if nextByte() != nil { throw expected("the end") }
  }

  private mutating func open(_ bracket: UInt8, _ what: String) throws(JSONError) {
    guard nextByte() == bracket else { throw expected(what) }
    guard depth < Self.deepest else {
      throw JSONError(offset: offset, "more than \(Self.deepest) objects and arrays in one another")
    }
    offset += 1
    depth += 1
    isFresh = true
  }

  /// Goes to the next value of what is open, or closes it.
  private mutating func step(closing bracket: UInt8) throws(JSONError) -> Bool {
    let byte = nextByte()
    if byte == bracket {
      offset += 1
      depth -= 1
      isFresh = false
      return false
    }
    if isFresh {
      isFresh = false
      return true
    }
    guard byte == UInt8(ascii: ",") else {
      throw expected("`,` or `\(Character(Unicode.Scalar(bracket)))`")
    }
    offset += 1
    return true
  }

  private mutating func takeColon() throws(JSONError) {
    guard nextByte() == UInt8(ascii: ":") else { throw expected("`:`") }
    offset += 1
  }

  // MARK: Values

  package mutating func string() throws(JSONError) -> String { try text("a string") }

  package mutating func bool() throws(JSONError) -> Bool {
    if nextByte() == UInt8(ascii: "f") {
      try take("false", "true or false")
      return false
    }
    try take("true", "true or false")
    return true
  }

  /// Takes a `null` if there is one, and says whether.
  package mutating func null() throws(JSONError) -> Bool {
    guard nextByte() == UInt8(ascii: "n") else { return false }
    try take("null", "null")
    return true
  }

  /// Passes over the next value, whatever it is, and checks that it is sound. Gives its place.
  @discardableResult
  package mutating func skip() throws(JSONError) -> Range<Int> {
    _ = nextByte()
    let start = offset
    // One bit for each level that is open here: 1 is an object.
    var isObject: UInt128 = 0
    var level = 0
    while true {
      switch try peek() {
      case .object:
        try beginObject()
        isObject = isObject << 1 | 1
        level += 1
      case .array:
        try beginArray()
        isObject <<= 1
        level += 1
      case .string: try passText("a string")
      case .number: _ = try passNumber()
      case .bool: _ = try bool()
      case .null: try take("null", "null")
      }
      var isAtValue = false
      while level > 0, !isAtValue {
        isAtValue = isObject & 1 == 1 ? try passKey() : try nextItem()
        if !isAtValue {
          isObject >>= 1
          level -= 1
        }
      }
      if !isAtValue { return start..<offset }
    }
  }

  private mutating func passKey() throws(JSONError) -> Bool {
    guard try step(closing: UInt8(ascii: "}")) else { return false }
    try passText("a key")
    try takeColon()
    return true
  }

  // MARK: Bytes

  /// The next byte that is not white space; nil at the end.
  @inline(__always)
  mutating func nextByte() -> UInt8? {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      offset += 1
    }
    return nil
  }

  private mutating func take(_ word: StaticString, _ what: String) throws(JSONError) {
    let length = word.utf8CodeUnitCount
    guard bytes.count - offset >= length,
      UnsafeBufferPointer(start: word.utf8Start, count: length).elementsEqual(bytes[offset..<offset + length])
    else { throw expected(what) }
    offset += length
  }

  /// An error at the place reached.
  func expected(_ what: String) -> JSONError {
    guard offset < bytes.count else { return JSONError(offset: offset, "expected \(what), found the end") }
    let byte = bytes[offset]
    let found = 0x21...0x7E ~= byte ? "`\(Character(Unicode.Scalar(byte)))`" : "the byte \(byte)"
    return JSONError(offset: offset, "expected \(what), found \(found)")
  }
}
