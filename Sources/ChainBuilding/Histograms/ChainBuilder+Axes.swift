import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

/// What kinds of histograms have in common: values, labels and axes.
extension ChainBuilder {
  /// The expression of a key; nil where the key is not there, or errors were reported.
  func value(_ key: TypedKey<LocatedText>, of settings: Settings) -> TypedExpression? {
    settings[key].flatMap { names.check(ExpressionParser.parse($0, findings: findings)) }
  }

  /// The axes of a histogram over the one or two expressions of a key; nil where errors were reported.
  func axes(of key: TypedKey<[Setting]>, _ settings: Settings) -> [CheckedAxis]? {
    guard let texts = settings[key], let binnings = settings[HistogramKeys.bins] else { return nil }
    let place = settings.span(of: HistogramKeys.bins)
    guard (1...2).contains(texts.count) else {
      findings.error(
        .wrongArgumentCount, "`\(key.name)` takes one expression, or two for a 2D histogram, not \(texts.count)",
        at: settings.span(of: key), hint: "make one histogram for each")
      return nil
    }
    guard binnings.count == texts.count else {
      findings.error(
        .wrongArgumentCount,
        "`\(key.name)` has \(texts.count == 1 ? "one expression" : "two expressions"), but there \(binnings.count == 1 ? "are bins for one axis" : "are bins for \(binnings.count) axes")",
        at: place,
        hint: texts.count == 2
          ? "give bins for x and for y: `bins: [64 from 0 to 64, 100 from 0 to 10]`"
          : "give bins for one axis, or two expressions: `\(key.name): [x, y]`")
      return nil
    }
    let typed = texts.map { $0.text.flatMap { names.check(ExpressionParser.parse($0, findings: findings)) } }
    let label = settings[HistogramKeys.label]?.text
    let axes = typed.indices.map { index -> CheckedAxis? in
      guard let expression = typed[index], let binning = binnings[index].binning else { return nil }
      return axis(expression, binning, label: (index == 0 ? label : nil) ?? Self.words(texts[index].text))
    }
    let sound = axes.compactMap(\.self)
    guard sound.count == texts.count else { return nil }
    return sound.count == 1 || isSmallEnough(sound[0].axis, sound[1].axis, at: place) ? sound : nil
  }

  private func isSmallEnough(_ x: Axis, _ y: Axis, at span: Span) -> Bool {
    let (cells, overflow) = (x.count + 2).multipliedReportingOverflow(by: y.count + 2)
    if !overflow, cells <= Binning.mostBins { return true }
    findings.error(
      .badBins, "\(x.count) x \(y.count) bins are more than \(Binning.mostBins)", at: span,
      hint: "take fewer bins; each takes 8 bytes")
    return false
  }

  /// An expression as an axis shows it: on one line.
  static func words(_ text: LocatedText?) -> String {
    text?.written.split { $0 == " " || $0 == "\n" || $0 == "\t" }.joined(separator: " ") ?? ""
  }

  /// The axis for an expression, and the expression in the axis' unit.
  private func axis(_ expression: TypedExpression, _ binning: Binning, label: String) -> CheckedAxis? {
    if case .categories(let texts) = binning.shape {
      guard let values = categoryValues(texts, expression, binning.span) else { return nil }
      return (expression, Axis(label: label, unit: expression.type.unit.symbol, categories: texts, values: values))
    }
    guard expression.type.isNumber else {
      findings.error(
        .typeMismatch, "these bins are for numbers, and this is \(expression.type.words)", at: expression.span,
        hint: expression.type.kind == .boolean
          ? "write `bins: \"categories false, true\"`" : "write `bins: \"categories A, B\"`")
      return nil
    }
    let unit: Unit =
      switch binning.shape {
      case .regular(_, let from, _), .logarithmic(_, let from, _): from.unit
      case .edges(let edges): edges[0].unit
      default: expression.type.unit
      }
    guard unit.dimension == expression.type.unit.dimension else {
      let hint =
        expression.type.unit.isNone
        ? "write the bins without a unit"
        : "\(unit.isNone ? "give the bins a unit" : "use its unit"): \(exampleBins(binning, expression.type.unit))"
      findings.error(
        .unitMismatch,
        "the bins are \(unit.isNone ? "plain numbers" : "in \(unit.symbol)"), and \(expression.label) is \(expression.type.unit.isNone ? "a plain number" : "in \(expression.type.unit.symbol)")",
        at: binning.span, hint: hint)
      return nil
    }
    guard let converted = TypeChecker.converted(expression, to: unit, findings: findings) else { return nil }
    let isRegular =
      switch binning.shape {
      case .edges, .logarithmic: false
      default: true
      }
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
    case .logarithmic(_, let from, _):
      let edges = (binning.edges(in: from.unit) ?? []).compactMap { Quantity($0, from.unit).exact(in: unit) }
      return edges.count == binning.count + 1 ? WholeBins(edges) : nil
    case .categories: return nil
    }
  }

  private func exampleBins(_ binning: Binning, _ unit: Unit) -> String {
    if case .edges(let edges) = binning.shape {
      return
        "`[\(edges.prefix(2).map { "\(shortNumber($0.value)) \(unit.symbol)" }.joined(separator: ", "))\(edges.count > 2 ? ", …" : "")]`"
    }
    let (words, from, to): (String, Quantity, Quantity)
    switch binning.shape {
    case .regular(let count, let first, let last): (words, from, to) = ("\(count)", first, last)
    case .logarithmic(let count, let first, let last): (words, from, to) = ("\(count) log", first, last)
    default: return "`0 \(unit.symbol)`"
    }
    return
      "`\(words) from \(shortNumber(from.value)) \(unit.symbol) to \(shortNumber(to.value(in: from.unit) ?? to.value)) \(unit.symbol)`"
  }

  private func categoryValues(_ texts: [String], _ expression: TypedExpression, _ span: Span) -> [Int64]? {
    let type = expression.type
    guard type.kind != .float else {
      findings.error(
        .badBins,
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
            .badBins, "the histograms name more than \(categories.limit) categories", at: span, hint: "name fewer")
          return nil
        }
        values.append(Int64(code))
      case .boolean where text == "true" || text == "false": values.append(text == "true" ? 1 : 0)
      case .integer where Int64(text) != nil: values += [Int64(text)].compactMap(\.self)
      default:
        let wanted = type.kind == .boolean ? "`true` and `false`" : "whole numbers"
        findings.error(
          .badBins, "the categories of \(expression.label) are \(wanted), and these are others", at: span,
          hint: type.kind == .boolean ? "write `\"categories false, true\"`" : "write `\"categories 2, 5, 7\"`")
        return nil
      }
    }
    return values
  }
}
