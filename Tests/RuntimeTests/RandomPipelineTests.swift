import TestSupport
import Testing

/// Histograms over random expressions and bins against a plain evaluation of the same tree, row by row.
@Suite struct RandomPipelineTests {
  /// An expression over the made-up record: how it is typed, and its value for a row; nil is unknown.
  private struct Term {
    var text: String
    var value: (Sample) -> Double?
  }

  /// Integers only, small enough that nothing overflows and every value is exact.
  private static func number(_ dice: inout Dice, depth: Int) -> Term {
    if depth == 0 || dice.chance(0.2) {
      switch dice.int(0...3) {
      case 0: return Term(text: "a") { Double($0.a) }
      case 1: return Term(text: "kind") { Double($0.kind) }
      case 2: return Term(text: "key") { Double($0.key) }
      default:
        let constant = dice.int(-9...9)
        return Term(text: "(\(constant))") { _ in Double(constant) }
      }
    }
    let left = number(&dice, depth: depth - 1), right = number(&dice, depth: depth - 1)
    func both(_ text: String, _ combine: @escaping (Double, Double) -> Double?) -> Term {
      Term(text: text) { row in
        guard let a = left.value(row), let b = right.value(row) else { return nil }
        return combine(a, b)
      }
    }
    let (a, b) = (left.text, right.text)
    switch dice.int(0...7) {
    case 0: return both("(\(a) + \(b))") { $0 + $1 }
    case 1: return both("(\(a) - \(b))") { $0 - $1 }
    case 2 where depth <= 2: return both("(\(a) * \(b))") { $0 * $1 }
    case 3: return both("(\(a) // \(b))") { $1 == 0 ? nil : ($0 / $1).rounded(.down) }
    case 4: return both("(\(a) % \(b))") { $1 == 0 ? nil : $0 - ($0 / $1).rounded(.down) * $1 }
    case 5: return both("min(\(a), \(b))") { Swift.min($0, $1) }
    case 6: return Term(text: "abs(\(a))") { left.value($0).map(abs) }
    default:
      let condition = condition(&dice)
      return Term(text: "if(\(condition.text), \(a), \(b))") { condition.holds($0) ? left.value($0) : right.value($0) }
    }
  }

  private struct Condition {
    var text: String
    var holds: (Sample) -> Bool
  }

  private static func condition(_ dice: inout Dice) -> Condition {
    let limit = dice.int(-30...30), kind = dice.int(0...3), name = dice.pick(Sample.names)
    switch dice.int(0...4) {
    case 0: return Condition(text: "a > \(limit)") { $0.a > limit }
    case 1: return Condition(text: "kind == \(kind) or f <= \(limit)") { $0.kind == kind || $0.f <= Double(limit) }
    case 2: return Condition(text: "name == '\(name)' and a != \(limit)") { $0.name == name && $0.a != limit }
    case 3: return Condition(text: "not (a in \(limit)..\(limit + 20))") { !(limit...(limit + 20)).contains($0.a) }
    default: return Condition(text: "kind in [0, \(kind)]") { [0, kind].contains($0.kind) }
    }
  }

  private struct Plot {
    var entry: String
    /// What must be found, by the name of the cell: below, the bins, above, unknown.
    var expected: [String: [Double]]
  }

  private static func plot(_ name: String, _ rows: [Sample], _ dice: inout Dice) -> Plot {
    let term = number(&dice, depth: dice.int(1...4)), chosen = condition(&dice)
    let hasCondition = dice.chance(0.5)
    let per = dice.pick(["", "kind", "name"])
    let lower = dice.int(-300...100), count = dice.int(1...30), width = dice.int(1...20)
    var expected: [String: [Double]] = [:]
    for row in rows where !hasCondition || chosen.holds(row) {
      let cell = per == "kind" ? "\(name)/\(row.kind)" : per == "name" ? "\(name)/\(row.name)" : name
      var place = count + 2
      if let value = term.value(row) {
        place = value < Double(lower) ? 0 : Swift.min(count + 1, Int((value - Double(lower)) / Double(width)) + 1)
      }
      expected[cell, default: Array(repeating: 0, count: count + 3)][place] += 1
    }
    if per.isEmpty, expected.isEmpty { expected[name] = Array(repeating: 0, count: count + 3) }
    var entry = "{of: \"\(term.text)\", bins: \(count) from \(lower) to \(lower + count * width)"
    if hasCondition { entry += ", where: \"\(chosen.text)\"" }
    if !per.isEmpty { entry += ", per: \(per)" }
    return Plot(entry: entry + "}", expected: expected)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `Random histograms`(seed: UInt64) throws {
    var dice = Dice(seed + 5_000)
    let rows = Sample.rows(300, seed: seed, disorder: 5)
    let plots = (0..<6).map { Self.plot("h\($0)", rows, &dice) }
    let entries = plots.enumerated().map { "  h\($0.offset): \($0.element.entry)\n" }.joined()
    let outcome = try samplePipeline("histograms:\n\(entries)").with {
      ($0.threads, $0.chunkBytes) = (dice.int(1...2), dice.int(100...8_000))
    }.run(rows: rows.text)
    for plot in plots {
      for (name, expected) in plot.expected {
        let found = outcome.histogram(name).map { [$0.underflow!] + $0.bins! + [$0.overflow!, $0.unknown!] }
        #expect(found == expected, "\(name): \(plot.entry)")
      }
    }
  }
}
