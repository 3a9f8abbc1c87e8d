import CKernels
import Columns

/// Where a step finds the values of a column, or leaves them.
enum Place: Hashable, Sendable {
  case column(Slot)
  /// Values that only steps of one program need; the compiler finds room for them when the program is complete.
  case temporary(number: Int, lane: Lane)

  var lane: Lane {
    switch self {
    case .column(let slot): slot.lane
    case .temporary(_, let lane): lane
    }
  }
}

/// What a step reads: a column, or a constant that never becomes one.
enum Operand: Sendable {
  case column(Place)
  /// A value of an integer lane; Int64.min is unknown in either.
  case integer(Int64)
  case float(Double)
  case flag(UInt8)

  /// The constant in the lane of the values that it stands for.
  func value(in lane: Lane) -> kernel_value {
    switch (self, lane) {
    case (.integer(let value), .int32):
      kernel_value(int32: value == .min ? .unknown : Int32(truncatingIfNeeded: value))
    case (.integer(let value), .int64): kernel_value(int64: value)
    case (.float(let value), .float64): kernel_value(float64: value)
    case (.flag(let value), .flag): kernel_value(flag: value)
    default: preconditionFailure("\(self) is no constant of the lane \(lane)")
    }
  }
}

/// For the keys of computations, which tell equal ones: written out, since printing by reflection is slow.
extension Operand: CustomStringConvertible {
  var description: String {
    switch self {
    case .column(.column(let slot)): "column \(slot.index)"
    case .column(.temporary(let number, _)): "result \(number)"
    case .integer(let value): "integer \(value)"
    case .float(let value): "float \(value)"
    case .flag(let value): "flag \(value)"
    }
  }
}
