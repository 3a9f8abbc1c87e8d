import Simulation
import TestSupport

/// Messages that hold no row, or not only rows, and how many rows of them are malformed.
struct Mess {
  let name: String
  let value: [UInt8]?
  let malformed: Int

  static let text: [Mess] = [
    Mess(name: "no value", value: nil, malformed: 1),
    Mess(name: "empty", value: [], malformed: 1),
    Mess(name: "blank lines", value: Array("\n \t\n\r\n".utf8), malformed: 1),
    Mess(name: "one line end", value: Array("\n".utf8), malformed: 1),
    Mess(name: "cut row", value: Array("2,0,5".utf8), malformed: 1),
    Mess(name: "words", value: Array("DAQ restarted\nby hand".utf8), malformed: 2),
    Mess(name: "zero bytes", value: Array(repeating: 0, count: 40), malformed: 1),
    garbage(200, seed: 1), garbage(5_000, seed: 2),
  ]

  /// For words of 8 bytes.
  static let words: [Mess] = [
    Mess(name: "no value", value: nil, malformed: 1),
    Mess(name: "empty", value: [], malformed: 1),
    Mess(name: "too short", value: [1, 2, 3], malformed: 1),
    // Zero words are records that cleansing drops; three bytes are left.
    Mess(name: "no multiple", value: Array(repeating: 0, count: 19), malformed: 1),
  ]

  /// Random bytes; every line that is not blank is a malformed row.
  static func garbage(_ count: Int, seed: UInt64) -> Mess {
    var dice = Dice(seed)
    let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
    let lines = bytes.split(separator: 0x0A).filter { line in
      let row = line.last == 0x0D ? line.dropLast() : line
      return row.contains { $0 != 0x20 && $0 != 0x09 }
    }
    return Mess(name: "\(count) random bytes", value: bytes, malformed: lines.count)
  }
}
