import Columns

/// `scope` in rows for which `condition` is true: the ranges of integer columns are tightened by what `condition` says
/// of them, and columns that it needs are known. `FPGA == 0 and TDC_CHANNEL in 64..127` makes `TDC_CHANNEL - 64` 0..63.
///
/// Values of an expression that is checked in such a scope mean nothing in other rows.
package func narrowed(_ scope: some Scope, assuming condition: TypedExpression) -> some Scope {
  NarrowedScope(base: scope, assuming: condition, holds: true)
}

struct NarrowedScope: Scope {
  let base: any Scope
  private let facts: Facts

  /// `holds` false: in rows for which the condition is false (and not merely unknown).
  init(base: any Scope, assuming condition: TypedExpression, holds: Bool) {
    self.base = base
    facts = Facts(condition, holds: holds)
  }

  var names: [String] { base.names }

  func symbol(named name: String) -> Symbol? {
    guard case .column(var type)? = base.symbol(named: name) else { return base.symbol(named: name) }
    if facts.known.contains(name) { type.mayBeUnknown = false }
    // A contradiction says that no such row exists; the plain range will do.
    if type.kind == .integer, let range = facts.ranges[name], range.overlaps(type.range) {
      type.range = range.clamped(to: type.range)
    }
    return .column(type)
  }
}

/// What a condition says of single columns.
struct Facts {
  private(set) var ranges: [String: ClosedRange<Int64>] = [:]
  private(set) var known: Set<String> = []

  init(_ condition: TypedExpression, holds: Bool) {
    switch condition.operation {
    case .column(let name): known = [name]
    case .constant, .unknown: break
    case .choose(let test, _, _): known = test.strictColumns
    case .unary(.not, let inner): self = Facts(inner, holds: !holds)
    case .unary(.isKnown, let value): if holds { known = value.strictColumns }
    case .unary: break
    case .binary(.and, let a, let b, _), .binary(.strictAnd, let a, let b, _):
      self = Facts(Facts(a, holds: holds), holds ? .both : .either, Facts(b, holds: holds))
    case .binary(.or, let a, let b, _), .binary(.strictOr, let a, let b, _):
      self = Facts(Facts(a, holds: holds), holds ? .either : .both, Facts(b, holds: holds))
    case .binary(let comparison, let a, let b, _):
      known = condition.strictColumns
      compare(comparison, a, b, holds: holds)
    case .within(let value, let lower, let upper):
      known = value.strictColumns
      if holds, let low = lower.integer, let high = upper.integer, low <= high {
        constrain(value, Interval(low...high))
      }
    case .among(let value, let members):
      known = value.strictColumns
      let integers = members.compactMap(\.integer).map { Int128($0) }
      if holds, !integers.isEmpty { constrain(value, Interval(hull: integers)) }
    }
  }

  private enum Junction { case both, either }

  private init(_ a: Facts, _ junction: Junction, _ b: Facts) {
    switch junction {
    case .both:
      known = a.known.union(b.known)
      ranges = a.ranges.merging(b.ranges) { $0.overlaps($1) ? $0.clamped(to: $1) : $0 }
    case .either:
      known = a.known.intersection(b.known)
      for (name, range) in a.ranges {
        guard let other = b.ranges[name] else { continue }
        ranges[name] = min(range.lowerBound, other.lowerBound)...max(range.upperBound, other.upperBound)
      }
    }
  }

  private mutating func compare(
    _ comparison: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression, holds: Bool
  ) {
    switch (comparison, holds) {
    case (.less, true): order(a, b, strict: true)
    case (.less, false): order(b, a, strict: false)
    case (.lessOrEqual, true): order(a, b, strict: false)
    case (.lessOrEqual, false): order(b, a, strict: true)
    case (.equal, true), (.notEqual, false):
      order(a, b, strict: false)
      order(b, a, strict: false)
    default: break
    }
  }

  /// `a < b` or `a <= b` holds.
  private mutating func order(_ a: TypedExpression, _ b: TypedExpression, strict: Bool) {
    let step: Int128 = strict ? 1 : 0
    if a.type.kind == .integer, b.type.kind == .integer {
      constrain(a, Interval(a.interval.lower, b.interval.upper - step))
      constrain(b, Interval(a.interval.lower + step, b.interval.upper))
    } else if a.type.kind == .float, b.type.kind == .float {
      let upper = b.bounds.upperBound
      let lower = a.bounds.lowerBound
      if let value = a.integerOperand, let top = Int64(exactly: upper.rounded(.down)) {
        constrain(value, Interval(value.interval.lower, Int128(top) - (strict && Double(top) == upper ? 1 : 0)))
      }
      if let value = b.integerOperand, let bottom = Int64(exactly: lower.rounded(.up)) {
        constrain(value, Interval(Int128(bottom) + (strict && Double(bottom) == lower ? 1 : 0), value.interval.upper))
      }
    }
  }

  /// `value` lies in `interval`: what follows for the column inside, through sums and products with constants.
  private mutating func constrain(_ value: TypedExpression, _ interval: Interval) {
    guard interval.lower <= interval.upper else { return }
    switch value.operation {
    case .column(let name) where value.type.kind == .integer:
      let range = interval.range
      let other = ranges[name] ?? range
      ranges[name] = range.overlaps(other) ? range.clamped(to: other) : range
    case .binary(.add, let inner, let constant, _):
      guard let offset = constant.integerConstant.map({ Int128($0) }) else { return }
      constrain(inner, Interval(interval.lower - offset, interval.upper - offset))
    case .binary(.subtract, let inner, let constant, _):
      guard let offset = constant.integerConstant.map({ Int128($0) }) else { return }
      constrain(inner, Interval(interval.lower + offset, interval.upper + offset))
    case .binary(.multiply, let inner, let constant, _):
      guard let factor = constant.integerConstant, factor > 0 else { return }
      let divisor = Interval(factor...factor)
      guard
        let low = Interval(interval.lower + Int128(factor) - 1, interval.lower + Int128(factor) - 1)
          .floorDivided(by: divisor), let high = Interval(interval.upper, interval.upper).floorDivided(by: divisor)
      else { return }
      constrain(inner, Interval(low.lower, high.upper))
    default: break
    }
  }
}

extension TypedExpression {
  /// The columns without which it has no value.
  fileprivate var strictColumns: Set<String> {
    switch operation {
    case .column(let name): [name]
    case .constant, .unknown, .unary(.isKnown, _), .binary(.and, _, _, _), .binary(.or, _, _, _): []
    case .unary(_, let a), .within(let a, _, _), .among(let a, _): a.strictColumns
    case .binary(_, let a, let b, _): a.strictColumns.union(b.strictColumns)
    case .choose(let condition, _, _): condition.strictColumns
    }
  }

  /// The integer that was made a float for a comparison.
  fileprivate var integerOperand: TypedExpression? {
    if case .unary(.toFloat, let inner) = operation { inner } else { nil }
  }
}
