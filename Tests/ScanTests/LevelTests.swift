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

  @Test func levelsFallBackToWhatThereIs() {
    defer { scan_set_level(SCAN_AVX512) }
    #expect(scan_set_level(SCAN_PORTABLE) == SCAN_PORTABLE)
    #expect(scan_current_level() == SCAN_PORTABLE)
    let best = scan_set_level(SCAN_AVX512)
    #expect(best.rawValue <= SCAN_AVX512.rawValue && scan_current_level() == best)
  }
}
