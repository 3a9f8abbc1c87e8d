import Columns

/// The values that a number can have, as far as they are known before the first row: between which bounds they lie, and
/// in which steps they come.
package struct Reach: Sendable {
  /// Values lie at `offset`, `offset ± step`, `offset ± 2 step` and so on; a step of 0 is the one value `offset`.
  package struct Grid: Sendable {
    package let step: Double
    package let offset: Double

    package init(step: Double, offset: Double = 0) {
      self.step = step
      self.offset = offset
    }

    /// The coarsest grid that holds the points of both; nil where that would be so fine that it says nothing.
    func union(_ other: Grid) -> Grid? {
      let steps = [step, other.step, offset - other.offset]
      return Self.commonStep(steps).map { Grid(step: $0, offset: offset) }
    }

    func scaled(_ factor: Double) -> Grid? {
      let grid = Grid(step: abs(step * factor), offset: offset * factor)
      return grid.step.isFinite && grid.offset.isFinite ? grid : nil
    }

    /// The largest number of which all are multiples, to a millionth; nil where there is none.
    static func commonStep(_ numbers: [Double]) -> Double? {
      let sizes = numbers.map(abs)
      guard let largest = sizes.max(), largest.isFinite else { return nil }
      var step = 0.0
      for size in sizes where size > largest * 1e-12 {
        var (a, b) = (max(step, size), min(step, size))
        let least = (b == 0 ? a : b) * 1e-6
        // Euclid's, where what is left over is as small as the errors of rounding.
        while b > least {
          let rest = a.truncatingRemainder(dividingBy: b)
          (a, b) = (b, min(rest, b - rest))
        }
        guard a > largest * 1e-12 else { return nil }
        step = a
      }
      return step
    }
  }

  /// Nil where nothing is known.
  package var bounds: ClosedRange<Double>?
  package var grid: Grid?

  package init(bounds: ClosedRange<Double>? = nil, grid: Grid? = nil) {
    self.bounds = bounds
    self.grid = grid
  }

  /// Any value of a type.
  package init(_ type: ValueType) {
    let isInteger = type.kind == .integer
    self.init(
      bounds: isInteger ? Double(type.range.lowerBound)...Double(type.range.upperBound) : nil,
      grid: isInteger ? Grid(step: 1) : nil)
  }

  /// What both say.
  package func intersection(_ other: Reach) -> Reach {
    var result = self
    if let a = bounds, let b = other.bounds {
      // A contradiction says that there is no such row: either will do.
      result.bounds = a.overlaps(b) ? a.clamped(to: b) : a
    } else {
      result.bounds = bounds ?? other.bounds
    }
    if let a = grid, let b = other.grid {
      // One grid mostly holds the other: the coarser says more.
      result.grid = a.step == 0 || (b.step != 0 && a.step >= b.step) ? a : b
    } else {
      result.grid = grid ?? other.grid
    }
    return result
  }
}

extension TypedExpression {
  /// The values that it can have; `column` gives those of a column.
  package func reach(_ column: (String) -> Reach) -> Reach {
    let own = Reach(type)
    guard type.isNumber else { return own }
    var reach = computed(column)
    if let limits = reach.bounds, !limits.lowerBound.isFinite || !limits.upperBound.isFinite { reach.bounds = nil }
    return type.kind == .integer ? reach.intersection(own) : reach
  }

  private func computed(_ column: (String) -> Reach) -> Reach {
    switch operation {
    case .column(let name): return column(name)
    case .constant(let constant):
      guard let number = constant.number else { return Reach() }
      return Reach(bounds: number...number, grid: .init(step: 0, offset: number))
    case .unary(let operation, let operand): return Self.unary(operation, operand.reach(column))
    case .binary(let operation, let left, let right, _):
      return Self.binary(operation, left.reach(column), right.reach(column))
    case .choose(_, let a, let b): return Self.either(a.reach(column), b.reach(column))
    case .unknown, .within, .among: return Reach()
    }
  }

  private static func unary(_ operation: Operation.Unary, _ a: Reach) -> Reach {
    switch operation {
    case .toFloat: return a
    case .negate:
      return Reach(bounds: a.bounds.map { -$0.upperBound ... -$0.lowerBound }, grid: a.grid?.scaled(-1))
    case .absolute:
      let bounds = a.bounds.map { range in
        range.lowerBound >= 0
          ? range
          : range.upperBound <= 0
            ? -range.upperBound ... -range.lowerBound : 0...max(-range.lowerBound, range.upperBound)
      }
      // The grid's mirror image is the grid only where 0 lies on it or half-way between.
      let grid = a.grid.flatMap { $0.union(.init(step: $0.step, offset: -$0.offset)) }
      return Reach(bounds: bounds, grid: grid)
    case .round:
      return Reach(bounds: a.bounds.map { $0.lowerBound.rounded(.down)...$0.upperBound.rounded(.up) })
    case .squareRoot:
      return Reach(bounds: a.bounds.flatMap { $0.upperBound < 0 ? nil : 0...$0.upperBound.squareRoot() })
    case .not, .isKnown: return Reach()
    }
  }

  private static func binary(_ operation: Operation.Binary, _ a: Reach, _ b: Reach) -> Reach {
    switch operation {
    case .add, .subtract:
      let sign: Double = operation == .add ? 1 : -1
      let other = b.grid?.scaled(sign)
      let step = a.grid.flatMap { grid in other.flatMap { Reach.Grid.commonStep([grid.step, $0.step]) } }
      let offset = (a.grid?.offset ?? 0) + (other?.offset ?? 0)
      return Reach(
        bounds: hull(a.bounds, b.bounds) { $0 + sign * $1 }, grid: step.map { .init(step: $0, offset: offset) })
    case .multiply:
      var grid: Reach.Grid?
      if let one = a.grid, let other = b.grid {
        grid = one.step == 0 ? other.scaled(one.offset) : other.step == 0 ? one.scaled(other.offset) : nil
      }
      return Reach(bounds: hull(a.bounds, b.bounds, *), grid: grid)
    case .divide:
      guard let grid = b.grid, grid.step == 0, grid.offset != 0 else { return Reach() }
      return Reach(bounds: hull(a.bounds, b.bounds, /), grid: a.grid?.scaled(1 / grid.offset))
    case .minimum:
      return Reach(bounds: hull(a.bounds, b.bounds, Swift.min), grid: either(a, b).grid)
    case .maximum:
      return Reach(bounds: hull(a.bounds, b.bounds, Swift.max), grid: either(a, b).grid)
    default: return Reach()
    }
  }

  private static func either(_ a: Reach, _ b: Reach) -> Reach {
    var bounds: ClosedRange<Double>?
    if let first = a.bounds, let second = b.bounds {
      bounds = min(first.lowerBound, second.lowerBound)...max(first.upperBound, second.upperBound)
    }
    return Reach(bounds: bounds, grid: a.grid.flatMap { grid in b.grid.flatMap { grid.union($0) } })
  }

  /// The bounds of an operation that is monotonic in both operands: its corners bound it.
  private static func hull(
    _ a: ClosedRange<Double>?, _ b: ClosedRange<Double>?, _ operation: (Double, Double) -> Double
  ) -> ClosedRange<Double>? {
    guard let a, let b else { return nil }
    let corners = [a.lowerBound, a.upperBound].flatMap { x in [b.lowerBound, b.upperBound].map { operation(x, $0) } }
    guard let low = corners.min(), let high = corners.max(), !corners.contains(where: \.isNaN) else { return nil }
    return low...high
  }
}
