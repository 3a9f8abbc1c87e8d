import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

/// A group as checked, before it has places in a frame.
struct GroupDraft {
  struct Function {
    let name: LocatedText
    let function: GroupFunction
    let argument: TypedExpression?
    let condition: TypedExpression?
    let split: String?
    let type: ValueType
    let summary: String
  }

  let name: String
  let settings: Settings
  var keys: [TypedExpression] = []
  var disorder: Int64?
  /// Whether each file has groups of its own.
  var isWithinFile = false
  var functions: [Function] = []

  /// The columns that are the same in all rows of a group.
  var keyColumns: Set<String> { Set(keys.compactMap(\.column)) }
}

extension ChainBuilder {
  /// Adds the names of the groups' values; their types follow in ``checkGroups()``.
  mutating func addGroups() {
    for group in declaration.groups {
      guard let settings = group.setting.settings else {
        names.addFailedGroup(group.name.text)
        continue
      }
      groups.append(GroupDraft(name: group.name.text, settings: settings))
      let index = groups.count - 1
      for (name, _) in settings.free {
        names.add(
          "\(group.name.text).\(name.text)", at: name.span, as: "value of a group",
          .groupValue(group: index, value: -1),
          type: nil, groups: [index])
      }
    }
  }

  /// Checks what groups go by and their values; each value gets its type, or is marked as failed.
  mutating func checkGroups() {
    for index in groups.indices {
      checkKey(of: index)
      let settings = groups[index].settings
      for (name, setting) in settings.free {
        let full = "\(groups[index].name).\(name.text)"
        guard case .groupValue? = names.entries[full]?.definition else { continue }
        if let function = checkValue(name, setting) {
          groups[index].functions.append(function)
          names.replace(
            full, definition: .groupValue(group: index, value: groups[index].functions.count - 1), type: function.type)
        } else {
          names.setType(nil, of: full)
        }
      }
    }
  }

  private func checkValue(_ name: LocatedText, _ setting: Setting) -> GroupDraft.Function? {
    guard !setting.isInvalid, let call = aggregateCall(setting) else { return nil }
    var sources = [call.argument, call.condition].compactMap { $0 }
    if let split = call.split.flatMap({ ExpressionParser.parse($0, findings: findings) }) { sources.append(split) }
    for expression in sources {
      guard let value = names.groupValue(in: expression) else { continue }
      let direct = expression.names.sorted().first { names.groupValue(from: [$0]) != nil } ?? value
      findings.error(
        .needsGroup,
        direct == value
          ? "a value of a group cannot use another, and `\(value)` is one"
          : "a value of a group cannot use another, and `\(direct)` depends on `\(value)`",
        at: expression.place(of: direct), hint: "combine values of groups in `columns:`")
      return nil
    }
    let component = GroupFunctionComponent.of(call.function)
    let isCondition = component.takesCondition
    var argument: TypedExpression?
    if let expression = call.argument {
      guard let typed = names.check(expression, condition: isCondition) else { return nil }
      argument = typed
    }
    var condition: TypedExpression?
    if let expression = call.condition {
      guard let typed = names.check(expression, condition: true) else { return nil }
      condition = typed
    }
    if let argument, let hint = component.hintForCondition, !argument.type.isNumber {
      findings.error(
        .typeMismatch, "`\(call.function.rawValue)` takes numbers, and this is \(argument.type.words)",
        at: argument.span,
        hint: argument.type.kind == .boolean ? hint(argument.label) : "use `distinct(...)`")
      return nil
    }
    if let split = call.split {
      guard let type = typeOfColumn(split), splitRange(split, type) != nil else { return nil }
    }
    return GroupDraft.Function(
      name: name, function: call.function, argument: argument, condition: condition, split: call.split?.text,
      type: component.type(argument?.type), summary: call.summary)
  }

  private struct Call {
    let function: GroupFunction
    let argument: Expression?
    let condition: Expression?
    let split: LocatedText?
    let summary: String
  }

  /// Reads both forms: `min(time) where HEAD == 2` and `{min: time, where: HEAD == 2, per: chamber}`.
  private func aggregateCall(_ setting: Setting) -> Call? {
    if let text = setting.text {
      guard let call = ExpressionParser.parseGroupFunction(text, findings: findings) else { return nil }
      return Call(
        function: call.function, argument: call.argument, condition: call.condition, split: nil, summary: text.written)
    }
    let checker = SettingsChecker(findings: findings)
    guard
      let settings = checker.check(
        setting.node, as: .variant(GroupFunctionComponent.all.map(\.specification)), what: "a value of a group")?
        .settings,
      let function = GroupFunction(rawValue: settings.specification.name)
    else { return nil }
    var argument: Expression?
    var summary = function.rawValue
    if function != .count, let text = settings[function.rawValue]?.text {
      guard let expression = ExpressionParser.parse(text, findings: findings) else { return nil }
      argument = expression
      summary += "(\(text.written))"
    }
    var condition: Expression?
    if let text = settings[GroupFunctionKeys.condition] {
      guard let expression = ExpressionParser.parse(text, findings: findings) else { return nil }
      condition = expression
      summary += " where \(text.written)"
    }
    let split = settings[GroupFunctionKeys.per]
    if let split { summary += " per \(split.written)" }
    return Call(
      function: function, argument: argument, condition: condition, split: split, summary: summary)
  }

  /// The most values of a column that splits a value of a group.
  private static var mostSplits: Int64 { 256 }

  /// The values that a splitting column can have; an error where they are too many.
  private func splitRange(_ name: LocatedText, _ type: ValueType) -> ClosedRange<Int64>? {
    let (width, overflow) = type.range.upperBound.subtractingReportingOverflow(type.range.lowerBound)
    guard type.kind == .integer || type.kind == .boolean, !overflow, width < Self.mostSplits else {
      findings.error(
        .perUnbounded, "`\(name.written)` has too many values to keep one for each in every group",
        at: name.span, hint: "use a column of at most \(Self.mostSplits) values, such as `chamber`")
      return nil
    }
    return type.range
  }

  /// Rows that wait for several groups wait until all are complete, and a row's groups end at different places where one is
  /// its file's and the other is not.
  func checkWaitingGroups() {
    let waiting = histograms.filter { $0.level == .deferred }
    var used: Set<Int> = []
    for draft in waiting {
      for leaf in leaves(of: draft) {
        if case .groupValue(let group, _)? = names.entries[leaf]?.definition { used.insert(group) }
      }
    }
    guard let inside = used.sorted().first(where: { groups[$0].isWithinFile }),
      let outside = used.sorted().first(where: { !groups[$0].isWithinFile })
    else { return }
    findings.error(
      .mixedWithin,
      "rows wait for their groups `\(groups[inside].name)` and `\(groups[outside].name)`, and only the first is within its file",
      at: groups[inside].settings.span(of: GroupKeys.within),
      hint: "write `within: file` in both groups, or in neither",
      notes: waiting.prefix(3).map { .init(message: "this is filled when the groups are complete", span: $0.name.span) }
    )
  }

  private mutating func checkKey(of index: Int) {
    let settings = groups[index].settings
    for setting in settings[GroupKeys.by] ?? [] {
      guard let text = setting.text,
        let expression = parseBeforeGroups(
          text, what: "groups are made before their values are known", hint: "use a column of the record"),
        let typed = names.check(expression)
      else { continue }
      if typed.type.kind == .float {
        findings.error(
          .typeMismatch, "a group goes by whole numbers or texts, and `\(text.written)` is \(typed.type.words)",
          at: text.span, hint: "round it: `\(Self.rounded(text.written, typed.type.unit))`")
      } else {
        groups[index].keys.append(typed)
      }
    }
    groups[index].disorder = settings[GroupKeys.disorder]
    groups[index].isWithinFile = settings[GroupKeys.within] == .file
    if groups[index].disorder != nil, groups[index].keys.count > 1 {
      findings.error(
        .badDisorder,
        "`disorder` is a distance in one column, and this group goes by \(groups[index].keys.count) columns",
        at: settings.span(of: GroupKeys.disorder), hint: "leave `disorder` out, or group by one column")
    }
    let bits = groups[index].keys.reduce(0) { $0 + Self.keyBits($1.type) }
    if groups[index].keys.count > 1, bits > 63 {
      findings.error(
        .groupKeyTooWide, "the columns of `by` need \(bits) bits together, and 63 is the most",
        at: settings.span(of: GroupKeys.by), hint: "group by fewer columns, or by columns with smaller values")
    }
  }

  /// An expression that makes whole numbers of `text`.
  static func rounded(_ text: String, _ unit: Unit) -> String {
    guard !unit.isNone else { return "floor(\(text))" }
    let isName = text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0 == "_" || $0 == "." || ("0"..."9").contains($0)
    }
    return "floor(\(isName ? text : "(\(text))") / 1 \(unit.symbol))"
  }

  /// Bits that a column takes in a key of several.
  static func keyBits(_ type: ValueType) -> Int64 {
    let width = UInt64(bitPattern: type.range.upperBound &- type.range.lowerBound)
    return Int64(64 - width.leadingZeroBitCount)
  }
}
