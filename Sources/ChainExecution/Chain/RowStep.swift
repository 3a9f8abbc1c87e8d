import Columns
import Expressions

/// One step over a batch: it reads columns of the frame and writes others, for every row, selected or not.
package enum RowStep: Sendable {
  case program(Program)
  case chambers(ChamberMap)
  case lookup(LookupColumn)
  case external(ExternalStep)
  case native(NativeStep)
  /// What it returns depends on the rows before: only a ``RowStepRunner`` runs it.
  case last(LastStep)

  package func run(_ frame: Frame) {
    switch self {
    case .program(let program): program.run(frame)
    case .chambers(let map): map.run(frame)
    case .lookup(let lookup): lookup.run(frame)
    case .external(let step): step.run(frame)
    case .native(let step): step.run(frame)
    case .last: preconditionFailure("a step that needs the hit before is run by RowStepRunner")
    }
  }

  /// Whether it may leave a fault instead of values.
  package var mayFail: Bool {
    switch self {
    case .program, .chambers, .lookup, .last: false
    case .external, .native: true
    }
  }

  /// Whether it needs the rows of a stream in their order.
  package var needsOrder: Bool { if case .last = self { true } else { false } }

  /// The program that it asks.
  var program: ExternalProgram? { if case .external(let step) = self { step.program } else { nil } }

  /// The same where no row is selected yet.
  package var forEveryRow: RowStep {
    guard case .external(var step) = self else { return self }
    step.sendsAll = true
    return .external(step)
  }
}

/// A constant for each value of a column: `{by: chamber, values: {0: 93.9 ns, 1: 101.4 ns}}`. Other values have none.
package struct LookupColumn: Sendable {
  /// What is looked up, before it has a place in a frame.
  package struct Table: Sendable {
    package let column: String
    let unit: Unit
    package let values: [Int64: Double]
    /// Every value that the column can have is in the table.
    package var isComplete = false

    package init(column: String, unit: Unit, values: [Int64: Double], isComplete: Bool = false) {
      self.column = column
      self.unit = unit
      self.values = values
      self.isComplete = isComplete
    }

    package var type: ValueType { .float(unit: unit, mayBeUnknown: !isComplete) }
  }

  private let source: Slot
  let result: Slot
  private let lower: Int64
  private let dense: [Double]
  private let sparse: [Int64: Double]

  package init(_ table: Table, source: Slot, result: Slot) {
    self.source = source
    self.result = result
    let keys = table.values.keys.sorted()
    if let first = keys.first, let last = keys.last, last.subtractingReportingOverflow(first).overflow == false,
      last - first < 65_536
    {
      lower = first
      dense = (first...last).map { table.values[$0] ?? .nan }
      sparse = [:]
    } else {
      lower = 0
      dense = []
      sparse = table.values
    }
  }

  private func value(_ key: Int64) -> Double {
    let place = key &- lower
    return place >= 0 && place < Int64(dense.count) ? dense[Int(place)] : sparse[key] ?? .nan
  }

  func run(_ frame: Frame) {
    let out = frame.float64(result)
    switch source.lane {
    case .int32:
      let keys = frame.int32(source)
      let first = lower
      dense.withUnsafeBufferPointer { dense in
        let count = UInt64(dense.count)
        for row in 0..<frame.count {
          let place = UInt64(bitPattern: Int64(keys[row]) &- first)
          out[row] = place < count ? dense[Int(place)] : .nan
        }
      }
      if !sparse.isEmpty { for row in 0..<frame.count { out[row] = sparse[Int64(keys[row])] ?? .nan } }
    case .int64:
      let keys = frame.int64(source)
      for row in 0..<frame.count { out[row] = value(keys[row]) }
    case .flag:
      let keys = frame.flag(source)
      for row in 0..<frame.count { out[row] = value(Int64(keys[row])) }
    case .float64:
      for row in 0..<frame.count { out[row] = .nan }
    }
  }
}
