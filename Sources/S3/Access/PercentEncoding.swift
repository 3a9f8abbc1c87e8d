/// Letters, digits and `-._~`, which stand for themselves in an address.
func isUnreserved(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
  default: false
  }
}

/// The text with all but unreserved bytes as `%2F`, as signatures want it.
func percentEncoded(_ text: String, keeping kept: String) -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  var result: [UInt8] = []
  for byte in text.utf8 {
    if isUnreserved(byte) || kept.utf8.contains(byte) {
      result.append(byte)
    } else {
      result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: result, as: UTF8.self)
}

/// What was encoded as listings are, with `+` for a space; nil where it is no text.
func percentDecoded(_ text: String) -> String? {
  var result: [UInt8] = []
  var bytes = text.utf8.makeIterator()
  while let byte = bytes.next() {
    if byte == UInt8(ascii: "+") {
      result.append(0x20)
    } else if byte == UInt8(ascii: "%") {
      guard let first = bytes.next().flatMap(digit), let second = bytes.next().flatMap(digit) else { return nil }
      result.append(first << 4 | second)
    } else {
      result.append(byte)
    }
  }
  return String(validating: result, as: UTF8.self)
}

private func digit(_ byte: UInt8) -> UInt8? {
  Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
}
