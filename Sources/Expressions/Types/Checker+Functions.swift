import Columns
import Diagnostics

extension ExpressionTyper {
  func call(
    _ name: String, _ nameRange: Range<Int>, _ arguments: [Syntax], _ builder: Builder
  ) -> TypedExpression? {
    let nameSpan = source.span(nameRange)
    guard let function = Function(rawValue: name) else {
      let functions = Function.allCases.map(\.rawValue)
      let hint: String =
        if GroupFunction(rawValue: name) != nil {
          "\(name) is a group function: declare it under groups"
        } else if Unit.named(name) != nil || scope.symbol(named: name) != nil {
          "put an operator between \(name) and the parenthesis"
        } else {
          // Of rows before, which an expression does not see.
          (name == "last" ? "a value of the hit before is a column of its own: NAME: {last: …, where: …}" : nil)
            ?? suggestion(for: name, from: functions).map { "did you mean \($0)?" }
            ?? "functions are \(functions.joined(separator: ", "))"
        }
      return error(.unknownFunction, "\(label(nameRange)) is not a function", at: nameSpan, hint: hint)
    }
    guard function.accepts(arguments.count) else {
      return error(
        .wrongArgumentCount, "\(name) takes \(function.countText), but it has \(arguments.count)", at: nameSpan,
        hint: "write \(function.example)")
    }
    if function == .if { return choice(arguments, builder) }
    let checked = arguments.compactMap(check)
    guard checked.count == arguments.count else { return nil }
    let areNumbers = checked.map { number($0, name) }
    guard !areNumbers.contains(false) else { return nil }
    switch function {
    case .abs: return builder.absolute(checked[0])
    case .floor: return rounded(.down, checked[0], builder)
    case .ceil: return rounded(.up, checked[0], builder)
    case .round: return rounded(.nearest, checked[0], builder)
    case .sqrt: return squareRoot(checked[0], builder)
    case .min: return extremum(.minimum, checked, builder)
    case .max: return extremum(.maximum, checked, builder)
    case .if: return nil
    }
  }

  private func rounded(_ rounding: Rounding, _ a: TypedExpression, _ builder: Builder) -> TypedExpression? {
    let result = builder.rounded(rounding, a)
    guard result.isAlwaysUnknown, a.constant != nil else { return result }
    return error(.constantOverflow, "\(builder.label) needs more than 63 bits", at: builder.span)
  }

  private func extremum(
    _ operation: Operation.Binary, _ arguments: [TypedExpression], _ builder: Builder
  ) -> TypedExpression? {
    var result = arguments[0]
    for argument in arguments.dropFirst() {
      guard let (x, y) = aligned(result, argument, span: builder.span, { "cannot compare \($0) with \($1)" }) else {
        return nil
      }
      let (a, b) = unified(x, y)
      // The running result keeps the name of the first argument, so that a message about units names what was typed.
      let partial = Builder(words: arguments[0].words, span: builder.span)
      result =
        a.type.kind == .integer
        ? partial.integers(operation, a, b, unit: a.type.unit) : partial.floats(operation, a, b, unit: a.type.unit)
    }
    return builder.relabelled(result)
  }

  private func squareRoot(_ a: TypedExpression, _ builder: Builder) -> TypedExpression? {
    var radicand = a
    if a.type.unit.squareRoot == nil, let based = a.type.unit.factor(to: a.type.unit.base) {
      // A factor that is no square, such as that of kHz: the root of the base unit may still exist.
      radicand = builder.convert(a, by: based, to: a.type.unit.base)
    }
    guard let unit = radicand.type.unit.squareRoot else {
      return error(
        .unitMismatch, "the square root of \(a.described) has no unit", at: builder.span,
        hint: "every unit under a root must be squared, such as sqrt(x * x)")
    }
    let result = builder.squareRoot(builder.toFloat(radicand), unit: unit)
    if result.isAlwaysUnknown, !a.isAlwaysUnknown {
      findings.warning(
        .constantUnknown, "\(a.label) is always negative, so its square root is always unknown", at: builder.span)
    }
    return result
  }

  /// Each branch is checked under what the condition says of it there.
  private func choice(_ arguments: [Syntax], _ builder: Builder) -> TypedExpression? {
    guard let test = check(arguments[0]), condition(test) else {
      // The mistakes in the branches are still worth a word.
      _ = arguments.dropFirst().map(check)
      return nil
    }
    let first = assuming(test, holds: true).check(arguments[1])
    let second = assuming(test, holds: false).check(arguments[2])
    guard let first, let second else { return nil }
    if first.type.isNumber, second.type.isNumber {
      let message = { (a: String, b: String) in "the branches of if are \(a) and \(b)" }
      guard let (x, y) = aligned(first, second, span: builder.span, message) else { return nil }
      let (a, b) = unified(x, y)
      return builder.choose(test, a, b)
    }
    guard first.type.kind == second.type.kind else {
      return error(
        .typeMismatch, "the branches of if are \(first.described) and \(second.described)", at: builder.span,
        hint: "both must be numbers, texts or conditions")
    }
    return builder.choose(test, first, second)
  }
}

extension Function {
  fileprivate func accepts(_ count: Int) -> Bool {
    switch self {
    case .min, .max: count >= 2
    case .if: count == 3
    case .abs, .ceil, .floor, .round, .sqrt: count == 1
    }
  }

  fileprivate var countText: String {
    switch self {
    case .min, .max: "two arguments or more"
    case .if: "three arguments"
    case .abs, .ceil, .floor, .round, .sqrt: "one argument"
    }
  }

  fileprivate var example: String {
    switch self {
    case .min, .max: "\(rawValue)(a, b)"
    case .if: "if(condition, a, b)"
    case .abs, .ceil, .floor, .round, .sqrt: "\(rawValue)(a)"
    }
  }
}
