import Columns

/// Where a condition can change its answer as one integer column goes from value to value.
package struct Cuts: Sendable {
  /// For each column the values at which the answer may differ from that one below.
  package private(set) var values: [String: Set<Int64>] = [:]
  /// Columns that do more than be compared with constants: anything may happen at any of their values.
  package private(set) var opaque: Set<String> = []

  package init() {}

  /// Takes in the places of another condition.
  package mutating func add(_ condition: TypedExpression) {
    switch condition.operation {
    case .constant, .unknown: break
    case .unary(.not, let inner): add(inner)
    case .binary(.and, let a, let b, _), .binary(.or, let a, let b, _), .binary(.strictAnd, let a, let b, _),
      .binary(.strictOr, let a, let b, _):
      add(a)
      add(b)
    case .binary(let comparison, let a, let b, _):
      if let column = a.integerColumn, let constant = b.integerConstant {
        add(comparison, column, constant, columnIsLeft: true)
      } else if let column = b.integerColumn, let constant = a.integerConstant {
        add(comparison, column, constant, columnIsLeft: false)
      } else {
        opaque.formUnion(condition.columns)
      }
    case .within(let value, let lower, let upper):
      guard let column = value.integerColumn, let low = lower.integer, let high = upper.integer else {
        return opaque.formUnion(condition.columns)
      }
      cut(column, low)
      cut(column, above: high)
    case .among(let value, let members):
      let integers = members.compactMap(\.integer)
      guard let column = value.integerColumn, integers.count == members.count else {
        return opaque.formUnion(condition.columns)
      }
      for member in integers {
        cut(column, member)
        cut(column, above: member)
      }
    case .column, .unary, .choose: opaque.formUnion(condition.columns)
    }
  }

  private mutating func add(
    _ comparison: Operation.Binary, _ column: String, _ constant: Int64, columnIsLeft: Bool
  ) {
    switch comparison {
    case .equal, .notEqual:
      cut(column, constant)
      cut(column, above: constant)
    case .less: columnIsLeft ? cut(column, constant) : cut(column, above: constant)
    case .lessOrEqual: columnIsLeft ? cut(column, above: constant) : cut(column, constant)
    default: opaque.insert(column)
    }
  }

  private mutating func cut(_ column: String, _ value: Int64) { values[column, default: []].insert(value) }

  private mutating func cut(_ column: String, above value: Int64) {
    if value < .max { cut(column, value + 1) }
  }
}

extension TypedExpression {
  /// The name of an integer column that stands alone.
  var integerColumn: String? { type.kind == .integer ? column : nil }
}
