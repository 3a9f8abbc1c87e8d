import CScan
import Testing

@Suite struct NumberTests {
  @Test(
    arguments: [
      ("0", 0), ("7", 7), ("1234", 1234), ("12345", 12345), ("99999999", 99_999_999), ("123456789", 123_456_789),
      ("2147483647", 2_147_483_647), ("-2147483647", -2_147_483_647), ("+5", 5), ("-0", 0), ("007", 7), (" 7", 7),
      ("7 \t", 7), ("12.000000", 12), ("12.", 12), (".0", 0), ("1.2e1", 12), ("1.25E+2", 125), ("1200e-2", 12),
      ("0e999999999999999999999", 0), ("00000000000000000000000000000000012", 12),
    ] as [(String, Int64)])
  func integersOf32Bits(text: String, expected: Int64) {
    #expect(value(text, .int32) == .success(.integer(expected)))
    #expect(value(text, .int64) == .success(.integer(expected)))
  }

  @Test(
    arguments: [
      ("4294967295", 4_294_967_295), ("9999999999999999", 9_999_999_999_999_999),
      ("12345678901234567", 12_345_678_901_234_567), ("9223372036854775807", Int64.max),
      ("-9223372036854775807", -Int64.max), ("9007199254740993e0", 9_007_199_254_740_993),
      ("9.223372036854775807e18", Int64.max), ("-2147483648", -2_147_483_648),
    ] as [(String, Int64)])
  func integersOf64Bits(text: String, expected: Int64) {
    #expect(value(text, .int64) == .success(.integer(expected)))
  }

  @Test(
    arguments: [
      ("", SCAN_NOT_A_NUMBER), ("  ", SCAN_NOT_A_NUMBER), ("-", SCAN_NOT_A_NUMBER), (".", SCAN_NOT_A_NUMBER),
      ("+-1", SCAN_NOT_A_NUMBER), ("1e", SCAN_NOT_A_NUMBER), ("1e+", SCAN_NOT_A_NUMBER), ("0x10", SCAN_NOT_A_NUMBER),
      ("1 2", SCAN_NOT_A_NUMBER), ("12a", SCAN_NOT_A_NUMBER), ("nan", SCAN_NOT_A_NUMBER), ("1.2.3", SCAN_NOT_A_NUMBER),
      ("12.5", SCAN_NOT_AN_INTEGER), ("1e-1", SCAN_NOT_AN_INTEGER), ("99999999999999999999.5", SCAN_NOT_AN_INTEGER),
      ("9223372036854775808", SCAN_OUT_OF_RANGE), ("-9223372036854775808", SCAN_OUT_OF_RANGE),
      ("99999999999999999999999", SCAN_OUT_OF_RANGE), ("1e400", SCAN_OUT_OF_RANGE),
    ] as [(String, scan_reason)])
  func malformedIntegers(text: String, reason: scan_reason) {
    #expect(value(text, .int64) == .failure(Reason(reason)))
    #expect(value(text, .int32) == .failure(Reason(reason)))
  }

  @Test func rangesHoldTheirEnds() {
    let field = Field.int32.within(-3...255)
    #expect(value("-3", field) == .success(-3))
    #expect(value("255", field) == .success(255))
    #expect(value("-4", field) == .failure(Reason(SCAN_OUT_OF_RANGE)))
    #expect(value("256", field) == .failure(Reason(SCAN_OUT_OF_RANGE)))
    #expect(value("2147483648", .int32) == .failure(Reason(SCAN_OUT_OF_RANGE)))
    #expect(value("-2147483648", .int32) == .failure(Reason(SCAN_OUT_OF_RANGE)))
    #expect(value("0", Field.int64.within(5...9)) == .failure(Reason(SCAN_OUT_OF_RANGE)))
    #expect(value("0", Field.int32.within(-9...(-5))) == .failure(Reason(SCAN_OUT_OF_RANGE)))
    #expect(value("-7", Field.int32.within(-9...(-5))) == .success(-7))
  }

  @Test(arguments: [
    "0", "-0", "12", "12.000000", "-41.531250", "0.1", ".5", "5.", "1e22", "1e23", "123456789012345678901234567890",
    "9007199254740993", "90071992.54740993", "12345678.12345678", "2.2250738585072011e-308", "4.9e-324", "1e-400",
    "1.7976931348623157e308", "0.000000000000000000000000000000000001e36", "+3.25", " 8.5 ", "1E5",
    "100000000000000016777215", "100000000000000016777216", "6.02214076e23", "99999999.99999999",
  ])
  func floatsAreRoundedCorrectly(text: String) {
    let exact = Double(text.filter { $0 != " " })!
    #expect(value(text, .float) == .success(.float(exact)))
    #expect(value(text, Field(lane: SCAN_FLOAT64, single: true)) == narrowed(exact))
  }

  private func narrowed(_ exact: Double) -> Result<Value, Reason> {
    let single = Double(Float(exact))
    return single.isInfinite ? .failure(Reason(SCAN_OUT_OF_RANGE)) : .success(.float(single))
  }

  /// Halfway between two doubles, and just beyond it by a digit that lies far behind.
  @Test func longFloats() {
    let half = "1.00000000000000011102230246251565404236316680908203125"
    #expect(value(half, .float) == .success(.float(1)))
    #expect(value(half + String(repeating: "0", count: 2000) + "1", .float) == .success(.float(1.0.nextUp)))
    #expect(value(String(repeating: "0", count: 3000) + "7", .float) == .success(.float(7)))
    #expect(value("1" + String(repeating: "0", count: 2000) + "e-2000", .float) == .success(.float(1)))
  }

  @Test(
    arguments: [
      ("", SCAN_NOT_A_NUMBER), ("nan", SCAN_NOT_A_NUMBER), ("inf", SCAN_NOT_A_NUMBER), ("-Infinity", SCAN_NOT_A_NUMBER),
      ("0x1p3", SCAN_NOT_A_NUMBER), ("1e", SCAN_NOT_A_NUMBER), ("1,5".replacing(",", with: ";"), SCAN_NOT_A_NUMBER),
      ("--1", SCAN_NOT_A_NUMBER), ("1e309", SCAN_OUT_OF_RANGE), ("-1e99999999999", SCAN_OUT_OF_RANGE),
    ] as [(String, scan_reason)])
  func malformedFloats(text: String, reason: scan_reason) {
    #expect(value(text, .float) == .failure(Reason(reason)))
  }
}
