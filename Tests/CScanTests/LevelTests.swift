import CScan
import Testing

/// Every level against the naive decoder. Serialized, because the level belongs to the whole process.
@Suite(.serialized) struct LevelTests {
  static let levels: [scan_level] = [SCAN_PORTABLE, SCAN_SSE, SCAN_AVX2, SCAN_AVX512]

  /// Chooses the level, or says that this processor has not got it.
  private func choose(_ level: scan_level) -> Bool { scan_set_level(level) == level }

  @Test(arguments: 0..<150)
  func everyLevelMeansTheSame(seed: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    var texts = RandomText(seed: UInt64(seed))
    let (bytes, fields, format) = texts.next()
    let maxRows = seed % 3 == 0 ? texts.number(300) : 2000
    let expected = NaiveDecoder(fields: fields, format: format).decode(bytes, maxRows: maxRows, offsetBase: 5)
    for level in Self.levels where choose(level) {
      let border: FencedText.Border = seed % 2 == 0 ? .end : .start
      let found = decode(bytes, fields, format: format, maxRows: maxRows, offsetBase: 5, against: border)
      #expect(found == expected, "level \(level.rawValue)")
    }
  }

  @Test(arguments: 0..<60)
  func everyLevelMeansTheSameOnNearlyRegularRows(seed: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    var texts = RandomText(seed: UInt64(3000 + seed))
    let (bytes, fields, format) = texts.nextNearlyRegular()
    let maxRows = seed % 3 == 0 ? texts.number(1000) : 2000
    let expected = NaiveDecoder(fields: fields, format: format).decode(bytes, maxRows: maxRows, offsetBase: 5)
    for level in Self.levels where choose(level) {
      for border in FencedText.Border.allCases {
        let found = decode(bytes, fields, format: format, maxRows: maxRows, offsetBase: 5, against: border)
        #expect(found == expected, "level \(level.rawValue)")
      }
    }
  }

  @Test func hundredsOfFieldsOfAllKinds() {
    defer { scan_set_level(SCAN_AVX512) }
    let kinds = [Field.float, .int64, .int32, .text, .int64]
    let fields = (0..<700).map { kinds[$0 % kinds.count] }
    let texts = ["-1.25", "1234567890123456", "7", "x", "12345678901", "5.1234567", "12", "123456789", "y y", "999999"]
    let rows = (0..<12).map { row in
      (0..<700).map { texts[($0 + row % 7 * 5) % texts.count] }.joined(separator: ",") + "\n"
    }
    let bytes = Array(rows.joined().utf8)
    let expected = NaiveDecoder(fields: fields, format: Format()).decode(bytes, maxRows: 200, offsetBase: 0)
    #expect(expected.rows.count == 12)
    for level in Self.levels where choose(level) {
      #expect(decode(bytes, fields, maxRows: 200) == expected, "level \(level.rawValue)")
    }
  }

  @Test(arguments: 0..<30)
  func splittingAtAnyRowEndGivesTheSameRows(seed: Int) {
    var texts = RandomText(seed: UInt64(1000 + seed))
    let (bytes, fields, format) = texts.next()
    let whole = decode(bytes, fields, format: format)
    var joined = Table()
    var start = 0
    while start < bytes.count {
      var end = min(bytes.count, start + 1 + texts.number(bytes.count))
      while end < bytes.count, bytes[end - 1] != UInt8(ascii: "\n") { end += 1 }
      let part = decode(Array(bytes[start..<end]), fields, format: format, offsetBase: start)
      joined.rows += part.rows
      joined.offsets += part.offsets
      joined.bad += part.bad.map { bad in
        var bad = bad
        bad.line += joined.lines
        return bad
      }
      joined.badCount += part.badCount
      joined.lines += part.lines
      joined.consumed += part.consumed
      start = end
    }
    #expect(joined == whole)
  }

  @Test(arguments: 0..<100)
  func anyBytesAreRowsOrMalformed(seed: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    var texts = RandomText(seed: UInt64(2000 + seed))
    let alphabet = Array("0123456789,,,\n\n\r-+.eE \t\"#\0\u{7f}".utf8)
    let count = texts.number(9000)
    let bytes = (0..<count).map { _ in
      texts.number(20) == 0 ? UInt8(texts.number(256)) : alphabet[texts.number(alphabet.count)]
    }
    let fields: [Field] = [.int32, .float, .skip]
    let format = Format(quote: seed % 2 == 0 ? "\"" : nil, comment: "#")
    let expected = NaiveDecoder(fields: fields, format: format).decode(bytes, maxRows: 10_000, offsetBase: 0)
    for level in Self.levels where choose(level) {
      #expect(decode(bytes, fields, format: format) == expected)
    }
  }

  @Test(arguments: 1...8, [false, true])
  func everyLevelCutsTheSameWords(width: Int, bigEndian: Bool) {
    defer { scan_set_level(SCAN_AVX512) }
    var random = RandomText(seed: UInt64(4000 + 2 * width) + (bigEndian ? 1 : 0))
    for count in [0, 1, 7, 64, 511, 512, 513, 1500] {
      let bytes = (0..<count * width).map { _ in UInt8(random.number(256)) }
      let bits = (0..<6).map { _ in
        let shift = random.number(8 * width)
        return (shift: shift, width: 1 + random.number(min(63, 8 * width - shift)), isSigned: random.number(2) == 0)
      }
      let expected: [[Int64]] = bits.map { field in
        (0..<count).map { row in
          let word = bytes[row * width..<(row + 1) * width]
          let number = (bigEndian ? Array(word) : word.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
          let value = number >> UInt64(field.shift) & UInt64.max >> UInt64(64 - field.width)
          let isNegative = field.isSigned && value >> UInt64(field.width - 1) == 1
          return Int64(bitPattern: isNegative ? value | UInt64.max << UInt64(field.width) : value)
        }
      }
      for level in Self.levels where choose(level) {
        for border in FencedText.Border.allCases {
          #expect(cutWords(bytes, width, bigEndian, bits, against: border) == expected, "level \(level.rawValue)")
        }
      }
    }
  }

  /// The fields' values; those of up to 31 bits by way of 32-bit columns.
  private func cutWords(
    _ bytes: [UInt8], _ width: Int, _ bigEndian: Bool, _ bits: [(shift: Int, width: Int, isSigned: Bool)],
    against border: FencedText.Border
  ) -> [[Int64]] {
    let count = bytes.count / width
    let text = FencedText(bytes, against: border)
    let fields = bits.map { field in
      scan_bits(
        lane: field.width <= 31 ? SCAN_INT32 : SCAN_INT64, shift: UInt8(field.shift), bits: UInt8(field.width),
        is_signed: field.isSigned ? 1 : 0, column: .allocate(byteCount: count * 8 + 64, alignment: 64))
    }
    defer { for field in fields { field.column.deallocate() } }
    text.base.withMemoryRebound(to: UInt8.self, capacity: bytes.count) {
      scan_words($0, count, Int32(width), bigEndian ? 1 : 0, fields, Int32(fields.count))
    }
    return fields.map { field in
      (0..<count).map { row in
        field.lane == SCAN_INT32
          ? Int64(field.column.load(fromByteOffset: row * 4, as: Int32.self))
          : field.column.load(fromByteOffset: row * 8, as: Int64.self)
      }
    }
  }

  @Test func levelsFallBackToWhatThereIs() {
    defer { scan_set_level(SCAN_AVX512) }
    #expect(scan_set_level(SCAN_PORTABLE) == SCAN_PORTABLE)
    #expect(scan_current_level() == SCAN_PORTABLE)
    let best = scan_set_level(SCAN_AVX512)
    #expect(best.rawValue <= SCAN_AVX512.rawValue && scan_current_level() == best)
  }
}
