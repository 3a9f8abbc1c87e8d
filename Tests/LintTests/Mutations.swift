import Foundation

/// Random numbers that are the same in every run.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let mixed = (state ^ (state >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    return mixed ^ (mixed >> 29)
  }
}

/// Ways to spoil a YAML text: as bytes, as lines, and as words.
struct Mutator {
  var random: SeededRandom

  private static let words: [String] = [
    "0", "-1", "1e300", "-1e308", "1e-300", "9223372036854775807", "-9223372036854775808", "99999999999999999999",
    "4294967296", "0.1", "NaN", "inf", "1e300 ns/ns/ns/ns", "1 h/ps", "5 ns" + String(repeating: "/s", count: 130),
    "1 s" + String(repeating: "/h", count: 5), "/s", "ns", "integers -9223372036854775808..9223372036854775807",
    "integers 9223372036854775807..9223372036854775807", "categories 1, 01", "100000 from -1e18 to 1e18",
    "10 from 0 to 1e-320", "[0, 1e308]", "[-1e308, 1e308]", "wire", "chamber", "orbit.t0", "orbit.active", "drift",
    "time", "HEAD", "true", "null", "~", "''", "[]", "{}", "[[]]", "{a: b}", "*x", "&x", "&x 5", "${TOKEN}",
    "${NOTHING}",
    "text", "u64", "i64", "f64 ns", "63 signed", "not HEAD", "HEAD << 62", "1 // 0", "min(1, 2)",
    "if(wire > 3, wire, 0)",
    "count", "any(wire)", "min(orbit.t0)", "2 of wire", "1e-300 ns of time", "5 of orbit.active", "all", "µ",
    "\u{1F4C8}",
    String(repeating: "(", count: 300), String(repeating: "[", count: 120), String(repeating: "-", count: 300) + "1",
    String(repeating: "wire + ", count: 250) + "wire",
  ]

  mutating func mutated(_ text: String) -> [UInt8] {
    var text = text
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: text = String(decoding: bytes(Array(text.utf8)), as: UTF8.self)
      case 1: text = lines(text)
      default: text = words(text)
      }
    }
    // Now and then what is no text at all.
    return Int.random(in: 0..<20, using: &random) == 0 ? bytes(Array(text.utf8)) : Array(text.utf8)
  }

  private mutating func bytes(_ bytes: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty else { return [UInt8.random(in: 0...255, using: &random)] }
    var bytes = bytes
    let place = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
    case 1: bytes.remove(at: place)
    default: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &random), at: place)
    }
    return bytes
  }

  private mutating func lines(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let from = Int.random(in: 0..<lines.count, using: &random), to = Int.random(in: 0..<lines.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: lines.remove(at: from)
    case 1: lines.insert(lines[from], at: to)
    case 2: lines.swapAt(from, to)
    default: lines[from] = "  " + lines[from]
    }
    return lines.joined(separator: "\n")
  }

  /// Puts something else in place of a word: a word of the text, or one that asks for trouble.
  private mutating func words(_ text: String) -> String {
    let places = Self.places(text)
    guard let place = places.randomElement(using: &random) else { return text }
    let new =
      Bool.random(using: &random)
      ? Self.words.randomElement(using: &random)! : String(text[places.randomElement(using: &random)!])
    return text.replacingCharacters(in: place, with: new)
  }

  /// Where names, numbers and what is made of them stand.
  static func places(_ text: String) -> [Range<String.Index>] {
    text.ranges(of: /[A-Za-z0-9_.]+/)
  }
}
