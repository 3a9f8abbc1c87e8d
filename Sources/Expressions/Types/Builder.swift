import Columns
import Diagnostics

/// Makes typed expressions from typed operands: folds constants, finds the range of the result, and decides which care
/// the loops need. Operands are already of the right kind and unit; nothing here reports.
struct Builder {
  /// What is being built, for its messages.
  let words: Label
  let span: Span

  var label: String { words.text }

  func constant(_ constant: Constant) -> TypedExpression {
    let bounds = constant.number.map { $0...$0 }
    return TypedExpression(.constant(constant), type: constant.type, bounds: bounds, words: words, span: span)
  }

  func column(_ name: String, _ type: ValueType) -> TypedExpression {
    TypedExpression(.column(name), type: type, words: words, span: span)
  }

  func unknown(_ type: ValueType) -> TypedExpression {
    var type = type
    type.mayBeUnknown = true
    return TypedExpression(.unknown, type: type, words: words, span: span)
  }

  /// The same value under another unit, or another name for messages.
  func relabelled(_ a: TypedExpression, unit: Unit? = nil) -> TypedExpression {
    var type = a.type
    type.unit = unit ?? type.unit
    if let constant = a.constant { return self.constant(Constant(constant.value, unit: type.unit)) }
    return TypedExpression(a.operation, type: type, bounds: a.bounds, words: words, span: span)
  }

  /// The folded integer, or unknown for nil and for the value that stands for it.
  func integer(_ value: Int64?, unit: Unit) -> TypedExpression {
    guard let value, !value.isUnknown else { return unknown(.integer(unit: unit)) }
    return constant(.integer(value, unit: unit))
  }

  func float(_ value: Double, unit: Unit) -> TypedExpression {
    value.isFinite ? constant(.float(value, unit: unit)) : unknown(.float(unit: unit))
  }

  func flag(_ value: UInt8) -> TypedExpression {
    value.isUnknown ? unknown(.boolean()) : constant(.boolean(value == 1))
  }

  func unary(
    _ operation: Operation.Unary, _ a: TypedExpression, type: ValueType, bounds: ClosedRange<Double>? = nil
  ) -> TypedExpression {
    TypedExpression(.unary(operation, a), type: type, bounds: bounds, words: words, span: span)
  }

  /// A node of two operands; those of a commutative operation in canonical order, constants last.
  func binary(
    _ operation: Operation.Binary, _ a: TypedExpression, _ b: TypedExpression, risky: Bool = false, type: ValueType,
    bounds: ClosedRange<Double>? = nil
  ) -> TypedExpression {
    let swaps = operation.isCommutative && (a.isFixed != b.isFixed ? a.isFixed : b.key < a.key)
    let node: Operation = swaps ? .binary(operation, b, a, risky: risky) : .binary(operation, a, b, risky: risky)
    return TypedExpression(node, type: type, bounds: bounds, words: words, span: span)
  }
}

extension TypedExpression {
  /// Whether every row has the same value.
  var isFixed: Bool { constant != nil || isAlwaysUnknown }

  var integerConstant: Int64? { constant?.integer }
  var floatConstant: Double? {
    if case .float(let value)? = constant?.value { value } else { nil }
  }
  var interval: Interval { Interval(type.range) }
}
