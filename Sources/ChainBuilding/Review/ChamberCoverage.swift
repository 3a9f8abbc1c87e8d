import ChainExecution
import Columns
import Expressions

/// Which combinations of a map's inputs each of its rows matches, and which of them rows above take.
struct ChamberCoverage {
  struct Lost {
    var count = 0
    /// The first combination that both rows match.
    let example: [(column: String, value: Int64)]
  }

  struct Row {
    var matches = 0
    var takes = 0
    /// What rows above take of what this one matches, by their numbers.
    var losesTo: [Int: Lost] = [:]
  }

  /// An input and the values that stand for all that it can have, each with how many it stands for.
  private struct Input {
    let column: String
    let values: [Int64]
    let widths: [Int]
  }

  private(set) var rows: [Row]

  /// The most combinations that are tried.
  private static let mostCombinations = 65_536

  /// Nil where there are too many combinations, or inputs that are no integers.
  init?(_ plan: ChamberDraft, types: [String: ValueType], categories: Categories) {
    guard let inputs = Self.inputs(plan, types) else { return nil }
    rows = Array(repeating: Row(), count: plan.rows.count)
    var compiler = Compiler(layout: FrameLayout(), categories: categories)
    // Inputs are those whose type is known.
    let slots = inputs.map { compiler.addColumn($0.column, type: types[$0.column]!) }
    let programs = plan.rows.map { compiler.compile($0.condition) }
    let size = inputs.reduce(1) { $0 * $1.values.count }
    let frame = Frame(layout: compiler.layout, capacity: min(size, Frame.standardCapacity))
    // How many combinations of the inputs behind come for one value of each.
    let repeats = inputs.indices.map { inputs[($0 + 1)...].reduce(1) { $0 * $1.values.count } }
    func index(_ input: Int, _ combination: Int) -> Int { combination / repeats[input] % inputs[input].values.count }
    func weight(_ combination: Int) -> Int {
      inputs.indices.reduce(1) {
        $0.multipliedReportingOverflow(by: inputs[$1].widths[index($1, combination)]).partialValue
      }
    }
    var owners = [Int32](repeating: -1, count: frame.capacity)
    var start = 0
    while start < size {
      frame.count = min(frame.capacity, size - start)
      for (input, slot) in slots.enumerated() {
        for row in 0..<frame.count {
          let value = inputs[input].values[index(input, start + row)]
          if slot.lane == .int32 {
            frame.int32(slot)[row] = Int32(truncatingIfNeeded: value)
          } else {
            frame.int64(slot)[row] = value
          }
        }
      }
      for row in 0..<frame.count { owners[row] = -1 }
      for (number, program) in programs.enumerated() {
        program.run(frame)
        let flags = frame.flag(program.result)
        for row in 0..<frame.count where flags[row] == 1 {
          rows[number].matches += 1
          if owners[row] < 0 {
            owners[row] = Int32(number)
            rows[number].takes += 1
          } else {
            rows[number].losesTo[
              Int(owners[row]),
              default: Lost(
                example: inputs.indices.map { (inputs[$0].column, inputs[$0].values[index($0, start + row)]) })
            ].count += weight(start + row)
          }
        }
      }
      start += frame.count
    }
  }

  private static func inputs(_ plan: ChamberDraft, _ types: [String: ValueType]) -> [Input]? {
    var cuts = Cuts()
    for row in plan.rows { cuts.add(row.condition) }
    var inputs: [Input] = []
    var size = 1
    for column in Set(plan.rows.flatMap(\.condition.columns)).sorted() {
      guard let type = types[column], type.kind == .integer, !type.mayBeUnknown else { return nil }
      var values: [Int64]
      var end = type.range.upperBound
      if cuts.opaque.contains(column) {
        // Where no row can match, there is nothing to find out.
        let ranges = plan.rows.map { $0.ranges[column] ?? type.range }
        guard let lower = ranges.map(\.lowerBound).min(), let upper = ranges.map(\.upperBound).max() else { return nil }
        let (width, overflow) = upper.subtractingReportingOverflow(lower)
        guard !overflow, width < Int64(mostCombinations) else { return nil }
        values = Array(lower...upper)
        end = upper
      } else {
        let inside = (cuts.values[column] ?? []).filter { type.range.contains($0) }
        values = inside.union([type.range.lowerBound]).sorted()
      }
      let (product, overflow) = size.multipliedReportingOverflow(by: values.count)
      guard !overflow, product <= mostCombinations else { return nil }
      size = product
      let ends = values.dropFirst() + [end == .max ? end : end + 1]
      inputs.append(
        Input(
          column: column, values: values,
          widths: zip(values, ends).map { Int(clamping: $1.subtractingReportingOverflow($0).partialValue) }))
    }
    return inputs
  }
}
