import Columns
import Diagnostics
import Testing

@testable import Expressions

/// Compiled kernels against the row-wise evaluator, on random expressions and random rows.
@Suite struct RandomExpressionTests {
  static let columns: [(name: String, kind: RandomExpression.Kind, type: ValueType)] = [
    ("byte", .integer, .integer(0...255)), ("word", .integer, .integer(0...65_535)),
    ("orbit", .integer, .integer(0...4_294_967_295)), ("small", .integer, .integer(-3...7)),
    ("wide", .integer, .integer()), ("lane", .integer, .integer(-2_147_483_647...2_147_483_647)),
    ("maybe", .integer, .integer(-100...100, mayBeUnknown: true)), ("rare", .integer, .integer(mayBeUnknown: true)),
    ("real", .float, .float()), ("hope", .float, .float(mayBeUnknown: true)),
    ("flag", .boolean, .boolean()), ("guess", .boolean, .boolean(mayBeUnknown: true)),
    ("site", .text, .text()), ("tag", .text, .text(mayBeUnknown: true)),
  ]

  @Test(arguments: 0..<40) func compiledEqualsReference(seed: Int) throws {
    var random = SeededGenerator(state: UInt64(seed) &* 7919)
    let rows = (0..<67).map { _ in Self.row(&random) }
    var generator = ExpressionGenerator(columns: Self.columns.map { ($0.name, $0.kind) }, random: random)
    let categories = Categories()
    var compiler = Compiler(layout: FrameLayout(), categories: categories)
    var slots: [String: Slot] = [:]
    for column in Self.columns { slots[column.name] = compiler.addColumn(column.name, type: column.type) }
    var compiled: [(expression: RandomExpression, typed: TypedExpression, program: Program)] = []
    for _ in 0..<60 {
      let kinds: [RandomExpression.Kind] = [.integer, .float, .boolean, .text]
      let expression = generator.expression(kinds.randomElement(using: &generator.random)!, depth: 4)
      guard let typed = try check(expression.text) else { continue }
      compiled.append((expression, typed, compiler.compile(typed)))
    }
    #expect(compiled.count > 30, "too many constant expressions overflow")
    let frame = Frame(layout: compiler.layout, capacity: 80)
    frame.count = rows.count
    for (index, row) in rows.enumerated() {
      for column in Self.columns {
        Self.store(row[column.name]!, in: slots[column.name]!, at: index, frame, categories)
      }
    }
    for (expression, typed, program) in compiled {
      program.run(frame)
      #expect(program.result.lane == typed.type.lane)
      for (index, row) in rows.enumerated() {
        let expected = Self.asKind(typed.type.kind, expression.value(row))
        let found = Self.load(program.result, typed.type.kind, at: index, frame, categories)
        guard found == expected else {
          Issue.record("\(expression.text) (\(typed.key)) is \(found), not \(expected), for \(row)")
          break
        }
        if case .integer(let value) = found { #expect(typed.type.range.contains(Int64(value)), "\(expression.text)") }
        if found == .unknown { #expect(typed.type.mayBeUnknown, "\(expression.text) \(typed.key) \(row)") }
        if case .float(let value) = found { #expect(typed.bounds.contains(value), "\(expression.text)") }
      }
    }
  }

  /// Nil where a constant part overflows, the one mistake that a well-typed expression can contain.
  private func check(_ text: String) throws -> TypedExpression? {
    let findings = Findings()
    let located = LocatedText(option: "test", text: text)
    let expression = try #require(ExpressionParser.parse(located, findings: findings), "\(text)")
    let scope = DictionaryScope(Dictionary(uniqueKeysWithValues: Self.columns.map { ($0.name, .column($0.type)) }))
    let typed = TypeChecker.check(expression, in: scope, findings: findings)
    if typed == nil {
      let errors = findings.all.filter { $0.severity == .error }
      #expect(
        !errors.isEmpty && errors.allSatisfy { $0.code.name == "constant-overflow" },
        "\(text): \(errors.map(\.message))")
    } else {
      #expect(!findings.hasErrors)
    }
    return typed
  }

  private static func row(_ random: inout SeededGenerator) -> [String: RowValue] {
    var row: [String: RowValue] = [:]
    for (name, _, type) in columns {
      if type.mayBeUnknown, Int.random(in: 0..<4, using: &random) == 0 {
        row[name] = .unknown
        continue
      }
      switch type.kind {
      case .integer:
        let edges = [type.range.lowerBound, type.range.upperBound, 0, 1, 2, 63, 64].filter { type.range.contains($0) }
        let value =
          Bool.random(using: &random)
          ? edges.randomElement(using: &random)! : Int64.random(in: type.range, using: &random)
        row[name] = .integer(Int128(value))
      case .float:
        let edges = [0, -0.5, 0.5, 1, 2.5, -2.5, 1e300, -1e300, 9.3e18, 25, 1e-300, Double.greatestFiniteMagnitude]
        row[name] = .float(
          Bool.random(using: &random) ? edges.randomElement(using: &random)! : .random(in: -1000...1000, using: &random)
        )
      case .boolean: row[name] = .boolean(.random(using: &random))
      case .text: row[name] = .text(["a", "b", "c"].randomElement(using: &random)!)
      }
    }
    return row
  }

  private static func store(_ value: RowValue, in slot: Slot, at row: Int, _ frame: Frame, _ categories: Categories) {
    let code: Int64
    switch value {
    case .unknown: code = .min
    case .integer(let value): code = Int64(value)
    case .float(let value):
      frame.float64(slot)[row] = value
      return
    case .boolean(let value): code = value ? 1 : 0
    case .text(let text): code = Int64(categories.code(for: text)!)
    }
    switch slot.lane {
    case .int32: frame.int32(slot)[row] = code == .min ? .unknown : Int32(code)
    case .int64: frame.int64(slot)[row] = code
    case .float64: frame.float64(slot)[row] = .unknown
    case .flag: frame.flag(slot)[row] = code == .min ? .unknown : UInt8(code)
    }
  }

  private static func load(
    _ slot: Slot, _ kind: ValueType.Kind, at row: Int, _ frame: Frame, _ categories: Categories
  ) -> RowValue {
    switch (slot.lane, kind) {
    case (.int32, .text):
      let code = frame.int32(slot)[row]
      return code.isUnknown ? .unknown : .text(categories.text(of: code)!)
    case (.int32, _):
      let value = frame.int32(slot)[row]
      return value.isUnknown ? .unknown : .integer(Int128(value))
    case (.int64, _):
      let value = frame.int64(slot)[row]
      return value.isUnknown ? .unknown : .integer(Int128(value))
    case (.float64, _):
      let value = frame.float64(slot)[row]
      return value.isUnknown ? .unknown : .float(value)
    case (.flag, _):
      let value = frame.flag(slot)[row]
      return value.isUnknown ? .unknown : .boolean(value == 1)
    }
  }

  /// The checker may have found a float where all branches that were left are integers, never the other way round.
  private static func asKind(_ kind: ValueType.Kind, _ value: RowValue) -> RowValue {
    guard kind == .float, case .integer(let integer) = value else { return value }
    return .float(Double(Int64(integer)))
  }
}
