import Columns
import Diagnostics
import Testing

@testable import Expressions

@Suite struct CompilerTests {
  let bench = Workbench()

  private func typed(_ text: String) throws -> TypedExpression {
    try #require(bench.check(text).0, "\(bench.findings(text))")
  }

  @Test func columnsCompileToNothing() throws {
    var compiler = Compiler(layout: FrameLayout(), categories: Categories())
    let head = compiler.addColumn("HEAD", type: .integer(0...255))
    let program = compiler.compile(try typed("HEAD"))
    #expect(program.isEmpty)
    #expect(program.result == head)
  }

  @Test func equalPartsAreComputedOnce() throws {
    var compiler = Workbench.compiler(for: bench.scope)
    let first = compiler.compile(try typed("HEAD + FPGA"))
    let again = compiler.compile(try typed("FPGA + HEAD"))
    #expect(first.steps.count == 1)
    #expect(again.isEmpty)
    #expect(again.result == first.result)
    let larger = compiler.compile(try typed("(HEAD + FPGA) * 2 > 7"))
    #expect(larger.steps.count == 2)
    let within = compiler.compile(try typed("(HEAD - FPGA) * (HEAD - FPGA)"))
    #expect(within.steps.count == 2)
    compiler.beginStage()
    let later = compiler.compile(try typed("HEAD + FPGA"))
    #expect(later.steps.count == 1)
    #expect(later.result != first.result)
  }

  @Test func reboundColumnsAreNotMixedUp() throws {
    var compiler = Workbench.compiler(for: bench.scope)
    let first = compiler.compile(try typed("HEAD + 1"))
    compiler.bind("HEAD", slot: compiler.addSlot(.int32), type: .integer(0...255))
    let second = compiler.compile(try typed("HEAD + 1"))
    #expect(second.steps.count == 1)
    #expect(second.result != first.result)
  }

  @Test func constantsFillAColumn() throws {
    var compiler = Workbench.compiler(for: bench.scope)
    let categories = Categories()
    var texts = Compiler(layout: compiler.layout, categories: categories)
    let programs = [
      compiler.compile(try typed("7")), compiler.compile(try typed("7000000000")),
      compiler.compile(try typed("1.5 ns")), compiler.compile(try typed("1 < 2")),
      compiler.compile(try typed("1 // 0")),
    ]
    let frame = Frame(layout: compiler.layout, capacity: 8)
    frame.count = 3
    for program in programs { program.run(frame) }
    #expect(frame.int32(programs[0].result)[2] == 7)
    #expect(frame.int64(programs[1].result)[2] == 7_000_000_000)
    #expect(frame.float64(programs[2].result)[2] == 1.5)
    #expect(frame.flag(programs[3].result)[2] == 1)
    #expect(frame.int64(programs[4].result)[2] == .unknown)
    let text = texts.compile(try typed("'a'"))
    let other = Frame(layout: texts.layout, capacity: 8)
    other.count = 1
    text.run(other)
    #expect(categories.text(of: other.int32(text.result)[0]) == "a")
  }

  @Test func textsWithoutACodeEqualNothing() throws {
    let categories = Categories(limit: 1)
    var compiler = Compiler(layout: FrameLayout(), categories: categories)
    let site = compiler.addColumn("site", type: .text())
    let code = try #require(categories.code(for: "known"))
    let programs = [
      compiler.compile(try typed("site == 'new'")), compiler.compile(try typed("site in ['new', 'known']")),
      compiler.compile(try typed("site in ['new']")),
    ]
    let frame = Frame(layout: compiler.layout, capacity: 8)
    frame.count = 1
    frame.int32(site)[0] = code
    for program in programs { program.run(frame) }
    #expect(programs.map { frame.flag($0.result)[0] } == [0, 1, 0])
  }

  /// Only the rows of the batch are written.
  @Test func rowsBehindTheBatchStay() throws {
    var compiler = Workbench.compiler(for: bench.scope)
    let program = compiler.compile(try typed("HEAD + 1"))
    let frame = Frame(layout: compiler.layout, capacity: 8)
    frame.count = 2
    frame.int32(program.result)[2] = 99
    program.run(frame)
    #expect(frame.int32(program.result)[1] == 1)
    #expect(frame.int32(program.result)[2] == 99)
    frame.count = 0
    program.run(frame)
  }

  /// Floats at which rounding kernels change their way, and those without an integer.
  @Test func roundingAtTheLimits() throws {
    var compiler = Compiler(layout: FrameLayout(), categories: Categories())
    let real = compiler.addColumn("TDC_MEAS", type: .float())
    let programs = try ["floor(TDC_MEAS)", "ceil(TDC_MEAS)", "round(TDC_MEAS)"].map { compiler.compile(try typed($0)) }
    let values = [
      0.49999999999999994, -0.49999999999999994, 0.5, -0.5, 2_251_799_813_685_247.5, 2_251_799_813_685_248.5,
      -2_251_799_813_685_248.5,
      4_503_599_627_370_495.5, 9_007_199_254_740_994, 9.2e18, 9_223_372_036_854_775_808, -9_223_372_036_854_775_808,
      -1e30, 1e300, .nan, -0.0,
    ]
    let frame = Frame(layout: compiler.layout, capacity: 32)
    frame.count = values.count
    for (row, value) in values.enumerated() { frame.float64(real)[row] = value }
    let rules: [FloatingPointRoundingRule] = [.down, .up, .toNearestOrAwayFromZero]
    for (program, rule) in zip(programs, rules) {
      program.run(frame)
      for (row, value) in values.enumerated() {
        #expect(frame.int64(program.result)[row] == Int64(exactly: value.rounded(rule)) ?? .unknown, "\(value) \(rule)")
      }
    }
  }

  /// Every kernel of a division by a constant against the processor's.
  @Test(arguments: [1, 2, 3, 7, 10, 64, 255, 3564, 65_537, 1 << 40, (1 << 40) + 1, 1 << 61] as [Int64])
  func divisionByConstants(divisor: Int64) throws {
    var random = SeededGenerator(state: UInt64(divisor))
    var compiler = Compiler(layout: FrameLayout(), categories: Categories())
    let columns: [(name: String, type: ValueType)] = [
      ("lane", .integer(-2_147_483_647...2_147_483_647)), ("middle", .integer(-(1 << 50)...(1 << 50))),
      ("wide", .integer()),
    ]
    let slots = columns.map { compiler.addColumn($0.name, type: $0.type) }
    let scope = DictionaryScope(Dictionary(uniqueKeysWithValues: columns.map { ($0.name, .column($0.type)) }))
    var programs: [(Program, Program)] = []
    for column in columns {
      let pair = try ["//", "%"].map { operation in
        let text = LocatedText(option: "test", text: "\(column.name) \(operation) \(divisor)")
        let expression = try #require(ExpressionParser.parse(text, findings: Findings()))
        return compiler.compile(try #require(TypeChecker.check(expression, in: scope, findings: Findings())))
      }
      programs.append((pair[0], pair[1]))
    }
    let frame = Frame(layout: compiler.layout, capacity: 1024)
    frame.count = 1000
    for (index, column) in columns.enumerated() {
      let range = column.type.range
      let values = (0..<1000).map { row -> Int64 in
        if row < 4 { return [range.lowerBound, range.upperBound, 0, -1][row] }
        guard row.isMultiple(of: 2) else { return Int64.random(in: range, using: &random) }
        // Next to a multiple, where a rounded quotient would go wrong.
        let multiple = Int64.random(in: range, using: &random) / divisor &* divisor
        return min(max(multiple &+ Int64.random(in: -1...1, using: &random), range.lowerBound), range.upperBound)
      }
      for (row, value) in values.enumerated() {
        if slots[index].lane == .int32 {
          frame.int32(slots[index])[row] = Int32(value)
        } else {
          frame.int64(slots[index])[row] = value
        }
      }
      programs[index].0.run(frame)
      programs[index].1.run(frame)
      func read(_ slot: Slot, _ row: Int) -> Int64 {
        slot.lane == .int32 ? Int64(frame.int32(slot)[row]) : frame.int64(slot)[row]
      }
      for (row, value) in values.enumerated() {
        let remainder = ((value % divisor) + divisor) % divisor
        let expected = [Int64((Int128(value) - Int128(remainder)) / Int128(divisor)), remainder]
        let found = [read(programs[index].0.result, row), read(programs[index].1.result, row)]
        guard found == expected else {
          Issue.record("\(value) by \(divisor) is \(found), not \(expected)")
          return
        }
      }
    }
  }

  @Test func farMembersAreSearched() throws {
    var compiler = Compiler(layout: FrameLayout(), categories: Categories())
    let wide = compiler.addColumn("wide", type: .integer())
    let program = compiler.compile(try typed("wide in [5, 9000000000000, -7, 9223372036854775807]"))
    let near = compiler.compile(try typed("wide in [5, 70, 900]"))
    let frame = Frame(layout: compiler.layout, capacity: 8)
    let values: [Int64] = [5, 6, -7, 9_000_000_000_000, .max, -.max, 900, 70]
    frame.count = values.count
    for (row, value) in values.enumerated() { frame.int64(wide)[row] = value }
    program.run(frame)
    near.run(frame)
    #expect((0..<8).map { frame.flag(program.result)[$0] } == [1, 0, 1, 1, 1, 0, 0, 0])
    #expect((0..<8).map { frame.flag(near.result)[$0] } == [1, 0, 0, 0, 0, 0, 1, 1])
  }
}
