import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

/// What kinds of histograms have in common: values, labels and axes.
extension ChainBuilder {
  /// The expression of a key; nil where the key is not there, or errors were reported.
  func value(_ key: String, of settings: Settings) -> TypedExpression? {
    settings[key]?.text.flatMap { names.check(ExpressionParser.parse($0, findings: findings)) }
  }

  /// What stands at the x axis of `against:`.
  func xLabel(of settings: Settings) -> String {
    settings["label"]?.text?.text ?? Self.words(settings["against"]?.text)
  }

  /// An expression as an axis shows it: on one line.
  static func words(_ text: LocatedText?) -> String {
    text?.written.split { $0 == " " || $0 == "\n" || $0 == "\t" }.joined(separator: " ") ?? ""
  }

  /// The axis for an expression, and the expression in the axis' unit.
  func axis(_ expression: TypedExpression, _ binning: Binning, label: String) -> (TypedExpression, Axis)? {
    if case .categories(let texts) = binning.shape {
      guard let values = categoryValues(texts, expression, binning.span) else { return nil }
      return (expression, Axis(label: label, unit: expression.type.unit.symbol, categories: texts, values: values))
    }
    guard expression.type.isNumber else {
      findings.error(
        "type-mismatch", "these bins are for numbers, and this is \(expression.type.words)", at: expression.span,
        hint: expression.type.kind == .boolean
          ? "write `bins: \"categories false, true\"`" : "write `bins: \"categories A, B\"`")
      return nil
    }
    let unit: Unit =
      switch binning.shape {
      case .regular(_, let from, _): from.unit
      case .edges(let edges): edges[0].unit
      default: expression.type.unit
      }
    guard unit.dimension == expression.type.unit.dimension else {
      let hint =
        expression.type.unit.isNone
        ? "write the bins without a unit"
        : "\(unit.isNone ? "give the bins a unit" : "use its unit"): \(exampleBins(binning, expression.type.unit))"
      findings.error(
        "unit-mismatch",
        "the bins are \(unit.isNone ? "plain numbers" : "in \(unit.symbol)"), and \(expression.label) is \(expression.type.unit.isNone ? "a plain number" : "in \(expression.type.unit.symbol)")",
        at: binning.span, hint: hint)
      return nil
    }
    guard let converted = TypeChecker.converted(expression, to: unit, findings: findings) else { return nil }
    let isRegular = if case .edges = binning.shape { false } else { true }
    guard let edges = binning.edges(in: unit) else { return nil }
    // Floats, and integers that floats hold exactly, are binned in the axis' unit; others stay as they are.
    if expression.type.kind == .integer, expression.type.lane == .int64,
      let whole = wholeBins(binning, in: expression.type.unit)
    {
      return (
        expression,
        Axis(label: label, unit: unit.symbol, edges: edges, isRegular: isRegular, range: nil, whole: whole)
      )
    }
    let range = converted.type.kind == .integer ? converted.type.range : nil
    return (converted, Axis(label: label, unit: unit.symbol, edges: edges, isRegular: isRegular, range: range))
  }

  /// Bins for integers in `unit`; nil where they have too many digits.
  private func wholeBins(_ binning: Binning, in unit: Unit) -> WholeBins? {
    switch binning.shape {
    case .regular(let count, let from, let to):
      guard let lower = from.exact(in: unit), let upper = to.exact(in: unit) else { return nil }
      return WholeBins(count: count, from: lower, to: upper)
    case .edges(let list):
      let edges = list.compactMap { $0.exact(in: unit) }
      return edges.count == list.count ? WholeBins(edges) : nil
    case .integers(let range):
      return WholeBins(
        count: range.count, from: ExactNumber(range.lowerBound), to: ExactNumber(range.upperBound + 1))
    case .categories: return nil
    }
  }

  private func exampleBins(_ binning: Binning, _ unit: Unit) -> String {
    if case .edges(let edges) = binning.shape {
      return
        "`[\(edges.prefix(2).map { "\(shortNumber($0.value)) \(unit.symbol)" }.joined(separator: ", "))\(edges.count > 2 ? ", …" : "")]`"
    }
    guard case .regular(let count, let from, let to) = binning.shape else { return "`0 \(unit.symbol)`" }
    return "`\(count) from \(shortNumber(from.value)) \(unit.symbol) to \(shortNumber(to.value)) \(unit.symbol)`"
  }

  private func categoryValues(_ texts: [String], _ expression: TypedExpression, _ span: Span) -> [Int64]? {
    let type = expression.type
    guard type.kind != .float else {
      findings.error(
        "bad-bins",
        "categories are for whole numbers, texts and conditions, and \(expression.label) is \(type.words)",
        at: span,
        hint:
          "write bins as \(type.unit.isNone ? "`64 from 0 to 64`" : "`64 from 0 \(type.unit.symbol) to 64 \(type.unit.symbol)`")"
      )
      return nil
    }
    var values: [Int64] = []
    for text in texts {
      switch type.kind {
      case .text:
        guard let code = categories.code(for: text) else {
          findings.error(
            "bad-bins", "the histograms name more than \(categories.limit) categories", at: span, hint: "name fewer")
          return nil
        }
        values.append(Int64(code))
      case .boolean where text == "true" || text == "false": values.append(text == "true" ? 1 : 0)
      case .integer where Int64(text) != nil: values.append(Int64(text)!)
      default:
        let wanted = type.kind == .boolean ? "`true` and `false`" : "whole numbers"
        findings.error(
          "bad-bins", "the categories of \(expression.label) are \(wanted), and these are others", at: span,
          hint: type.kind == .boolean ? "write `\"categories false, true\"`" : "write `\"categories 2, 5, 7\"`")
        return nil
      }
    }
    return values
  }
}
