extension JSONReader {
  /// A string, or a key; `what` says which in errors.
  mutating func text(_ what: String) throws(JSONError) -> String {
    let (content, hasEscapes) = try textRange(what)
    guard !hasEscapes else { return try unescaped(content) }
    guard let text = String(validating: bytes[content], as: UTF8.self) else {
      throw JSONError(offset: content.lowerBound, "a string that is not UTF-8")
    }
    return text
  }

  /// Passes over a string and checks it as ``text(_:)`` would, without making one.
  mutating func passText(_ what: String) throws(JSONError) {
    let (content, hasEscapes) = try textRange(what)
    if hasEscapes {
      _ = try unescaped(content)
    } else if bytes[content].contains(where: { $0 >= 0x80 }),
      String(validating: bytes[content], as: UTF8.self) == nil
    {
      throw JSONError(offset: content.lowerBound, "a string that is not UTF-8")
    }
  }

  /// Passes over a string; gives the place of what stands between its quotes, and whether there is a backslash in it.
  private mutating func textRange(_ what: String) throws(JSONError) -> (Range<Int>, hasEscapes: Bool) {
    guard nextByte() == UInt8(ascii: "\"") else { throw expected(what) }
    let start = offset + 1
    var place = start
    var hasEscapes = false
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") {
        offset = place + 1
        return (start..<place, hasEscapes)
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        // Whatever it is, it is no quote that ends the string.
        place += 1
      } else if byte < 0x20 {
        throw JSONError(offset: place, "a control character in a string: it must be escaped")
      }
      place += 1
    }
    throw JSONError(offset: bytes.count, "expected `\"` at the end of a string, found the end")
  }

  private func unescaped(_ content: Range<Int>) throws(JSONError) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(content.count)
    var place = content.lowerBound
    while place < content.upperBound {
      let byte = bytes[place]
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        place += 1
        continue
      }
      let letter = bytes[place + 1]
      place += 2
      switch letter {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(letter)
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"): result.append(contentsOf: String(try scalar(at: &place, in: content)).utf8)
      default: throw JSONError(offset: place - 2, "an escape that JSON does not have")
      }
    }
    guard let text = String(validating: result, as: UTF8.self) else {
      throw JSONError(offset: content.lowerBound, "a string that is not UTF-8")
    }
    return text
  }

  /// The character of `\uXXXX`, or of two of them that make a pair; `place` is behind the `u`.
  private func scalar(at place: inout Int, in content: Range<Int>) throws(JSONError) -> Character {
    let start = place - 2
    var code = try hexadecimal(at: &place, in: content)
    if 0xD800..<0xDC00 ~= code, place + 1 < content.upperBound, bytes[place] == UInt8(ascii: "\\"),
      bytes[place + 1] == UInt8(ascii: "u")
    {
      place += 2
      let low = try hexadecimal(at: &place, in: content)
      if 0xDC00..<0xE000 ~= low { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw JSONError(offset: start, "half of a pair of escapes (\\uD800 to \\uDFFF)")
    }
    return Character(scalar)
  }

  private func hexadecimal(at place: inout Int, in content: Range<Int>) throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard place < content.upperBound, let digit = Character(Unicode.Scalar(bytes[place])).hexDigitValue else {
        throw JSONError(offset: place, "expected four hexadecimal digits behind \\u")
      }
      code = code << 4 | UInt32(digit)
      place += 1
    }
    return code
  }
}
