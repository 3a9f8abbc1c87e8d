import Columns
import Testing

@testable import Expressions

@Suite struct TypeTests {
  let bench = Workbench()

  @Test func timeAndDrift() {
    #expect(bench.type("25 ns * BX_COUNTER + 25 ns / 30 * TDC_MEAS") == "float ns")
    #expect(bench.type("time - (orbit.t0 - offset)") == "float ns?")
    #expect(bench.type("HEAD == 2") == "boolean")
    #expect(bench.constant("100 ns * 10 MHz") == "1")
    #expect(bench.findings("HEAD == 300") == ["1-12 warning[constant-condition]: HEAD is 0..255, so this is never true"])
  }
}
