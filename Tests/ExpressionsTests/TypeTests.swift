import Columns
import Diagnostics
import Testing

@testable import Expressions

@Suite struct TypeTests {
  let bench = Workbench()

  @Test(arguments: [
    ("25 ns * BX_COUNTER + 25 ns / 30 * TDC_MEAS", "float ns"), ("time - (orbit.t0 - offset)", "float ns?"),
    ("HEAD == 2", "boolean"), ("maybe == 2", "boolean?"), ("maybe is known", "boolean"), ("site == 'a'", "boolean"),
    ("HEAD + FPGA", "integer 0..510"), ("HEAD - FPGA", "integer -255..255"), ("-HEAD", "integer -255..0"),
    ("(HEAD - 100) * FPGA", "integer -25500..39525"), ("HEAD // 10", "integer 0..25"),
    ("HEAD // -10", "integer -26..0"),
    ("HEAD % 10", "integer 0..9"), ("HEAD % 1000", "integer 0..255"), ("HEAD % -10", "integer -9..0"),
    ("wide % 100", "integer 0..99"),
    ("HEAD // FPGA", "integer 0..255?"), ("HEAD % FPGA", "integer 0..254?"),
    ("(HEAD - 128) // (FPGA + 1)", "integer -128..127"),
    ("wide & 0xff", "integer 0..255"), ("HEAD & FPGA", "integer 0..255"), ("HEAD | 256", "integer 256..511"),
    ("HEAD ^ FPGA", "integer 0..255"),
    ("HEAD << 2", "integer 0..1020"), ("HEAD >> 3", "integer 0..31"),
    ("HEAD << FPGA", "integer 0..9223372036854775807?"),
    ("min(HEAD, 10)", "integer 0..10"), ("max(HEAD, 10, FPGA)", "integer 10..255"),
    ("abs(HEAD - 100)", "integer 0..155"),
    ("abs(maybe)", "integer 0..10?"), ("if(flag, HEAD, -1)", "integer -1..255"),
    ("if(maybe > 0, 1, 2)", "integer 1..2?"),
    ("if(TDC_CHANNEL < 64, TDC_CHANNEL, TDC_CHANNEL - 64)", "integer 0..65471"),
    ("if(ORBIT_CNT in 0..9, ORBIT_CNT, 0)", "integer 0..9"),
    ("if(HEAD >= 100, HEAD - 100, 0)", "integer 0..155"), ("if(flag, HEAD, 1.5)", "float"),
    ("if(flag, 'a', site)", "text"),
    ("wide + 1", "integer -9223372036854775806..9223372036854775807?"),
    ("ORBIT_CNT * 3564 + BX_COUNTER", "integer 0..15307263504915"),
    ("HEAD / 4", "float"), ("HEAD / FPGA", "float?"), ("TDC_MEAS * 2", "float?"), ("TDC_MEAS / 2", "float"),
    ("sqrt(HEAD)", "float"),
    ("sqrt(TDC_MEAS)", "float?"), ("TDC_MEAS % 25", "float"), ("TDC_MEAS // 0.5", "float?"),
    ("floor(HEAD / 4)", "integer 0..63"),
    ("ceil(HEAD / 4)", "integer 0..64"), ("round(HEAD / 4)", "integer 0..64"), ("floor(TDC_MEAS)", "integer?"),
    ("round(HEAD)", "integer 0..255"),
  ]) func kindsAndRanges(text: String, expected: String) {
    #expect(bench.type(text) == expected)
  }

  @Test(arguments: [
    ("clock + 5 ns", "integer 5..1000005 ns"), ("5 ns + clock", "integer 5..1000005 ns"), ("clock + time", "float ns"),
    ("clock + 1 h", "integer 3600000000..3600001000 us"), ("min(clock, 1 ms)", "integer 0..1000 us"),
    ("if(flag, clock, 3 ns)", "integer 0..1000000 ns"),
    ("pos / time", "float mm/ns?"), ("pos / time * time", "float mm?"), ("time * 10 MHz", "float?"),
    ("clock * 1 MHz", "integer 0..1000"),
    ("HEAD * 1 us", "integer 0..255 us"), ("time / (25 ns)", "float"), ("clock // 25 ns", "integer 0..40000"),
    ("clock % 25 ns", "integer 0..24 ns"),
    ("clock // 3", "integer 0..333 us"), ("sqrt(pos * pos)", "float mm?"), ("floor(time / 2)", "integer ns?"),
    ("-clock", "integer -1000..0 us"),
    ("1 / (1 ms)", "float kHz"), ("abs(-time)", "float ns"), ("pos < 1 m", "boolean"),
  ]) func units(text: String, expected: String) {
    #expect(bench.type(text) == expected)
  }

  @Test(arguments: [
    ("7 // 2", "3"), ("-7 // 2", "-4"), ("7 // -2", "-4"), ("-7 // -2", "3"), ("7 % 3", "1"), ("-7 % 3", "2"),
    ("7 % -3", "-2"), ("-7 % -3", "-1"),
    ("7.5 // 2", "3.0"), ("-7.5 // 2", "-4.0"), ("-7.5 % 2", "0.5"), ("7.5 % -2", "-0.5"), ("0.3 // 0.1", "2.0"),
    ("1.0 // 0.1", "9.0"),
    ("1 / 4", "0.25"), ("4 / 2", "2.0"), ("0xF0 & 0x3C", "48"), ("0xF0 | 0x0F", "255"), ("6 ^ 3", "5"),
    ("1 << 62", "4611686018427387904"),
    ("-8 >> 1", "-4"), ("-1 >> 63", "-1"), ("round(2.5)", "3"), ("round(-2.5)", "-3"),
    ("round(0.49999999999999994)", "0"),
    ("floor(-0.5)", "-1"), ("ceil(-0.5)", "0"), ("abs(-5)", "5"), ("min(3, 1.5, 2)", "1.5"), ("max(3, 1)", "3"),
    ("sqrt(9)", "3.0"),
    ("2 + 3 * 4", "14"), ("not (1 < 2)", "false"), ("'a' == 'a'", "true"), ("'a' in ['b', 'c']", "false"),
    ("5 in 0..5", "true"),
    ("if(1 < 2, 'a', 'b')", "'a'"), ("100 ns * 10 MHz", "1"), ("1 us / 25 ns", "40.0"), ("1 s // 3 ns", "333333333"),
    ("3 us + 5 ns", "3005 ns"),
    ("95.0 ns - 1.1 ns", "93.9 ns"), ("sqrt(4 mm * 1 mm)", "2.0 mm"), ("offset + 0 ns", "93.9 ns"), ("mode * 2", "4"),
    ("1 h == 3600 s", "true"),
    ("5 // 0 is known", "false"), ("1 / 0", "unknown"), ("5 % 0", "unknown"), ("sqrt(-1)", "unknown"),
    ("(1 / 0) + 1 == 2", "unknown"),
    ("false and 1 / 0 == 1", "false"), ("true or 1 / 0 == 1", "true"), ("1 << 64", "unknown"),
    ("-1 << 62", "-4611686018427387904"),
  ]) func constants(text: String, expected: String) {
    #expect(bench.constant(text) == expected)
  }

  @Test func settings() {
    func quantity(_ text: String, _ unit: String) -> String {
      let findings = Findings()
      let constant = TypeChecker.quantity(
        LocatedText(option: "test", text: text), in: .named(unit)!, findings: findings)
      return constant?.description ?? findings.all.map(Workbench.describe).joined(separator: "; ")
    }
    #expect(quantity("2 s", "ms") == "2000 ms")
    #expect(quantity("-100 ns", "ns") == "-100 ns")
    #expect(quantity("500 ns", "us") == "0.5 us")
    #expect(quantity("1000 /s", "Hz") == "1000 Hz")
    #expect(
      quantity("5", "ns")
        == "1-2 error[unit-mismatch]: 5 (a plain number) cannot be converted to a time in ns | write 5 ns")
    #expect(
      quantity("5 mm", "ns")
        == "1-5 error[unit-mismatch]: 5 mm cannot be converted to a time in ns | mm is a length, ns is a time")
    #expect(
      quantity("1 s / 0", "ns") == "1-8 error[constant-unknown]: 1 s / 0 divides by zero, so it is always unknown")
    #expect(quantity("true", "ns") == "1-5 error[type-mismatch]: true is boolean, but a number is needed")
    let findings = Findings()
    let text = LocatedText(option: "test", text: "HEAD + 1")
    #expect(TypeChecker.constant(text, in: bench.scope, findings: findings) == nil)
    #expect(findings.all.map(\.message) == ["a fixed value is needed here, but HEAD changes from row to row"])
  }

  @Test func keysAreCanonical() {
    func key(_ text: String) -> String { bench.check(text).0?.key ?? "" }
    #expect(key("HEAD + FPGA") == key(" FPGA+(HEAD) "))
    #expect(key("5 + HEAD") == key("HEAD + 5"))
    #expect(key("HEAD > FPGA") == key("FPGA < HEAD"))
    #expect(key("flag and HEAD == 2") == key("2 == HEAD and flag"))
    #expect(key("HEAD - FPGA") != key("FPGA - HEAD"))
    #expect(key("site == 'HEAD'") != key("site == \"a\""))
    #expect(bench.check("time - orbit.t0 > 5 ns and flag").0?.columns == ["time", "orbit.t0", "flag"])
  }
}
