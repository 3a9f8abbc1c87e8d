import Diagnostics

extension Parser {
  /// The whole text as one group function with the condition that may follow.
  mutating func groupFunction() -> GroupFunctionCall? {
    let names = GroupFunction.allCases.map(\.rawValue)
    guard case .name(let name) = current.kind else {
      return unexpected(wanted: "a group function", hint: "write one of \(names.joined(separator: ", "))")
    }
    guard let function = GroupFunction(rawValue: name) else {
      let near = suggestion(for: name, from: names)
      return fail(
        "\(written(current.range)) is not a group function", current.range, code: .unknownFunction,
        hint: name == "last"
          ? "groups know no order: take a column of the hit before, in columns: NAME: {last: …, where: …}"
          : near.map { "did you mean \($0)?" } ?? "group functions are \(names.joined(separator: ", "))")
    }
    let nameRange = current.range
    advance()
    var argument: Syntax?
    if current.isSymbol("(") {
      guard let arguments = arguments() else { return nil }
      guard arguments.count == (function == .count ? 0 : 1) else {
        return wrongCount(function, arguments.count, nameRange)
      }
      argument = arguments.first
    } else if function != .count {
      return wrongCount(function, 0, nameRange)
    }
    var condition: Syntax?
    if take(.where) {
      guard let parsed = expression() else { return nil }
      condition = parsed
    }
    if condition != nil {
      guard expectEnd() else { return nil }
    } else if current.kind != .end {
      return fail(
        "a group function stands alone, so \(written(current.range)) cannot follow", current.range,
        hint: "write where before a condition, and put arithmetic into a column that uses the group function")
    }
    return GroupFunctionCall(
      function: function, argument: argument.map { Expression(source: source, root: $0) },
      condition: condition.map { Expression(source: source, root: $0) },
      span: source.span(nameRange.lowerBound..<current.range.lowerBound))
  }

  private func wrongCount(_ function: GroupFunction, _ count: Int, _ range: Range<Int>) -> GroupFunctionCall? {
    let name = function.rawValue
    switch function {
    case .count:
      return fail(
        "count takes no argument here, but it has \(count)", range, code: .wrongArgumentCount,
        hint: "write count where ... to count the hits of a condition")
    case .min, .max:
      return fail(
        "\(name) takes one argument here, but it has \(count)", range, code: .wrongArgumentCount,
        hint: count == 0
          ? "write \(name)(column)"
          : "\(name) of several values is an expression: give it a column and write \(name)(column)")
    default:
      return fail(
        "\(name) takes one argument, but it has \(count)", range, code: .wrongArgumentCount,
        hint: function == .any ? "write any(condition)" : "write \(name)(column)")
    }
  }
}
