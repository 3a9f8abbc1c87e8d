/// Rows like those of the telescope: the same ones every time, on every machine.
struct Rows {
  /// Pieces of the same number of rows, each in whole rows.
  var text: [[UInt8]] = []
  /// The same rows as words of the DAQ.
  var words: [[UInt8]] = []
  /// Rows whose last field has six digits behind the point.
  var fractions: [[UInt8]] = []

  /// Rows of a piece: as many as the engine reads at a time.
  static let count = 40_960
  static let pieces = 3

  static func telescope(_ count: Int) -> Rows {
    var rows = Rows()
    var random = Random()
    var orbit = 3_387_200_947
    for _ in 0..<pieces {
      var text: [UInt8] = []
      var words: [UInt8] = []
      var fractions: [UInt8] = []
      for _ in 0..<count {
        orbit += random.next(6) < 5 ? random.next(6) : 0
        let head = random.next(100) < 84 ? 2 : random.next(6)
        let fpga = random.next(2)
        let channel = random.next(100) < 2 ? 128 : random.next(128)
        let fields = [
          head, fpga, channel, orbit - (random.next(8) == 0 ? random.next(100) : 0), random.next(3564), random.next(30),
        ]
        let row = fields.map(String.init).joined(separator: ",")
        text += Array("\(row)\n".utf8)
        fractions += Array("\(row).\(100_000 + random.next(900_000))\n".utf8)
        let word =
          UInt64(fields[5]) | UInt64(fields[4]) << 5 | UInt64(fields[3]) << 17 | UInt64(fields[2]) << 49
          | UInt64(fields[1]) << 58 | UInt64(fields[0]) << 61
        for byte in 0..<8 { words.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(byte)))) }
      }
      rows.text.append(text)
      rows.words.append(words)
      rows.fractions.append(fractions)
    }
    return rows
  }
}

/// Numbers that look random, from a seed that never changes. Benchmarks/kernels/expressions.c has the same.
struct Random {
  private var state: UInt64 = 20_230_917

  /// A number from 0 up to, and without, `bound`.
  mutating func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}
