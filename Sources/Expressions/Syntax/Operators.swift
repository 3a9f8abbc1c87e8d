/// An operator that stands between two expressions.
package enum BinaryOperator: String, CaseIterable, Sendable {
  case or, and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case bitOr = "|"
  case bitXor = "^"
  case bitAnd = "&"
  case shiftLeft = "<<"
  case shiftRight = ">>"
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"

  /// How tightly it binds, as in Python: a higher number binds tighter.
  var precedence: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: Precedence.comparison
    case .bitOr: Precedence.bitOr
    case .bitXor: 6
    case .bitAnd: 7
    case .shiftLeft, .shiftRight: 8
    case .add, .subtract: 9
    case .multiply, .divide, .floorDivide, .modulo: 10
    }
  }

  var isComparison: Bool { precedence == Precedence.comparison }
}

/// The precedences that the parser names.
enum Precedence {
  static let lowest = 0
  static let not = 3
  static let comparison = 4
  static let bitOr = 5
  static let unaryMinus = 11
}

/// An operator that stands before an expression.
package enum UnaryOperator: String, Sendable {
  case minus = "-"
  case not
}

/// The functions that an expression can call, by the name that is typed.
package enum Function: String, CaseIterable, Sendable {
  case abs, ceil, floor, `if`, max, min, round, sqrt
}

/// The functions that sum up the hits of a group.
package enum GroupFunction: String, CaseIterable, Sendable {
  /// How many hits there are.
  case count
  /// The smallest known value.
  case min
  /// The largest known value.
  case max
  /// The sum of the known values.
  case sum
  /// The arithmetic mean of the known values.
  case mean
  /// Whether the condition is true for any hit.
  case any
  /// How many different known values there are.
  case distinct
}
