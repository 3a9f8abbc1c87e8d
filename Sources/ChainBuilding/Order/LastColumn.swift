import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

/// A column of values of the hit before, as typed.
struct LastSyntax {
  let value: Expression
  let condition: Expression?
  let keys: [Expression]
  /// The place of all keys.
  let keySpan: Span?
  let within: Setting?
  /// What the distance is in, where it is not the value.
  let of: Expression?
  /// For `explain`.
  let summary: String

  var expressions: [Expression] { [value] + [condition, of].compactMap { $0 } + keys }
  var names: Set<String> { expressions.reduce(into: []) { $0.formUnion($1.names) } }
}

/// The same, as checked.
struct LastDraft {
  let type: ValueType
  let value: TypedExpression
  let condition: TypedExpression?
  let keys: [TypedExpression]
  /// How far away the hit before may be.
  let limit: (of: TypedExpression, distance: Double)?
  let summary: String

  /// Adds the column to a stage, with the step that computes it.
  func add(_ name: String, to stage: StageBuilder, number: Int) -> Slot {
    let slot = stage.slot(of: value)
    let flag = condition.map { stage.slot(of: $0) }
    let key = stage.channelKey(keys)
    let limit = limit.map { LastStep.Limit(slot: stage.slot(of: $0.of), distance: $0.distance) }
    let result = stage.addColumn(name, type: type)
    stage.append(.last(LastStep(number: number, value: slot, condition: flag, key: key, limit: limit, result: result)))
    return result
  }
}

extension ChainBuilder {
  /// Adds a column of values of the hit before; what it is made of is looked at when it is first used.
  mutating func addLast(_ name: LocatedText, _ settings: Settings) {
    var isSound = true
    func parse(_ setting: Setting?) -> Expression? {
      guard let text = setting?.text else {
        if setting?.isInvalid == true { isSound = false }
        return nil
      }
      let expression = ExpressionParser.parse(text, findings: findings)
      if expression == nil { isSound = false }
      return expression
    }
    let value = parse(settings.setting(LastKeys.last))
    let condition = parse(settings.setting(LastKeys.condition)), of = parse(settings.setting(LastKeys.of))
    let keys = (settings[LastKeys.per] ?? []).compactMap { parse($0) }
    let within = settings.setting(LastKeys.within)
    if let place = settings.setting(LastKeys.of)?.span, within == nil, isSound {
      findings.error(
        .missingKey, "`of` says what `within` is a distance in, and there is no `within`", at: place,
        hint: "add `within:`, or leave `of` out")
      isSound = false
    }
    guard isSound, let value else {
      names.addFailed(name, as: "column")
      return
    }
    func words(_ key: Key) -> String? {
      guard let setting = settings.setting(key) else { return nil }
      let written =
        setting.node.scalar?.written ?? (setting.list ?? []).compactMap { $0.text?.written }.joined(separator: ", ")
      return "\(key.name) \(written)"
    }
    let summary = OperatorSections.last.keys.compactMap(words).joined(separator: " ")
    names.add(
      name, as: "column",
      .last(
        LastSyntax(
          value: value, condition: condition, keys: keys, keySpan: settings.setting(LastKeys.per)?.span,
          within: within, of: of, summary: summary)))
  }
}

extension NameTable {
  /// Checks what a column of the hit before is made of; nil where that has errors.
  func check(_ syntax: LastSyntax, of name: String) -> LastDraft? {
    for expression in syntax.expressions {
      guard let value = groupValue(in: expression) else { continue }
      let direct = expression.names.sorted().first { groupValue(from: [$0]) != nil } ?? value
      findings.error(
        .needsGroup,
        "hits are remembered before their groups are complete, and \(direct == value ? "`\(value)` is a value of a group" : "`\(direct)` depends on `\(value)`, a value of a group")",
        at: expression.place(of: direct), hint: "use columns of the row")
      return nil
    }
    guard let value = checkInside(name, syntax.value) else { return nil }
    var condition: TypedExpression?
    if let expression = syntax.condition {
      guard let typed = checkInside(name, expression, condition: true) else { return nil }
      condition = typed
    }
    let keys = syntax.keys.compactMap { checkInside(name, $0) }
    guard keys.count == syntax.keys.count, ChainBuilder.checkChannel(keys, at: syntax.keySpan, findings: findings)
    else { return nil }
    var limit: (TypedExpression, Double)?
    if let within = syntax.within {
      guard let of = syntax.of.map({ checkInside(name, $0) }) ?? value,
        let distance = distance(within, in: of)
      else { return nil }
      limit = (of, distance)
    }
    var type = value.type
    type.mayBeUnknown = true
    return LastDraft(
      type: type, value: value, condition: condition, keys: keys, limit: limit, summary: syntax.summary)
  }

  private func distance(_ setting: Setting, in of: TypedExpression) -> Double? {
    guard of.type.isNumber else {
      findings.error(
        .typeMismatch, "a distance is one of numbers, and `\(of.label)` is \(of.type.words)", at: of.span,
        hint: "say what the distance is in, such as `of: time`")
      return nil
    }
    guard let quantity = setting.quantity else { return nil }
    let unit = of.type.unit
    guard let distance = quantity.value(in: unit) else {
      let isPlain = quantity.unit.isNone
      findings.error(
        .unitMismatch,
        "the distance is \(isPlain ? "a plain number" : quantity.unit.dimension.name), and `\(of.label)` is \(of.type.words)",
        at: setting.span,
        hint: isPlain
          ? "write `\(setting.node.scalar?.written ?? "") \(unit.symbol)`"
          : unit.isNone
            ? "give `\(of.label)` a unit where it is declared, or say what the distance is in, such as `of: time`"
            : "say what the distance is in, such as `of: time`")
      return nil
    }
    guard distance >= 0 else {
      findings.error(.wrongType, "a distance is not below 0", at: setting.span, hint: "give 0 or more")
      return nil
    }
    return distance
  }
}
