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
        guard let type = types[column], type.kind == .integer || type.kind == .text, !type.mayBeUnknown else { return nil }
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

  private enum Answers: Sendable {
    case int32([Int32])
    case int64([Int64])
    case float64([Double])
    case flag([UInt8])
  }

  private struct Input: Sendable {
    let slot: Slot
    let lower: Int64
    let count: Int64
  }

  /// The chamber, then the other columns.
  let outputs: [Slot]
  private let choices: [Choice]
  private let inputs: [Input]
  private let place: Slot?
  private var answers: [Answers] = []

  /// Whether answers are looked up.
  var isTable: Bool { place != nil }
  var tableSize: Int { inputs.reduce(1) { $0 * Int($1.count) } }

  private init(outputs: [Slot], choices: [Choice], inputs: [Input], place: Slot?) {
    self.outputs = outputs
    self.choices = choices
    self.inputs = inputs
    self.place = place
  }

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
    self.init(outputs: outputs, choices: choices, inputs: [], place: nil)
  }

  /// A map that looks its answers up; they are worked out here, by the general form of the map.
  init(
    _ plan: Plan, domain: [(column: String, range: ClosedRange<Int64>)], columns: [String: (slot: Slot, type: ValueType)],
    outputs: [Slot], place: Slot, categories: Categories
  ) {
    var compiler = Compiler(layout: FrameLayout(), categories: categories)
    let domainSlots = domain.map { compiler.addColumn($0.column, type: columns[$0.column]!.type) }
    let tableOutputs = outputs.map { compiler.addSlot($0.lane) }
    let general = ChamberMap(plan, outputs: tableOutputs) { expression in
      let program = compiler.compile(expression)
      return ([.program(program)], program.result)
    }
    let inputs = domain.map { column, range in
      Input(slot: columns[column]!.slot, lower: range.lowerBound, count: range.upperBound - range.lowerBound + 1)
    }
    self.init(outputs: outputs, choices: [], inputs: inputs, place: place)
    let size = tableSize
    let frame = Frame(layout: compiler.layout, capacity: size)
    frame.count = size
    var repeats = size
    for (number, input) in inputs.enumerated() {
      // The last input varies fastest.
      repeats /= Int(input.count)
      let slot = domainSlots[number]
      for index in 0..<size {
        let value = input.lower + Int64(index / repeats % Int(input.count))
        if slot.lane == .int32 {
          frame.int32(slot)[index] = Int32(truncatingIfNeeded: value)
        } else {
          frame.int64(slot)[index] = value
        }
      }
    }
    general.run(frame)
    // One more answer at the end, for whatever lies outside the domain.
    answers = tableOutputs.map { slot in
      switch slot.lane {
      case .int32: .int32(Array(UnsafeBufferPointer(start: frame.int32(slot), count: size)) + [.unknown])
      case .int64: .int64(Array(UnsafeBufferPointer(start: frame.int64(slot), count: size)) + [.unknown])
      case .float64: .float64(Array(UnsafeBufferPointer(start: frame.float64(slot), count: size)) + [.unknown])
      case .flag: .flag(Array(UnsafeBufferPointer(start: frame.flag(slot), count: size)) + [.unknown])
      }
    }
  }

  func run(_ frame: Frame) {
    if let place { lookUp(frame, place) } else { evaluate(frame) }
  }

  private func lookUp(_ frame: Frame, _ placeSlot: Slot) {
    let places = frame.int32(placeSlot)
    let n = frame.count
    let outside = Int32(truncatingIfNeeded: tableSize)
    for row in 0..<n { places[row] = 0 }
    for input in inputs {
      let lower = input.lower, count = input.count
      let factor = Int32(truncatingIfNeeded: count)
      if input.slot.lane == .int32 {
        let values = frame.int32(input.slot)
        let first = Int32(truncatingIfNeeded: lower)
        for row in 0..<n {
          let step = UInt32(bitPattern: values[row] &- first)
          places[row] = places[row] < 0 || step >= UInt32(factor) ? -1 : places[row] &* factor &+ Int32(bitPattern: step)
        }
      } else {
        let values = frame.int64(input.slot)
        for row in 0..<n {
          let step = UInt64(bitPattern: values[row] &- lower)
          places[row] =
            places[row] < 0 || step >= UInt64(count) ? -1 : places[row] &* factor &+ Int32(truncatingIfNeeded: step)
        }
      }
    }
    for row in 0..<n where places[row] < 0 { places[row] = outside }
    for (slot, answer) in zip(outputs, answers) {
      switch answer {
      case .int32(let table): gather(table, places, n, frame.int32(slot))
      case .int64(let table): gather(table, places, n, frame.int64(slot))
      case .float64(let table): gather(table, places, n, frame.float64(slot))
      case .flag(let table): gather(table, places, n, frame.flag(slot))
      }
    }
  }

  @inline(__always)
  private func gather<T>(_ table: [T], _ places: UnsafeMutablePointer<Int32>, _ n: Int, _ out: UnsafeMutablePointer<T>) {
    table.withUnsafeBufferPointer { table in
      for row in 0..<n { out[row] = table[Int(places[row])] }
    }
  }

  private func evaluate(_ frame: Frame) {
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
