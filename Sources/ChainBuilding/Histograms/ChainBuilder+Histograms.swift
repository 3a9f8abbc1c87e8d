import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

/// A histogram as checked, before it has places in a frame.
struct HistogramDraft {
  enum Form {
    case histogram(x: TypedExpression, axis: Axis)
    case map(x: TypedExpression, xAxis: Axis, y: TypedExpression, yAxis: Axis)
    case profile(y: TypedExpression, x: TypedExpression, axis: Axis)
    case points(y: TypedExpression, x: TypedExpression, limit: Int)
    case count
  }

  /// When it is filled.
  enum Level: Equatable {
    case row
    /// Once for each group, or each group and value of the splitting column.
    case group(Int, split: String?)
    /// For each row, once its groups are complete.
    case deferred
  }

  let name: LocatedText
  let title: String
  /// What stands at the axes, where the specification of its form has them.
  let xLabel: String
  let yLabel: String
  let form: Form
  let condition: TypedExpression?
  let weight: TypedExpression?
  let per: LocatedText?
  let level: Level

  var expressions: [TypedExpression] {
    let values: [TypedExpression] =
      switch form {
      case .histogram(let x, _): [x]
      case .map(let x, _, let y, _): [x, y]
      case .profile(let y, let x, _): [x, y]
      case .points(let y, let x, _): [x, y]
      case .count: []
      }
    return values + [condition, weight].compactMap { $0 }
  }
}

extension ChainBuilder {
  /// The most bins of all histograms of a pipeline.
  private static var mostBinsTogether: Int { 50_000_000 }

  private static func declaredBins(_ settings: Settings) -> Double {
    let bins = settings["bins"]?.list?.compactMap(\.binning) ?? [settings["bins"]?.binning].compactMap { $0 }
    // A product that is too large for one histogram is refused where its axes are checked.
    return min(bins.reduce(bins.isEmpty ? 0 : 1) { $0 * Double($1.count) }, Double(Binning.mostBins))
  }

  mutating func checkHistograms() {
    var bins = 0.0
    for entry in declaration.histograms {
      // The edges of an axis take memory as its counts do: no more are made than a pipeline can have.
      let own = entry.setting.settings.map(Self.declaredBins) ?? 0
      guard bins + own <= Double(Self.mostBinsTogether) else {
        findings.error(
          "bad-bins", "the histograms up to here have more than \(Self.mostBinsTogether) bins together",
          at: entry.name.span, hint: "take fewer, wider bins; each takes 8 bytes for each open window and each thread")
        return
      }
      bins += own
      if let settings = entry.setting.settings, let draft = checkHistogram(entry.name, settings) {
        histograms.append(draft)
      }
    }
    checkWaitingGroups()
    // Where there are errors the histograms may only be misspelt.
    if declaration.histograms.isEmpty, !findings.hasErrors {
      findings.warning(
        "no-histograms", "the pipeline counts rows and plots nothing", at: declaration.name.span,
        hint: "add `histograms:`, such as `occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}`")
    }
  }

  private func checkHistogram(_ name: LocatedText, _ settings: Settings) -> HistogramDraft? {
    let form = checkForm(settings)
    let condition = settings["where"]?.text.flatMap {
      names.check(ExpressionParser.parse($0, findings: findings), condition: true)
    }
    let weight = settings["weight"]?.text.flatMap { names.check(ExpressionParser.parse($0, findings: findings)) }
    if let weight, !weight.type.isNumber {
      findings.error(
        "type-mismatch", "a weight is a number, and this is \(weight.type.words)", at: weight.span,
        hint: weight.type.kind == .boolean ? "put the condition into `where:`" : nil)
      return nil
    }
    let per = settings["per"]?.text
    if let per {
      guard let type = typeOfColumn(per) else { return nil }
      guard type.kind != .float else {
        findings.error(
          "per-unbounded",
          "`per` takes a column of whole numbers, texts or conditions, and `\(per.written)` is \(type.words)",
          at: per.span,
          hint:
            "round it in `columns:`, `\(per.written)_step: \(Self.rounded(per.written, type.unit))`, and write `per: \(per.written)_step`"
        )
        return nil
      }
    }
    guard let form, settings["where"] == nil || condition != nil, settings["weight"] == nil || weight != nil else {
      return nil
    }
    func draft(_ level: HistogramDraft.Level) -> HistogramDraft {
      HistogramDraft(
        name: name, title: settings["title"]?.text?.text ?? name.text,
        xLabel: settings["label"]?.text?.text ?? Self.words(settings["against"]?.text),
        yLabel: Self.words((settings["plot"] ?? settings["profile"])?.text), form: form, condition: condition,
        weight: weight, per: per, level: level)
    }
    return draft(level(draft(.row)))
  }

  /// An expression as an axis shows it: on one line.
  private static func words(_ text: LocatedText?) -> String {
    text?.written.split { $0 == " " || $0 == "\n" || $0 == "\t" }.joined(separator: " ") ?? ""
  }

  private func checkForm(_ settings: Settings) -> HistogramDraft.Form? {
    func value(_ key: String) -> TypedExpression? {
      settings[key]?.text.flatMap { names.check(ExpressionParser.parse($0, findings: findings)) }
    }
    let label = settings["label"]?.text?.text
    switch settings.specification.name {
    case "count":
      return .count
    case "points":
      let y = value("plot"), x = value("against")
      guard let y, let x else { return nil }
      for typed in [x, y] where !typed.type.isNumber {
        findings.error(
          "type-mismatch", "a plot takes numbers, and this is \(typed.type.words)", at: typed.span,
          hint: typed.type.kind == .boolean ? "plot `if(\(written(typed)), 1, 0)`" : nil)
        return nil
      }
      return .points(y: y, x: x, limit: Int(settings["points"]?.integer ?? 100_000))
    case "profile":
      let y = value("profile"), x = value("against")
      guard let y, let x, let binning = settings["bins"]?.binning,
        let (converted, axis) = axis(x, binning, label: label ?? Self.words(settings["against"]?.text))
      else { return nil }
      guard y.type.isNumber else {
        findings.error(
          "type-mismatch", "a profile takes the mean of a number, and this is \(y.type.words)", at: y.span,
          hint: y.type.kind == .boolean ? "take the mean of `if(\(written(y)), 1, 0)`" : nil)
        return nil
      }
      return .profile(y: y, x: converted, axis: axis)
    default:
      return checkBinned(settings, label: label)
    }
  }

  private func checkBinned(_ settings: Settings, label: String?) -> HistogramDraft.Form? {
    guard let of = settings["of"]?.list, let bins = settings["bins"]?.list else { return nil }
    guard (1...2).contains(of.count) else {
      findings.error(
        "wrong-argument-count", "`of` takes one expression, or two for a 2D histogram, not \(of.count)",
        at: settings["of"]!.span, hint: "make one histogram for each")
      return nil
    }
    guard bins.count == of.count else {
      findings.error(
        "wrong-argument-count",
        "`of` has \(of.count == 1 ? "one expression" : "two expressions"), but there \(bins.count == 1 ? "are bins for one axis" : "are bins for \(bins.count) axes")",
        at: settings["bins"]!.span,
        hint: of.count == 2
          ? "give bins for x and for y: `bins: [64 from 0 to 64, 100 from 0 to 10]`"
          : "give bins for one axis, or two expressions: `of: [x, y]`")
      return nil
    }
    let typed = of.map { $0.text.flatMap { names.check(ExpressionParser.parse($0, findings: findings)) } }
    let axes = zip(typed, bins).enumerated().map { index, pair -> (TypedExpression, Axis)? in
      guard let expression = pair.0, let binning = pair.1.binning else { return nil }
      return axis(expression, binning, label: (index == 0 ? label : nil) ?? Self.words(of[index].text))
    }
    guard let x = axes[0] else { return nil }
    if axes.count == 1 { return .histogram(x: x.0, axis: x.1) }
    guard let y = axes[1] else { return nil }
    let (cells, overflow) = (x.1.count + 2).multipliedReportingOverflow(by: y.1.count + 2)
    guard !overflow, cells <= Binning.mostBins else {
      findings.error(
        "bad-bins", "\(x.1.count) x \(y.1.count) bins are more than \(Binning.mostBins)", at: settings["bins"]!.span,
        hint: "take fewer bins; each takes 8 bytes")
      return nil
    }
    return .map(x: x.0, xAxis: x.1, y: y.0, yAxis: y.1)
  }

  // MARK: Axes

  /// The axis for an expression, and the expression in the axis' unit.
  private func axis(_ expression: TypedExpression, _ binning: Binning, label: String) -> (TypedExpression, Axis)? {
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
        "the bins are \(unit.isNone ? "plain numbers" : "in \(unit.symbol)"), and \(written(expression)) is \(expression.type.unit.isNone ? "a plain number" : "in \(expression.type.unit.symbol)")",
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

  /// The expression as the user typed it.
  private func written(_ expression: TypedExpression) -> String {
    expression.label
  }

  private func categoryValues(_ texts: [String], _ expression: TypedExpression, _ span: Span) -> [Int64]? {
    let type = expression.type
    guard type.kind != .float else {
      findings.error(
        "bad-bins",
        "categories are for whole numbers, texts and conditions, and \(written(expression)) is \(type.words)",
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
          "bad-bins", "the categories of \(written(expression)) are \(wanted), and these are others", at: span,
          hint: type.kind == .boolean ? "write `\"categories false, true\"`" : "write `\"categories 2, 5, 7\"`")
        return nil
      }
    }
    return values
  }

  // MARK: Levels

  /// The columns that a histogram comes down to, by its expressions and by the column that splits it.
  func leaves(of draft: HistogramDraft, stops: Set<String> = []) -> Set<String> {
    var columns = draft.expressions.reduce(into: Set<String>()) { $0.formUnion($1.columns) }
    if let per = draft.per { columns.insert(per.text) }
    return names.leaves(from: columns, stops: stops)
  }

  private func level(_ draft: HistogramDraft) -> HistogramDraft.Level {
    let used = leaves(of: draft).compactMap { leaf -> (group: Int, value: Int)? in
      guard case .groupValue(let group, let value)? = names.entries[leaf]?.definition else { return nil }
      return (group, value)
    }
    guard let group = used.first?.group else { return .row }
    guard used.allSatisfy({ $0.group == group }) else { return .deferred }
    let splits = Set(used.compactMap { groups[group].functions[$0.value].split })
    guard splits.count <= 1 else { return .deferred }
    let allowed = groups[group].keyColumns.union(splits)
    // A key or a split can be a column computed from others: what matters is the column itself.
    let others = leaves(of: draft, stops: allowed).filter { leaf in
      if case .groupValue? = names.entries[leaf]?.definition { return false }
      return !allowed.contains(leaf)
    }
    return others.isEmpty ? .group(group, split: splits.first) : .deferred
  }
}
