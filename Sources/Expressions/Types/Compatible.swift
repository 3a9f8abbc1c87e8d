import Columns

/// Whether a row can be there that meets `condition` and of which `rule` is true (or is not, where `holds` is false). True
/// too where that cannot be told: comparisons with constants are looked into, and all others taken as they come.
///
/// - Parameter definition: what a column is computed as.
package func areCompatible(
  _ condition: TypedExpression, _ rule: TypedExpression, holds: Bool, definition: @escaping (String) -> TypedExpression?
) -> Bool {
  var cases = Cases(definition: definition)
  cases.add(condition)
  cases.add(rule)
  return cases.contains { cases.value(condition, $0) && cases.value(rule, $0) == holds }
}

/// The rows that conditions can tell apart.
private struct Cases {
  /// What is asked of a row: the value of a column, or a condition that is not looked into.
  struct Row {
    var integers: [String: Int64] = [:]
    var answers: [String: Bool] = [:]
  }

  private static let most = 4096

  let definition: (String) -> TypedExpression?
  private var cuts = Cuts()
  private var ranges: [String: ClosedRange<Int64>] = [:]
  private var questions: Set<String> = []

  init(definition: @escaping (String) -> TypedExpression?) { self.definition = definition }

  /// The parts of a condition that `and`, `or` and `not` join.
  private func parts(_ condition: TypedExpression) -> (joined: [TypedExpression], definition: TypedExpression?) {
    switch condition.operation {
    case .unary(.not, let inner): return ([inner], nil)
    case .binary(.and, let a, let b, _), .binary(.or, let a, let b, _), .binary(.strictAnd, let a, let b, _),
      .binary(.strictOr, let a, let b, _):
      return ([a, b], nil)
    case .column(let name): return ([], definition(name))
    default: return ([], nil)
    }
  }

  mutating func add(_ condition: TypedExpression) {
    let (joined, definition) = parts(condition)
    for part in joined + [definition].compactMap(\.self) { add(part) }
    guard joined.isEmpty, definition == nil, condition.constant == nil else { return }
    if let column = condition.comparedColumn {
      cuts.add(condition)
      ranges[column.name] = column.range
    } else {
      questions.insert(condition.key)
    }
  }

  /// Whether any row is as wanted; true where there are too many to try.
  func contains(_ isWanted: (Row) -> Bool) -> Bool {
    var rows = [Row()]
    for (name, range) in ranges.sorted(by: { $0.key < $1.key }) {
      let values = (cuts.values[name] ?? []).union([range.lowerBound]).filter(range.contains)
      guard rows.count * values.count <= Self.most else { return true }
      rows = rows.flatMap { row in
        values.map { value in
          var row = row
          row.integers[name] = value
          return row
        }
      }
    }
    for question in questions.sorted() {
      guard rows.count * 2 <= Self.most else { return true }
      rows = rows.flatMap { row in
        [false, true].map { answer in
          var row = row
          row.answers[question] = answer
          return row
        }
      }
    }
    return rows.contains(where: isWanted)
  }

  func value(_ condition: TypedExpression, _ row: Row) -> Bool {
    if let constant = condition.constant { return constant.boolean ?? false }
    switch condition.operation {
    case .unary(.not, let inner): return !value(inner, row)
    case .binary(.and, let a, let b, _), .binary(.strictAnd, let a, let b, _): return value(a, row) && value(b, row)
    case .binary(.or, let a, let b, _), .binary(.strictOr, let a, let b, _): return value(a, row) || value(b, row)
    case .column(let name):
      if let definition = definition(name) { return value(definition, row) }
    default: break
    }
    if let column = condition.comparedColumn, let value = row.integers[column.name] {
      return condition.isMet(by: value)
    }
    return row.answers[condition.key] ?? false
  }
}

extension TypedExpression {
  /// The integer column that the condition compares with constants.
  fileprivate var comparedColumn: (name: String, range: ClosedRange<Int64>)? {
    func column(_ value: TypedExpression) -> (String, ClosedRange<Int64>)? {
      value.integerColumn.map { ($0, value.type.range) }
    }
    switch operation {
    case .binary(let comparison, let a, let b, _):
      guard [.equal, .notEqual, .less, .lessOrEqual].contains(comparison) else { return nil }
      if b.integerConstant != nil { return column(a) }
      return a.integerConstant != nil ? column(b) : nil
    case .within(let value, let lower, let upper):
      return lower.integer != nil && upper.integer != nil ? column(value) : nil
    case .among(let value, let members): return members.allSatisfy { $0.integer != nil } ? column(value) : nil
    default: return nil
    }
  }

  /// What such a condition says to a value of its column.
  fileprivate func isMet(by value: Int64) -> Bool {
    switch operation {
    case .binary(let comparison, let a, let b, _):
      let (a, b) = (a.integerConstant ?? value, b.integerConstant ?? value)
      switch comparison {
      case .equal: return a == b
      case .notEqual: return a != b
      case .less: return a < b
      default: return a <= b
      }
    case .within(_, let lower, let upper): return (lower.integer ?? .max) <= value && value <= (upper.integer ?? .min)
    case .among(_, let members): return members.contains { $0.integer == value }
    default: return false
    }
  }
}
