import Columns
import Diagnostics
import Testing

@testable import Expressions

@Suite struct NarrowingTests {
  let bench = Workbench()

  /// The type of `text` in rows for which `condition` is true.
  private func type(_ text: String, where condition: String) throws -> String {
    let assumed = try #require(bench.check(condition).0)
    let findings = Findings()
    let located = LocatedText(option: "test", text: text)
    let expression = try #require(ExpressionParser.parse(located, findings: findings))
    let typed = TypeChecker.check(expression, in: narrowed(bench.scope, assuming: assumed), findings: findings)
    return typed?.type.description ?? findings.all.map(\.message).joined(separator: "; ")
  }

  @Test(arguments: [
    ("TDC_CHANNEL - 64", "FPGA == 0 and TDC_CHANNEL in 64..127", "integer 0..63"),
    ("FPGA", "FPGA == 0 and TDC_CHANNEL in 64..127", "integer 0..0"),
    ("HEAD", "HEAD < 10", "integer 0..9"), ("HEAD", "HEAD <= 10", "integer 0..10"),
    ("HEAD", "10 < HEAD", "integer 11..255"), ("HEAD", "HEAD >= 10", "integer 10..255"),
    ("HEAD", "not (HEAD > 10)", "integer 0..10"), ("HEAD", "not (HEAD >= 10 or HEAD == 3)", "integer 0..9"),
    ("HEAD", "HEAD in [3, 9, 5]", "integer 3..9"),
    ("HEAD", "HEAD == 3 or HEAD in 7..9", "integer 3..9"), ("HEAD", "HEAD == 3 or FPGA == 1", "integer 0..255"),
    ("HEAD", "HEAD < FPGA and FPGA in 0..5", "integer 0..254"),
    ("HEAD", "HEAD + 5 < 10", "integer 0..4"), ("HEAD", "HEAD * 3 <= 10", "integer 0..3"),
    ("HEAD", "HEAD < 9.5", "integer 0..9"), ("HEAD", "HEAD < 9.0", "integer 0..8"),
    ("clock", "clock < 5500 ns", "integer 0..5 us"), ("clock", "clock in 3 us..7 us", "integer 3..7 us"),
    ("ORBIT_CNT", "ORBIT_CNT in 0..99", "integer 0..99"),
    ("maybe", "maybe is known", "integer -10..10"), ("maybe", "maybe > 3", "integer 4..10"),
    ("maybe", "maybe != 3", "integer -10..10"), ("maybe", "maybe in [1, 2]", "integer 1..2"),
    ("maybe", "maybe is unknown", "integer -10..10?"), ("maybe", "maybe > 3 or flag", "integer -10..10?"),
    ("orbit.t0", "orbit.t0 is known", "float ns"),
    ("orbit.t0", "time > orbit.t0", "float ns"), ("orbit.t0", "not (orbit.t0 is unknown) and flag", "float ns"),
    ("maybe", "if(maybe > 0, flag, flag)", "integer -10..10"),
    ("HEAD", "HEAD not in 5..300", "integer 0..255"), ("HEAD", "flag", "integer 0..255"),
    ("HEAD", "mode == 2", "integer 0..255"),
  ]) func ranges(text: String, condition: String, expected: String) throws {
    #expect(try type(text, where: condition) == expected)
  }

  /// Rows that the condition excludes are computed as well, with kernels that rely on the narrowed ranges; none may
  /// trap.
  @Test func excludedRowsDoNoHarm() throws {
    let condition = try #require(bench.check("FPGA in 1..2 and ORBIT_CNT in 5..100 and maybe is known").0)
    let scope = narrowed(bench.scope, assuming: condition)
    var compiler = Compiler(layout: FrameLayout(), categories: Categories())
    let fpga = compiler.addColumn("FPGA", type: .integer(0...255))
    let maybe = compiler.addColumn("maybe", type: .integer(-10...10, mayBeUnknown: true))
    let orbit = compiler.addColumn("ORBIT_CNT", type: .integer(0...4_294_967_295))
    let real = compiler.addColumn("TDC_MEAS", type: .float())
    var programs: [Program] = []
    for text in [
      "1000 // FPGA", "1000 % FPGA", "ORBIT_CNT // FPGA", "ORBIT_CNT - 5", "ORBIT_CNT % 7", "1 << FPGA", "1000 >> FPGA",
      "maybe // FPGA",
      "floor(ORBIT_CNT / FPGA)", "ORBIT_CNT in [5, 50]", "min(ORBIT_CNT, 50) * 3", "maybe + FPGA",
      "floor(TDC_MEAS / FPGA)", "abs(maybe - ORBIT_CNT)",
    ] {
      let findings = Findings()
      let expression = try #require(ExpressionParser.parse(LocatedText(option: "test", text: text), findings: findings))
      programs.append(compiler.compile(try #require(TypeChecker.check(expression, in: scope, findings: findings))))
    }
    let frame = Frame(layout: compiler.layout, capacity: 16)
    frame.count = 5
    for (row, value) in [0, 255, 1, 2, 200].enumerated() {
      frame.int32(fpga)[row] = Int32(value)
      frame.int32(maybe)[row] = row == 0 ? .unknown : -3
      frame.int64(orbit)[row] = [4_294_967_295, 0, 50, 100, Int64.max][row]
      frame.float64(real)[row] = [1e300, -1e300, 7, -7, 0][row]
    }
    for program in programs { program.run(frame) }
    // The rows that the condition takes are right.
    #expect([2, 3].map { frame.int32(programs[0].result)[$0] } == [1000, 500])
    #expect([2, 3].map { frame.int32(programs[3].result)[$0] } == [45, 95])
    #expect([2, 3].map { frame.int32(programs[4].result)[$0] } == [1, 2])
    #expect([2, 3].map { frame.flag(programs[9].result)[$0] } == [1, 0])
  }
}
