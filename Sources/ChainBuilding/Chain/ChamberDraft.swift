import ChainExecution
import Columns
import Expressions

/// A map as declared and checked, before it has a place in a frame.
struct ChamberDraft: Sendable {
  struct Row: Sendable {
    let chamber: Int64
    let condition: TypedExpression
    /// One for each of `columns`, in that column's unit; nil where the row does not give it.
    let values: [TypedExpression?]
    /// The integers that each input column can hold where the condition is true.
    let ranges: [String: ClosedRange<Int64>]
  }

  var rows: [Row] = []
  /// Beside `chamber`.
  var columns: [(name: String, type: ValueType)] = []
  var chamberType = ValueType.integer(0...0, mayBeUnknown: true)

  /// All columns that the map reads.
  var inputs: Set<String> {
    rows.reduce(into: []) { inputs, row in
      inputs.formUnion(row.condition.columns)
      for value in row.values { inputs.formUnion(value?.columns ?? []) }
    }
  }

  /// The box of input values outside of which no row can match; nil where the box is large or an input is no integer.
  func domain(types: [String: ValueType]) -> [(column: String, range: ClosedRange<Int64>)]? {
    var size = 1
    var box: [(column: String, range: ClosedRange<Int64>)] = []
    for column in inputs.sorted() {
      guard let type = types[column], type.kind == .integer || type.kind == .text, !type.mayBeUnknown else {
        return nil
      }
      let ranges = rows.map { $0.ranges[column] ?? type.range }
      guard let lower = ranges.map(\.lowerBound).min(), let upper = ranges.map(\.upperBound).max() else { return nil }
      let (width, overflow) = upper.subtractingReportingOverflow(lower)
      guard !overflow, width < Int64(ChamberMap.largestTable) else { return nil }
      size *= Int(width) + 1
      guard size <= ChamberMap.largestTable else { return nil }
      box.append((column, lower...upper))
    }
    return box
  }
}

extension ChamberMap {
  /// A map that evaluates its conditions for every hit.
  init(_ draft: ChamberDraft, outputs: [Slot], compile: (TypedExpression) -> (steps: [RowStep], slot: Slot)) {
    let choices = draft.rows.map { row in
      let condition = compile(row.condition)
      var steps = condition.steps
      let values = row.values.map { value -> Slot? in
        guard let value else { return nil }
        let compiled = compile(value)
        steps += compiled.steps
        return compiled.slot
      }
      return Choice(steps: steps, flag: condition.slot, chamber: row.chamber, values: values)
    }
    self.init(choices, outputs: outputs)
  }

  /// A map that looks its answers up; they are worked out here, by the general form of the map.
  init(
    _ draft: ChamberDraft, domain: [(column: String, range: ClosedRange<Int64>)],
    columns: [String: (slot: Slot, type: ValueType)],
    outputs: [Slot], place: Slot, categories: Categories
  ) {
    var compiler = Compiler(layout: FrameLayout(), categories: categories)
    // The domain is one of columns that the caller has.
    let inputs = domain.map { compiler.addColumn($0.column, type: columns[$0.column]!.type) }
    let answers = outputs.map { compiler.addSlot($0.lane) }
    let general = ChamberMap(draft, outputs: answers) { expression in
      let program = compiler.compile(expression)
      return ([.program(program)], program.result)
    }
    let table = ChamberTable(
      inputs: domain.map { ChamberTable.Input(slot: columns[$0.column]!.slot, range: $0.range) }, place: place,
      outputs: outputs, working: Frame(layout: compiler.layout), workingInputs: inputs, workingOutputs: answers,
      evaluate: general.run)
    self.init(table, outputs: outputs)
  }
}
