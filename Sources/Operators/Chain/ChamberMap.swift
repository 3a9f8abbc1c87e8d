import Columns
import Expressions

/// The chamber map: the first row whose condition a hit meets gives it its chamber and the other columns of the map.
///
/// Where the inputs are integers of few possible values, all answers are worked out before the first row and looked up;
/// otherwise the conditions are evaluated one after the other. Both give the same.
struct ChamberMap: Sendable {
  /// A map as declared and checked, before it has a place in a frame.
  struct Plan: Sendable {
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

  /// The most answers worked out in advance.
  static let largestTable = 65_536

  private struct Choice: Sendable {
    let condition: [RowStep]
    let flag: Slot
    let chamber: Int64
    /// The value of each output beside the chamber.
    let values: [Slot?]
  }

  /// The chamber, then the other columns.
  let outputs: [Slot]
  private let method: Method

  private enum Method: Sendable {
    case table(ChamberTable)
    case conditions([Choice])
  }

  /// The table that answers are looked up in, where there is one.
  var table: ChamberTable? { if case .table(let table) = method { table } else { nil } }

  /// A map that evaluates its conditions for every hit.
  init(_ plan: Plan, outputs: [Slot], compile: (TypedExpression) -> (steps: [RowStep], slot: Slot)) {
    let choices = plan.rows.map { row in
      let condition = compile(row.condition)
      var steps = condition.steps
      let values = row.values.map { value -> Slot? in
        guard let value else { return nil }
        let compiled = compile(value)
        steps += compiled.steps
        return compiled.slot
      }
      return Choice(condition: steps, flag: condition.slot, chamber: row.chamber, values: values)
    }
    self.outputs = outputs
    method = .conditions(choices)
  }

  /// A map that looks its answers up; they are worked out here, by the general form of the map.
  init(
    _ plan: Plan, domain: [(column: String, range: ClosedRange<Int64>)],
    columns: [String: (slot: Slot, type: ValueType)],
    outputs: [Slot], place: Slot, categories: Categories
  ) {
    var compiler = Compiler(layout: FrameLayout(), categories: categories)
    let inputs = domain.map { compiler.addColumn($0.column, type: columns[$0.column]!.type) }
    let answers = outputs.map { compiler.addSlot($0.lane) }
    let general = ChamberMap(plan, outputs: answers) { expression in
      let program = compiler.compile(expression)
      return ([.program(program)], program.result)
    }
    self.outputs = outputs
    method = .table(
      ChamberTable(
        inputs: domain.map { ChamberTable.Input(slot: columns[$0.column]!.slot, range: $0.range) }, place: place,
        outputs: outputs, working: Frame(layout: compiler.layout), workingInputs: inputs, workingOutputs: answers,
        evaluate: general.run))
  }

  func run(_ frame: Frame) {
    switch method {
    case .table(let table): table.run(frame)
    case .conditions(let choices): evaluate(frame, choices)
    }
  }

  private func evaluate(_ frame: Frame, _ choices: [Choice]) {
    let n = frame.count
    for slot in outputs { setUnknown(frame, slot, n) }
    for choice in choices {
      for step in choice.condition { step.run(frame) }
    }
    // Backwards, so that the first row that matches is the last to write.
    for choice in choices.reversed() {
      let flags = frame.flag(choice.flag)
      if outputs[0].lane == .int32 {
        let chambers = frame.int32(outputs[0])
        let chamber = Int32(truncatingIfNeeded: choice.chamber)
        for row in 0..<n where flags[row] == 1 { chambers[row] = chamber }
      } else {
        let chambers = frame.int64(outputs[0])
        for row in 0..<n where flags[row] == 1 { chambers[row] = choice.chamber }
      }
      for (slot, value) in zip(outputs.dropFirst(), choice.values) {
        copy(frame, from: value, to: slot, flags, n)
      }
    }
  }

  private func setUnknown(_ frame: Frame, _ slot: Slot, _ n: Int) {
    switch slot.lane {
    case .int32: frame.int32(slot).update(repeating: .unknown, count: n)
    case .int64: frame.int64(slot).update(repeating: .unknown, count: n)
    case .float64: frame.float64(slot).update(repeating: .unknown, count: n)
    case .flag: frame.flag(slot).update(repeating: .unknown, count: n)
    }
  }

  /// Copies values of rows whose flag is set into a column of the same or a wider lane; nil writes *unknown*.
  private func copy(_ frame: Frame, from: Slot?, to: Slot, _ flags: UnsafeMutablePointer<UInt8>, _ n: Int) {
    switch (from?.lane, to.lane) {
    case (.int32, .int32):
      let (a, b) = (frame.int32(from!), frame.int32(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row] }
    case (.int32, .int64):
      let (a, b) = (frame.int32(from!), frame.int64(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row].isUnknown ? .unknown : Int64(a[row]) }
    case (.int64, .int64):
      let (a, b) = (frame.int64(from!), frame.int64(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row] }
    case (.int32, .float64):
      let (a, b) = (frame.int32(from!), frame.float64(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row].isUnknown ? .nan : Double(a[row]) }
    case (.int64, .float64):
      let (a, b) = (frame.int64(from!), frame.float64(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row].isUnknown ? .nan : Double(a[row]) }
    case (.float64, .float64):
      let (a, b) = (frame.float64(from!), frame.float64(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row] }
    case (.flag, .flag):
      let (a, b) = (frame.flag(from!), frame.flag(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row] }
    case (nil, .int32):
      for row in 0..<n where flags[row] == 1 { frame.int32(to)[row] = .unknown }
    case (nil, .int64):
      for row in 0..<n where flags[row] == 1 { frame.int64(to)[row] = .unknown }
    case (nil, .float64):
      for row in 0..<n where flags[row] == 1 { frame.float64(to)[row] = .unknown }
    case (nil, .flag):
      for row in 0..<n where flags[row] == 1 { frame.flag(to)[row] = .unknown }
    default:
      preconditionFailure("the checker joins the types of a map's rows to a lane that holds them all")
    }
  }
}
