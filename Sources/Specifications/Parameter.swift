import Columns
import Diagnostics
import Expressions

/// One of the `parameters:` of a plugin, as declared and checked.
package struct Parameter: Sendable {
  /// What a parameter can be.
  package enum Kind: String, CaseIterable, Sendable {
    case column, expression, condition, name, integer, number, boolean, text, bins, path

    /// Whether an argument is put between brackets where it stands among other signs.
    package var isExpression: Bool { self == .expression || self == .condition }
  }

  package let name: LocatedText
  package let kind: Kind
  package let summary: String
  /// The unit that arguments measure in; nil for plain values.
  package let unit: Unit?
  package let standard: Node?
  /// Whether it may be left out although it has no default.
  package let isOptional: Bool
  /// The values that it can have; empty for all of its kind.
  package let allowed: [LocatedText]
  package let least: Quantity?
  package let greatest: Quantity?

  /// Reads a declaration that was checked against the section's specification; nil where errors were reported.
  package init?(_ name: LocatedText, _ settings: Settings, findings: Findings) {
    guard let kind = settings[ParameterKeys.type] else { return nil }
    self.name = name
    self.kind = kind
    summary = settings[ParameterKeys.description]?.text ?? ""
    allowed = (settings[ParameterKeys.allowed] ?? []).compactMap(\.node.scalar)
    isOptional = settings[ParameterKeys.optional]
    standard = settings[ParameterKeys.standard]
    if let text = settings[ParameterKeys.unit] {
      guard let unit = Unit.parse(text.text) else {
        reportUnknown(unit: text, findings: findings)
        return nil
      }
      guard kind == .number else {
        findings.error(
          .parameterDeclaration, "only numbers have a unit, and `\(name.written)` is \(kind.words)", at: text.span,
          hint: "write `type: number`, or leave `unit` out")
        return nil
      }
      self.unit = unit
    } else {
      unit = nil
    }
    least = settings[ParameterKeys.min]
    greatest = settings[ParameterKeys.max]
    guard checkDeclaration(settings, findings) else { return nil }
  }

  private func checkDeclaration(_ settings: Settings, _ findings: Findings) -> Bool {
    for (key, limit) in [(ParameterKeys.min, least), (ParameterKeys.max, greatest)] {
      guard let limit, let span = settings.setting(key)?.span else { continue }
      guard kind == .number || kind == .integer else {
        findings.error(
          .parameterDeclaration, "only numbers have limits, and `\(name.written)` is \(kind.words)", at: span,
          hint: "leave `\(key.name)` out")
        return false
      }
      guard limit.unit.dimension == (unit ?? .none).dimension else {
        findings.error(
          .parameterDeclaration, "`\(limit.text)` is not a limit of a value in \(unit?.symbol ?? "plain numbers")",
          at: span, hint: "give it the parameter's unit: `\(key.name): \(Quantity(limit.value, unit ?? .none).text)`")
        return false
      }
    }
    if let standard {
      if isOptional {
        findings.error(
          .parameterDeclaration, "`\(name.written)` has a default, so it need not be `optional`",
          at: settings.setting(ParameterKeys.optional)?.span, hint: "leave one of the two out")
        return false
      }
      return check(standard, findings)
    }
    return true
  }

  /// Whether an argument is what the parameter takes; what is wrong is reported where it stands.
  package func check(_ argument: Node, _ findings: Findings) -> Bool {
    guard let setting = SettingsChecker(findings: findings).check(argument, as: form, what: "`\(name.text)`") else {
      return false
    }
    // Read by itself, so that it cannot go wrong by what stands round it.
    if kind.isExpression, let text = setting.text { return ExpressionParser.parse(text, findings: findings) != nil }
    guard let quantity = setting.quantity ?? setting.number.map({ Quantity($0) }) else { return true }
    let unit = unit ?? .none
    let value = quantity.value(in: unit) ?? 0
    let isBelow = least.flatMap { $0.value(in: unit) }.map { value < $0 } ?? false
    let isAbove = greatest.flatMap { $0.value(in: unit) }.map { value > $0 } ?? false
    if isBelow || isAbove {
      findings.error(
        .wrongType, "`\(name.text)` takes \(form.description)\(limits), not `\(argument.scalar?.written ?? "")`",
        at: argument.span,
        hint: (isBelow ? least : greatest).map { "give \(isBelow ? "at least" : "at most") \($0.text)" })
      return false
    }
    return true
  }

  /// What it takes, as specifications say it.
  package var form: ValueForm {
    if !allowed.isEmpty { return .choice(allowed.map(\.text)) }
    switch kind {
    case .column: return .identifier
    case .expression: return .expression
    case .condition: return .condition
    case .name: return .name
    case .boolean: return .boolean
    case .text: return .text
    case .bins: return .binning
    case .path: return .path
    case .integer:
      let lower = least.flatMap { Int64(exactly: $0.value) } ?? -Int64.max
      let upper = greatest.flatMap { Int64(exactly: $0.value) } ?? Int64.max
      return .integer(lower...max(lower, upper))
    case .number: return unit.map { .quantity($0.dimension) } ?? .number
    }
  }

  /// For people: "a whole number from 1 to 64, default 16".
  package var words: String {
    let takes = kind == .column ? "the name of a column" : form.description + (kind == .number ? limits : "")
    if let standard { return "\(takes), default \(standard.scalar.map { "`\($0.written)`" } ?? standard.kindName)" }
    return isOptional ? "\(takes), may be left out" : "\(takes), required"
  }

  private var limits: String {
    switch (least, greatest) {
    case (let least?, let greatest?): " from \(least.text) to \(greatest.text)"
    case (let least?, nil): ", at least \(least.text)"
    case (nil, let greatest?): ", at most \(greatest.text)"
    case (nil, nil): ""
    }
  }
}

extension Parameter.Kind {
  var words: String {
    switch self {
    case .expression, .integer: "an \(rawValue)"
    case .text, .bins: rawValue
    default: "a \(rawValue)"
    }
  }
}
