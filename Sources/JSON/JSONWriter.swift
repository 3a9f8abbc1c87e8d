/// Writes compact JSON straight into bytes.
///
/// The caller opens and closes objects and arrays and gives keys and values in order; commas and colons take care of
/// themselves. Nothing checks that the calls nest: what is written is what was asked for.
package struct JSONWriter: Sendable {
  /// What was written so far, in UTF-8.
  package var bytes: [UInt8] = []
  /// Whether the next key or value follows another one. After an opening bracket or a key it does not, after anything
  /// else it does, so that one flag is enough and no stack is needed.
  private var follows = false

  package init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  /// What was written so far, as text.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Forgets what was written and keeps the memory.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    follows = false
  }

  /// Ends a line, so that the next value stands alone: JSON lines.
  package mutating func endLine() {
    bytes.append(UInt8(ascii: "\n"))
    follows = false
  }

  package mutating func beginObject() {
    open(UInt8(ascii: "{"))
  }

  package mutating func endObject() {
    close(UInt8(ascii: "}"))
  }

  package mutating func beginArray() {
    open(UInt8(ascii: "["))
  }

  package mutating func endArray() {
    close(UInt8(ascii: "]"))
  }

  /// The key of the value that comes next.
  package mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    follows = false
  }

  package mutating func string(_ value: String) {
    separate()
    quote(value)
  }

  package mutating func integer(_ value: some BinaryInteger) {
    separate()
    if let small = UInt64(exactly: value) {
      digits(small)
    } else if let small = Int64(exactly: value) {
      digits(small)
    } else {
      bytes.append(contentsOf: String(value).utf8)
    }
  }

  /// The shortest decimal that reads back as `value`; a whole number has no `.0`, and what is not a number is `null`.
  package mutating func number(_ value: Double) {
    separate()
    decimal(value)
  }

  package mutating func bool(_ value: Bool) {
    separate()
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  package mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  /// A value that is JSON already.
  package mutating func raw(_ json: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
  }

  /// A value that is JSON already.
  package mutating func raw(_ json: String) {
    raw(json.utf8)
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    follows = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    follows = true
  }

  private mutating func separate() {
    if follows { bytes.append(UInt8(ascii: ",")) }
    follows = true
  }

  private mutating func quote(_ value: String) {
    var value = value
    bytes.append(UInt8(ascii: "\""))
    value.withUTF8 { characters in
      var clean = 0
      for (index, byte) in characters.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
        bytes.append(contentsOf: characters[clean..<index])
        escape(byte)
        clean = index + 1
      }
      bytes.append(contentsOf: characters[clean...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x22, 0x5C: bytes.append(byte)
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    default:
      bytes.append(contentsOf: "u00".utf8)
      for digit in [byte >> 4, byte & 15] {
        bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
  }
}
