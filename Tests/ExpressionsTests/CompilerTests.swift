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

  private static let small: [(name: String, type: ValueType)] = [
    ("a", .integer(0...255)), ("b", .integer(-100...100)), ("x", .float()),
  ]

  /// The integer results of texts over the columns of `small`, in a frame of 4096 rows filled by `value`.
  private func integers(_ texts: [String], value: (Int) -> (Int32, Int32, Double)) throws -> [[Int]] {
    var compiler = Compiler(layout: FrameLayout(), categories: Categories())
    let slots = Self.small.map { compiler.addColumn($0.name, type: $0.type) }
    let scope = DictionaryScope(Dictionary(uniqueKeysWithValues: Self.small.map { ($0.name, .column($0.type)) }))
    let programs = try texts.map { text in
      let located = LocatedText(option: "test", text: text)
      let expression = try #require(ExpressionParser.parse(located, findings: Findings()))
      return compiler.compile(try #require(TypeChecker.check(expression, in: scope, findings: Findings())))
    }
    let frame = Frame(layout: compiler.layout)
    frame.count = frame.capacity
    for row in 0..<frame.count {
      (frame.int32(slots[0])[row], frame.int32(slots[1])[row], frame.float64(slots[2])[row]) = value(row)
    }
    return programs.map { program in
      program.run(frame)
      return (0..<frame.count).map { row in
        switch program.result.lane {
        case .int32: Int(frame.int32(program.result)[row])
        case .int64: Int(frame.int64(program.result)[row])
        case .float64: Int(frame.float64(program.result)[row])
        case .flag: Int(frame.flag(program.result)[row])
        }
      }
    }
  }

  /// More values between steps than there are strips, more steps than run together, and more rows than a strip has.
  @Test(arguments: [3, 20, 90]) func longProgramsOverManyRows(parts: Int) throws {
    let terms = (1...parts).map { "(a ^ \($0))" }
    let text = "(\(terms.joined(separator: " + "))) * (b + \(terms.reversed().joined(separator: " - "))) + b"
    let found = try integers([text]) { (Int32($0 % 256), Int32($0 % 201 - 100), 0) }
    for row in 0..<4096 {
      let (a, b) = (row % 256, row % 201 - 100)
      let values = (1...parts).map { a ^ $0 }
      let sum = values.reduce(0, +)
      let difference = values.dropLast().reversed().reduce(values[parts - 1], -)
      guard found[0][row] == sum * (b + difference) + b else {
        Issue.record("row \(row) is \(found[0][row]), not \(sum * (b + difference) + b)")
        return
      }
    }
  }

  /// Loops that do two operations at once, and what keeps them apart.
  @Test func fusedOperationsGiveTheSame() throws {
    let texts = [
      "a * 3 + b", "b - a * 3", "a * 3 - 7", "7 - a * 3", "a * 3 + b * 5", "2.5 * a + b", "b - 2.5 * a", "25 * a + x",
      "x - 25 * a", "a + x", "x - b", "a - x", "x * b", "x / (a + 1)", "(a + 1) / (x + 1)", "a > 63 and a <= 127",
      "b >= -5 and b < 5", "if(b < 0, 0 - b, b)", "if(a == 7, 1, a)", "if(a != 7, b, 0)", "if(a in 3..9, x, b + 0.0)",
      "if(3 <= a, 1, 2)", "if(b > 50 or a < 5, a, b)",
    ]
    let value = { (row: Int) in (Int32(row % 256), Int32(row % 201 - 100), Double(row % 17)) }
    let found = try integers(texts, value: value)
    let expected: [(Int, Int, Double) -> Double] = [
      { a, b, _ in Double(a * 3 + b) }, { a, b, _ in Double(b - a * 3) }, { a, _, _ in Double(a * 3 - 7) },
      { a, _, _ in Double(7 - a * 3) }, { a, b, _ in Double(a * 3 + b * 5) },
      { a, b, _ in 2.5 * Double(a) + Double(b) }, { a, b, _ in Double(b) - 2.5 * Double(a) },
      { a, _, x in 25 * Double(a) + x }, { a, _, x in x - 25 * Double(a) }, { a, _, x in Double(a) + x },
      { _, b, x in x - Double(b) }, { a, _, x in Double(a) - x }, { _, b, x in x * Double(b) },
      { a, _, x in x / Double(a + 1) }, { a, _, x in Double(a + 1) / (x + 1) },
      { a, _, _ in a > 63 && a <= 127 ? 1 : 0 }, { _, b, _ in b >= -5 && b < 5 ? 1 : 0 },
      { _, b, _ in Double(abs(b)) }, { a, _, _ in a == 7 ? 1 : Double(a) }, { a, b, _ in a != 7 ? Double(b) : 0 },
      { a, b, x in 3...9 ~= a ? x : Double(b) }, { a, _, _ in 3 <= a ? 1 : 2 },
      { a, b, _ in b > 50 || a < 5 ? Double(a) : Double(b) },
    ]
    for (index, text) in texts.enumerated() {
      let wrong = (0..<4096).first { row in
        let (a, b, x) = value(row)
        return found[index][row] != Int(expected[index](Int(a), Int(b), x))
      }
      #expect(wrong == nil, "\(text)")
    }
  }

  /// A part of an earlier program that lay between its steps is computed again, a part in a column is not.
  @Test func partsInColumnsAreRead() throws {
    var compiler = Compiler(layout: FrameLayout(), categories: Categories())
    _ = compiler.addColumn("wide", type: .integer(0...9))
    _ = compiler.addColumn("FPGA", type: .integer(0...9))
    let counts = try ["wide // FPGA > 1", "wide // FPGA > 2", "wide ^ FPGA > 1", "wide ^ FPGA > 2", "wide ^ FPGA > 1"]
      .map {
        text in
        let located = LocatedText(option: "test", text: text)
        let expression = try #require(ExpressionParser.parse(located, findings: Findings()))
        let scope = DictionaryScope([
          "wide": .column(.integer(0...9)), "FPGA": .column(.integer(0...9)),
        ])
        return compiler.compile(try #require(TypeChecker.check(expression, in: scope, findings: Findings()))).steps
          .count
      }
    #expect(counts == [2, 1, 2, 2, 0])
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
