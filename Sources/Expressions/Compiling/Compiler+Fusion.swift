import CKernels
import Columns

// Two operations in one loop, where the result has the same bits: what goes through a loop is read and written less.

extension Compiler {
  /// `a + b` or `a - b` in the lane, where one side is a product with a constant; nil where none is.
  mutating func integerSum(
    _ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression, _ lane: Lane
  ) -> Place? {
    let family = lane == .int32 ? kernel_multiply_add_int32 : kernel_multiply_add_int64
    return sum(operation, a, b) { compiler, product in
      guard case .binary(.multiply, let x, let y, risky: false) = product.operation, product.type.kind == .integer,
        let factor = y.integerConstant, compiler.lane(x, y, product.type.lane) == lane,
        case .column(let place) = compiler.cast(compiler.operand(x), to: lane, checked: false)
      else { return nil }
      return Product(family: family, place: place, factor: .integer(factor), lane: lane)
    }
  }

  /// The same for floats, whose factor may be an integer.
  mutating func floatSum(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Place? {
    sum(operation, a, b) { compiler, product in
      switch product.operation {
      case .unary(.toFloat, let whole): return compiler.wholeProduct(whole)
      case .binary(.multiply, let x, let y, risky: false):
        guard let factor = y.floatConstant else { return nil }
        if let place = compiler.shortInteger(x) {
          return Product(family: kernel_integer_multiply_add, place: place, factor: .float(factor), lane: .float64)
        }
        guard case .column(let place) = compiler.operand(x) else { return nil }
        return Product(family: kernel_multiply_add_float64, place: place, factor: .float(factor), lane: .float64)
      default: return nil
      }
    }
  }

  /// A product of integers as one of floats, which is exact up to 2^53. A positive factor leaves 0 its sign.
  private mutating func wholeProduct(_ whole: TypedExpression) -> Product? {
    let limit: Int64 = 1 << 53
    guard case .binary(.multiply, let x, let y, risky: false) = whole.operation, !whole.type.mayBeUnknown,
      let factor = y.integerConstant, 1...limit ~= factor, x.type.lane == .int32,
      whole.type.range.lowerBound >= -limit, whole.type.range.upperBound <= limit,
      case .column(let place) = operand(x)
    else { return nil }
    return Product(family: kernel_integer_multiply_add, place: place, factor: .float(Double(factor)), lane: .float64)
  }

  /// A column times a constant, which the loops of the family add something to.
  private struct Product {
    let family: kernel_family
    let place: Place
    let factor: Operand
    let lane: Lane
  }

  private mutating func sum(
    _ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression,
    _ product: (inout Compiler, TypedExpression) -> Product?
  ) -> Place? {
    switch operation {
    case .add:
      if let found = product(&self, a) { return sum(found, operand(b)) }
      return product(&self, b).map { sum($0, operand(a)) }
    case .subtract:
      // a * k - c is a * k + -c, and c - a * k is a * -k + c.
      if b.constant != nil, let found = product(&self, a) { return sum(found, negated(operand(b))) }
      return product(&self, b).map { found in
        let turned = Product(
          family: found.family, place: found.place, factor: negated(found.factor), lane: found.lane)
        return sum(turned, operand(a))
      }
    default: return nil
    }
  }

  private func negated(_ constant: Operand) -> Operand {
    switch constant {
    case .integer(let value): .integer(0 &- value)
    case .float(let value): .float(-value)
    case .column, .flag: preconditionFailure("\(constant) is no number")
    }
  }

  private mutating func sum(_ product: Product, _ other: Operand) -> Place {
    var computation = Computation(
      family: product.family, left: .column(product.place), constants: [product.factor], lane: product.lane)
    switch cast(other, to: product.lane, checked: false) {
    case .column(let place): computation.right = .column(place)
    case let constant: computation.right = constant
    }
    return emit(computation, product.lane)
  }

  /// A float operation on an integer, which is converted on the way; nil where there is none.
  mutating func mixed(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Place? {
    let commutes = operation == .add || operation == .multiply
    if let place = shortInteger(a) ?? (commutes ? shortInteger(b) : nil) {
      let family: kernel_family
      switch operation {
      case .add: family = kernel_integer_add_float
      case .subtract: family = kernel_integer_subtract_float
      case .multiply: family = kernel_integer_multiply_float
      case .divide: family = kernel_integer_divide_float
      default: return nil
      }
      let other = operand(shortInteger(a) == nil ? a : b)
      return emit(Computation(family: family, left: .column(place), right: other), .float64)
    }
    guard operation == .subtract || operation == .divide, let place = shortInteger(b) else { return nil }
    let family = operation == .subtract ? kernel_float_subtract_integer : kernel_float_divide_integer
    return emit(Computation(family: family, left: operand(a), right: .column(place)), .float64)
  }

  /// The integers in 32 bits that a float expression is made of, which are known.
  private mutating func shortInteger(_ expression: TypedExpression) -> Place? {
    guard case .unary(.toFloat, let whole) = expression.operation, whole.type.lane == .int32,
      !whole.type.mayBeUnknown, case .column(let place) = operand(whole)
    else { return nil }
    return place
  }
}

extension Compiler {
  /// `low <= value and value <= high` as one loop; nil for anything else.
  mutating func range(_ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression) -> Operand? {
    guard operation == .and || operation == .strictAnd else { return nil }
    for (first, second) in [(a, b), (b, a)] {
      guard let low = bound(first, isLower: true), let high = bound(second, isLower: false),
        low.value.key == high.value.key, low.bound <= high.bound, low.value.type.range.contains(low.bound),
        low.value.type.range.contains(high.bound)
      else { continue }
      return within(low.value, .integer(low.bound), .integer(high.bound))
    }
    return nil
  }

  /// The integer that is compared with a constant, and the last one that passes.
  private func bound(_ comparison: TypedExpression, isLower: Bool) -> (value: TypedExpression, bound: Int64)? {
    guard case .binary(let operation, let a, let b, _) = comparison.operation, a.type.kind == .integer,
      operation == .less || operation == .lessOrEqual, let constant = (isLower ? a : b).integerConstant
    else { return nil }
    let step: Int64 = operation == .lessOrEqual ? 0 : isLower ? 1 : -1
    let (bound, overflow) = constant.addingReportingOverflow(step)
    return overflow ? nil : (isLower ? b : a, bound)
  }

  /// Known integers in 32 bits that are compared with constants, and between which bounds they lie where that is true
  /// (or is not: then it is not `isInside`); nil for any other condition.
  mutating func chooser(
    _ condition: TypedExpression
  ) -> (value: Place, bounds: ClosedRange<Int32>, isInside: Bool)? {
    guard !condition.type.mayBeUnknown, let (value, bounds, isInside) = bounds(of: condition),
      value.type.lane == .int32, let lower = Int32(exactly: bounds.lowerBound),
      let upper = Int32(exactly: bounds.upperBound), case .column(let place) = operand(value)
    else { return nil }
    return (place, lower...upper, isInside)
  }

  private func bounds(
    of condition: TypedExpression
  ) -> (value: TypedExpression, bounds: ClosedRange<Int64>, isInside: Bool)? {
    if let low = bound(condition, isLower: true), low.bound <= low.value.type.range.upperBound {
      return (low.value, low.bound...low.value.type.range.upperBound, true)
    }
    if let high = bound(condition, isLower: false), high.bound >= high.value.type.range.lowerBound {
      return (high.value, high.value.type.range.lowerBound...high.bound, true)
    }
    switch condition.operation {
    case .binary(.equal, let value, let other, _), .binary(.notEqual, let value, let other, _):
      guard value.type.kind == .integer, let constant = other.integerConstant else { return nil }
      if case .binary(.equal, _, _, _) = condition.operation { return (value, constant...constant, true) }
      return (value, constant...constant, false)
    case .within(let value, let lower, let upper):
      guard let low = lower.integer, let high = upper.integer, low <= high else { return nil }
      return (value, (low...high).clamped(to: value.type.range), true)
    default: return nil
    }
  }
}
