import Foundation
import JSON
import Testing

@Suite struct JSONWriterTests {
  private func written(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    return writer.text
  }

  @Test func commasAndColonsTakeCareOfThemselves() {
    let text = written {
      $0.beginObject()
      $0.key("a")
      $0.beginArray()
      $0.integer(1)
      $0.beginArray()
      $0.endArray()
      $0.beginObject()
      $0.endObject()
      $0.null()
      $0.endArray()
      $0.key("b")
      $0.bool(true)
      $0.key("c")
      $0.raw("[0]")
      $0.key("d")
      $0.string("")
      $0.endObject()
      $0.endLine()
      $0.bool(false)
    }
    #expect(text == "{\"a\":[1,[],{},null],\"b\":true,\"c\":[0],\"d\":\"\"}\nfalse")
  }

  @Test func stringsAreEscaped() {
    let text = written { $0.string("\"\\/\n\r\t\u{8}\u{C}\u{0}\u{1F}é漢🙂\u{7F}") }
    #expect(text == #""\"\\/\n\r\t\b\f\u0000\u001fé漢🙂"# + "\u{7F}\"")
  }

  @Test func numbers() {
    let cases: [(Double, String)] = [
      (0, "0"), (-0.0, "-0"), (1, "1"), (-25, "-25"), (0.1, "0.1"), (93.9, "93.9"), (1e15, "1000000000000000"),
      (9_007_199_254_740_991, "9007199254740991"), (1e16, "1e+16"), (1e300, "1e+300"),
      (.leastNonzeroMagnitude, "5e-324"),
      (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
    ]
    for (value, expected) in cases { #expect(written { $0.number(value) } == expected) }
  }

  @Test func integers() {
    #expect(written { $0.integer(UInt64.max) } == "18446744073709551615")
    #expect(written { $0.integer(Int64.min) } == "-9223372036854775808")
    #expect(written { $0.integer(UInt8(7)) } == "7")
    #expect(written { $0.integer(Int128.max) } == "170141183460469231731687303715884105727")
  }

  /// Numbers of a counter share their first digits; each is written as if it stood alone.
  @Test func `Long arrays of long numbers`() {
    var random = SystemRandomNumberGenerator()
    var values: [Int64] = []
    var counter: Int64 = 9_999_000
    for _ in 0..<5_000 {
      counter += Int64.random(in: 0...30, using: &random)
      values.append(counter)
      switch Int.random(in: 0..<200, using: &random) {
      case 0: values.append(-counter)
      case 1: values.append(Int64.random(in: -9_007_199_254_740_991...9_007_199_254_740_991, using: &random))
      case 2: counter *= 10
      case 3: values.append(7)
      default: break
      }
      if counter > 900_000_000_000_000 { counter = 9_998_000 }
    }
    let expected = "[" + values.map(\.description).joined(separator: ",") + "]"
    #expect(written { writer in values.withUnsafeBufferPointer { writer.integers($0) } } == expected)
    let numbers = values.enumerated().map { $0 % 7 == 3 ? Double($1) + 0.5 : Double($1) }
    let mixed = "[" + numbers.map { number in written { $0.number(number) } }.joined(separator: ",") + "]"
    #expect(written { writer in numbers.withUnsafeBufferPointer { writer.numbers($0) } } == mixed)
    let large = values.map { UInt64.max - $0.magnitude }
    #expect(
      written { writer in large.withUnsafeBufferPointer { writer.integers($0) } }
        == "[" + large.map(\.description).joined(separator: ",") + "]")
  }

  @Test func arrays() {
    let counts: [UInt64] = [0, 9, 10, 99, 100, 12345, .max]
    let signed: [Int64] = [-1, 0, .min]
    let edges = [0, 0.5, -100]
    let text = written { writer in
      writer.beginArray()
      counts.withUnsafeBufferPointer { writer.integers($0) }
      signed.withUnsafeBufferPointer { writer.integers($0) }
      edges.withUnsafeBufferPointer { writer.numbers($0) }
      [UInt64]().withUnsafeBufferPointer { writer.integers($0) }
      writer.endArray()
    }
    #expect(text == "[[0,9,10,99,100,12345,18446744073709551615],[-1,0,-9223372036854775808],[0,0.5,-100],[]]")
  }

  @Test func anyNumberReadsBackTheSame() {
    var bits: UInt64 = 1
    for _ in 0..<2000 {
      bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = Double(bitPattern: bits)
      guard value.isFinite else { continue }
      #expect(Double(written { $0.number(value) }) == value)
    }
  }
}
