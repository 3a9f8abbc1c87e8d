import Columns

/// The chamber map: the first row whose condition a hit meets gives it its chamber and the other columns of the map.
///
/// Where the inputs are integers of few possible values, all answers are worked out before the first row and looked up;
/// otherwise the conditions are evaluated one after the other. Both give the same.
package struct ChamberMap: Sendable {
  /// The most answers worked out in advance.
  package static let largestTable = 65_536

  /// A row of the map.
  package struct Choice: Sendable {
    /// What computes the flag and the values.
    let steps: [RowStep]
    let flag: Slot
    let chamber: Int64
    /// The value of each output beside the chamber; nil where the row does not give it.
    let values: [Slot?]

    package init(steps: [RowStep], flag: Slot, chamber: Int64, values: [Slot?]) {
      self.steps = steps
      self.flag = flag
      self.chamber = chamber
      self.values = values
    }
  }

  /// The chamber, then the other columns.
  let outputs: [Slot]
  private let method: Method

  private enum Method: Sendable {
    case table(ChamberTable)
    case conditions([Choice])
  }

  /// The table that answers are looked up in, where there is one.
  package var table: ChamberTable? { if case .table(let table) = method { table } else { nil } }

  /// A map that evaluates its conditions for every hit.
  package init(_ choices: [Choice], outputs: [Slot]) {
    self.outputs = outputs
    method = .conditions(choices)
  }

  /// A map that looks its answers up.
  package init(_ table: ChamberTable, outputs: [Slot]) {
    self.outputs = outputs
    method = .table(table)
  }

  package func run(_ frame: Frame) {
    switch method {
    case .table(let table): table.run(frame)
    case .conditions(let choices): evaluate(frame, choices)
    }
  }

  private func evaluate(_ frame: Frame, _ choices: [Choice]) {
    let n = frame.count
    for slot in outputs { setUnknown(frame, slot, n) }
    for choice in choices {
      for step in choice.steps { step.run(frame) }
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
    guard let from else { return copyUnknown(frame, to, flags, n) }
    switch (from.lane, to.lane) {
    case (.int32, .int32):
      let (a, b) = (frame.int32(from), frame.int32(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row] }
    case (.int32, .int64):
      let (a, b) = (frame.int32(from), frame.int64(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row].isUnknown ? .unknown : Int64(a[row]) }
    case (.int64, .int64):
      let (a, b) = (frame.int64(from), frame.int64(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row] }
    case (.int32, .float64):
      let (a, b) = (frame.int32(from), frame.float64(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row].isUnknown ? .nan : Double(a[row]) }
    case (.int64, .float64):
      let (a, b) = (frame.int64(from), frame.float64(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row].isUnknown ? .nan : Double(a[row]) }
    case (.float64, .float64):
      let (a, b) = (frame.float64(from), frame.float64(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row] }
    case (.flag, .flag):
      let (a, b) = (frame.flag(from), frame.flag(to))
      for row in 0..<n where flags[row] == 1 { b[row] = a[row] }
    default:
      preconditionFailure("the checker joins the types of a map's rows to a lane that holds them all")
    }
  }

  private func copyUnknown(_ frame: Frame, _ to: Slot, _ flags: UnsafeMutablePointer<UInt8>, _ n: Int) {
    func set<T: LaneValue>(_ values: UnsafeMutablePointer<T>) {
      for row in 0..<n where flags[row] == 1 { values[row] = .unknown }
    }
    switch to.lane {
    case .int32: set(frame.int32(to))
    case .int64: set(frame.int64(to))
    case .float64: set(frame.float64(to))
    case .flag: set(frame.flag(to))
    }
  }
}
