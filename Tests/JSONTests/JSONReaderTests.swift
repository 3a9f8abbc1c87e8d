import Foundation
import JSON
import Testing

@Suite struct JSONReaderTests {
  private func read<T>(_ text: String, _ body: (inout JSONReader) throws -> T) throws -> T {
    try Array(text.utf8).withUnsafeBytes { bytes in
      var reader = JSONReader(bytes)
      let value = try body(&reader)
      try reader.end()
      return value
    }
  }

  private func problem<T>(_ text: String, _ body: (inout JSONReader) throws -> T) -> String? {
    do {
      _ = try read(text, body)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func `Values one by one`() throws {
    let text = " {\"a\" : [1, [ ],{}, null],\t\"b\":true,\"c\":\"x\" ,\r\n\"d\":-2.5e1,\"e\":{\"f\":false}} "
    try read(text) { reader in
      var keys: [String] = []
      try reader.beginObject()
      while let key = try reader.nextKey() {
        keys.append(key)
        switch key {
        case "a":
          try reader.beginArray()
          #expect(try reader.nextItem())
          #expect(try reader.int64() == 1)
          #expect(try reader.nextItem())
          #expect(try reader.numbers() == [])
          #expect(try reader.nextItem())
          try reader.beginObject()
          #expect(try reader.nextKey() == nil)
          #expect(try reader.nextItem())
          #expect(try reader.null())
          #expect(try !reader.nextItem())
        case "b": #expect(try reader.bool())
        case "c": #expect(try reader.string() == "x")
        case "d": #expect(try reader.number() == -25)
        default: #expect(try reader.skip().count == "{\"f\":false}".utf8.count)
        }
      }
      #expect(keys == ["a", "b", "c", "d", "e"])
    }
  }

  @Test func `What is behind the value read is not looked at`() throws {
    let bytes = Array("{\"a\":7,\"b\":[nonsense".utf8)
    try bytes.withUnsafeBytes { bytes throws in
      var reader = JSONReader(bytes)
      try reader.beginObject()
      #expect(try reader.nextKey() == "a")
      #expect(try reader.int64() == 7)
      #expect(reader.offset == 6)
    }
  }

  @Test func `Strings with escapes`() throws {
    #expect(
      try read(#""\"\\\/\b\f\n\r\t\u00e9\u6F22\ud83d\ude42é漢🙂""#) { try $0.string() } == "\"\\/\u{8}\u{C}\n\r\té漢🙂é漢🙂")
    let key = try read(#"{"\u0061":1}"#) { reader in
      try reader.beginObject()
      let key = try reader.nextKey()
      try reader.skip()
      let isLast = try reader.nextKey() == nil
      return isLast ? key : nil
    }
    #expect(key == "a")
  }

  @Test func `Whole numbers are exact`() throws {
    #expect(try read("18446744073709551615") { try $0.uint64() } == .max)
    #expect(try read("-9223372036854775808") { try $0.int64() } == .min)
    #expect(try read("9223372036854775807") { try $0.int64() } == .max)
    #expect(try read("-0") { try $0.uint64() } == 0)
    #expect(try read("[0,18446744073709551615]") { try $0.uint64s() } == [0, .max])
  }

  @Test func `Floats are the nearest double`() throws {
    let cases: [(String, Double)] = [
      ("0.1", 0.1), ("1e-7", 1e-7), ("9007199254740993", 9_007_199_254_740_992), ("1E+2", 100),
      ("123456789012345678901234567890", 1.2345678901234568e29), ("5e-324", .leastNonzeroMagnitude), ("1e-400", 0),
      ("1.7976931348623157e308", .greatestFiniteMagnitude),
    ]
    for (text, value) in cases { #expect(try read(text) { try $0.number() } == value) }
    #expect(try read("-0") { try $0.number() }.sign == .minus)
    let values = try read("[1,null,2.5]") { try $0.numbers() }
    #expect(values[0] == 1 && values[1].isNaN && values[2] == 2.5)
  }

  @Test func `Errors say where and what`() {
    #expect(problem("") { try $0.beginObject() } == "byte 0: expected an object, found the end")
    #expect(problem("[1") { try $0.skip() } == "byte 2: expected `,` or `]`, found the end")
    #expect(problem("[1;2]") { try $0.skip() } == "byte 2: expected `,` or `]`, found `;`")
    #expect(problem("[1,]") { try $0.skip() } == "byte 3: expected a value, found `]`")
    #expect(problem("[,1]") { try $0.skip() } == "byte 1: expected a value, found `,`")
    #expect(problem("{\"a\" 1}") { try $0.skip() } == "byte 5: expected `:`, found `1`")
    #expect(problem("{a:1}") { try $0.skip() } == "byte 1: expected a key, found `a`")
    #expect(problem("{\"a\":1,}") { try $0.skip() } == "byte 7: expected a key, found `}`")
    #expect(problem("1 2") { try $0.int64() } == "byte 2: expected the end, found `2`")
    #expect(problem("nul") { try $0.skip() } == "byte 0: expected null, found `n`")
    #expect(problem("[1]") { try $0.string() } == "byte 0: expected a string, found `[`")
    #expect(problem("\u{1}") { try $0.skip() } == "byte 0: expected a value, found the byte 1")
  }

  @Test func `Numbers that JSON does not have`() {
    for text in ["01", "-", "+1", ".5", "1.", "1e", "1e+", "--1", "0x10", "1.5.2", "NaN", "Infinity", "-01"] {
      #expect(problem(text) { try $0.skip() } != nil, "\(text)")
      #expect(problem(text) { try $0.number() } != nil, "\(text)")
    }
    for text in ["1.0", "1e3", "9223372036854775808", "-9223372036854775809", "99999999999999999999999"] {
      #expect(problem(text) { try $0.int64() } == "byte 0: expected a whole number of 64 bits", "\(text)")
    }
    for text in ["-1", "18446744073709551616", "2.5"] { #expect(problem(text) { try $0.uint64() } != nil, "\(text)") }
    #expect(problem("1e999") { try $0.number() } == "byte 0: a number beyond the range of doubles")
  }

  @Test func `Strings that JSON does not have`() {
    for text in [
      #""\x""#, #""\u12"#, #""\u12G4""#, #""\ud800""#, #""\ud800\u0041""#, #""\ude42""#, "\"a\nb\"", "\"a", "\"a\\",
      "\"a\\\"",
    ] {
      #expect(problem(text) { try $0.string() } != nil, "\(text)")
      #expect(problem(text) { try $0.skip() } != nil, "\(text)")
    }
    for bytes in [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0x5C, 0x6E, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]] {
      bytes.withUnsafeBytes { bytes in
        #expect(throws: JSONError.self) {
          var reader = JSONReader(bytes)
          try reader.skip()
        }
        #expect(throws: JSONError.self) {
          var reader = JSONReader(bytes)
          _ = try reader.string()
        }
      }
    }
  }

  @Test func `Levels have a limit`() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[{\"a\":", count: levels / 2) + "0" + String(repeating: "}]", count: levels / 2)
    }
    try read(nested(JSONReader.deepest)) { _ = try $0.skip() }
    #expect(
      problem(nested(JSONReader.deepest + 2)) { try $0.skip() }?.contains("more than 128 objects and arrays") == true)
    #expect(problem(String(repeating: "[", count: 1_000_000)) { try $0.skip() } != nil)
  }

  @Test func `What the writer writes reads back`() throws {
    var bits: UInt64 = 99
    func next() -> UInt64 {
      bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return bits ^ bits >> 29
    }
    let numbers = (0..<2_000).map { _ in Double(bitPattern: next()) }.filter(\.isFinite)
    let counts = (0..<500).map { _ in next() >> (next() % 64) }
    let names = (0..<200).map { _ in
      String(String.UnicodeScalarView((0..<12).compactMap { _ in Unicode.Scalar(UInt32(next() % 0x300)) }))
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("numbers")
    numbers.withUnsafeBufferPointer { writer.numbers($0) }
    writer.key("counts")
    counts.withUnsafeBufferPointer { writer.integers($0) }
    for name in names {
      writer.key(name)
      writer.string(name)
    }
    writer.endObject()
    try read(writer.text) { reader in
      try reader.beginObject()
      #expect(try reader.nextKey() == "numbers")
      #expect(try reader.numbers() == numbers)
      #expect(try reader.nextKey() == "counts")
      #expect(try reader.uint64s() == counts)
      for name in names {
        #expect(try reader.nextKey() == name)
        #expect(try reader.string() == name)
      }
      #expect(try reader.nextKey() == nil)
    }
    #expect(try read(writer.text) { try $0.skip() } == 0..<writer.bytes.count)
  }

  /// What is taken as JSON, and what is not, against another reader.
  @Test func `Changed texts are refused where Foundation refuses them`() {
    let seeds = [
      #"{"a":[1,-2.5e-3,null,true],"b":{"c":"x\ny\u00e9"},"d":false}"#, #"[[],{},"",0,[{"k":[1]}]]"#, "  12.50  ",
    ].map { Array($0.utf8) }
    let letters = Array("{}[]\",:\\u0 1-.eEtrfalsn\u{1}x".utf8)
    var bits: UInt64 = 5
    func next(_ below: Int) -> Int {
      bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(bits >> 33) % below
    }
    var taken = 0
    for round in 0..<20_000 {
      var text = seeds[round % seeds.count]
      for _ in 0...next(3) {
        let place = next(text.count)
        switch next(3) {
        case 0: text[place] = letters[next(letters.count)]
        case 1: text.insert(letters[next(letters.count)], at: place)
        default: if text.count > 1 { text.remove(at: place) }
        }
      }
      let isSound = text.withUnsafeBytes { bytes in
        var reader = JSONReader(bytes)
        do throws(JSONError) {
          try reader.skip()
          try reader.end()
          return true
        } catch {
          #expect(error.offset <= bytes.count)
          return false
        }
      }
      let other = (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
      // Foundation lets a comma pass before a closing bracket.
      let dense = String(decoding: text.filter { $0 != 0x20 }, as: UTF8.self)
      if dense.contains(",]") || dense.contains(",}") { continue }
      #expect(isSound == other, "\(String(decoding: text, as: UTF8.self))")
      taken += isSound ? 1 : 0
    }
    #expect(taken > 500 && taken < 15_000)
  }
}
