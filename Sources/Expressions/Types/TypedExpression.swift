import Columns
import Diagnostics

/// An expression whose names are resolved and whose types are known; what the ``Compiler`` turns into programs.
package struct TypedExpression: Sendable {
  /// Kind, unit and possible values of the result; its lane is that of the compiled column.
  package let type: ValueType
  /// The place of the expression in the user's text.
  package let span: Span
  /// The columns that are read to compute it.
  package let columns: Set<String>
  /// Canonical text: equal for equal computations, wherever they were typed. Units are not part of it, since they leave
  /// no trace in the numbers: compare the types too where they matter.
  package let key: String
  /// What was typed, for messages: on one line, and cut where it is long.
  package var label: String { words.text }
  let words: Label
  let operation: Operation
  /// Between which floats the value lies, wherever it is known; for integers, the range of the type.
  let bounds: ClosedRange<Double>

  init(
    _ operation: Operation, type: ValueType, bounds: ClosedRange<Double>? = nil, words: Label, span: Span
  ) {
    self.operation = operation
    self.type = type
    self.words = words
    self.span = span
    self.bounds =
      bounds ?? (type.kind == .float ? Self.everyFloat : Double(type.range.lowerBound)...Double(type.range.upperBound))
    columns = operation.operands.reduce(into: operation.ownColumns) { $0.formUnion($1.columns) }
    key = operation.key(type: type)
  }

  /// The value, where it is known before the first row.
  package var constant: Constant? {
    if case .constant(let constant) = operation { constant } else { nil }
  }

  /// The name, where the expression is a column as it stands.
  package var column: String? {
    if case .column(let name) = operation { name } else { nil }
  }

  /// Whether the value is unknown in every row.
  package var isAlwaysUnknown: Bool {
    if case .unknown = operation { true } else { false }
  }

  static let everyFloat = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
}

/// What a typed expression computes. Operands have the same kind and unit wherever the operation needs that.
indirect enum Operation: Sendable {
  case column(String)
  case constant(Constant)
  /// Unknown in every row.
  case unknown
  case unary(Unary, TypedExpression)
  /// `risky`: known operands may give an unknown result.
  case binary(Binary, TypedExpression, TypedExpression, risky: Bool)
  case choose(TypedExpression, TypedExpression, TypedExpression)
  /// Both bounds are constants.
  case within(TypedExpression, lower: Constant, upper: Constant)
  case among(TypedExpression, [Constant])

  enum Unary: Hashable, Sendable {
    case negate, absolute, squareRoot, not, isKnown, toFloat
    case round(Rounding)
  }

  enum Binary: String, Sendable {
    case add, subtract, multiply, divide, floorDivide, modulo
    case bitAnd, bitOr, bitXor, shiftLeft, shiftRight
    case minimum, maximum
    case equal, notEqual, less, lessOrEqual
    /// Kleene's: false and unknown is false.
    case and, or
    /// Unknown where either side is.
    case strictAnd, strictOr

    var isCommutative: Bool {
      switch self {
      case .add, .multiply, .bitAnd, .bitOr, .bitXor, .minimum, .maximum, .equal, .notEqual, .and, .or, .strictAnd,
        .strictOr:
        true
      case .subtract, .divide, .floorDivide, .modulo, .shiftLeft, .shiftRight, .less, .lessOrEqual: false
      }
    }
  }

  var operands: [TypedExpression] {
    switch self {
    case .column, .constant, .unknown: []
    case .unary(_, let a), .within(let a, _, _), .among(let a, _): [a]
    case .binary(_, let a, let b, _): [a, b]
    case .choose(let c, let a, let b): [c, a, b]
    }
  }

  var ownColumns: Set<String> {
    if case .column(let name) = self { [name] } else { [] }
  }

  /// Lane and care for unknown values belong to the key: they decide which loops run.
  func key(type: ValueType) -> String {
    let care = type.mayBeUnknown ? "?" : ""
    let parts = operands.map(\.key).joined(separator: " ")
    switch self {
    case .column(let name): return "\(name):\(type.lane)\(care)"
    case .constant(let constant):
      if case .text(let text) = constant.value { return text.debugDescription }
      return constant.valueText
    case .unknown: return "unknown:\(type.lane)"
    case .unary(let operation, _): return "(\(operation.name):\(type.lane)\(care) \(parts))"
    case .binary(let operation, _, _, let risky):
      return "(\(operation.rawValue):\(type.lane)\(risky ? "!" : care) \(parts))"
    case .choose: return "(if:\(type.lane)\(care) \(parts))"
    case .within(_, let lower, let upper): return "(in\(care) \(parts) \(lower.valueText)..\(upper.valueText))"
    case .among(_, let members): return "(in\(care) \(parts) [\(members.map(\.valueText).joined(separator: " "))])"
    }
  }
}

extension Operation.Unary {
  var name: String {
    switch self {
    case .negate: "negate"
    case .absolute: "absolute"
    case .squareRoot: "squareRoot"
    case .not: "not"
    case .isKnown: "isKnown"
    case .toFloat: "toFloat"
    case .round(let rounding): "round.\(rounding.rawValue)"
    }
  }
}

extension Constant {
  /// The value without its unit, unambiguous.
  fileprivate var valueText: String {
    switch value {
    case .integer(let value): "\(value)"
    case .float(let value): "\(value)"
    case .boolean(let value): "\(value)"
    case .text(let text): text.debugDescription
    }
  }
}
