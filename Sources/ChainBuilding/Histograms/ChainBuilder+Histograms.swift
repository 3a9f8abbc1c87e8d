import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

/// A histogram as checked, before it has places in a frame.
struct HistogramDraft {
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
  let checked: any CheckedHistogram
  let condition: TypedExpression?
  let weight: TypedExpression?
  let per: LocatedText?
  let level: Level

  var expressions: [TypedExpression] {
    checked.values + [condition, weight].compactMap { $0 }
  }
}

extension ChainBuilder {
  /// The most bins of all histograms of a pipeline.
  private static var mostBinsTogether: Int { 50_000_000 }

  private static func declaredBins(_ settings: Settings) -> Double {
    let bins = (settings[HistogramKeys.bins] ?? []).compactMap(\.binning)
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
          .badBins, "the histograms up to here have more than \(Self.mostBinsTogether) bins together",
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
        .noHistograms, "the pipeline counts rows and plots nothing", at: declaration.name.span,
        hint: "add `histograms:`, such as `occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}`")
    }
  }

  private func checkHistogram(_ name: LocatedText, _ settings: Settings) -> HistogramDraft? {
    let checked = HistogramComponent.check(settings, self)
    let condition = settings[HistogramKeys.condition].flatMap {
      names.check(ExpressionParser.parse($0, findings: findings), condition: true)
    }
    let weight = settings[HistogramKeys.weight].flatMap { names.check(ExpressionParser.parse($0, findings: findings)) }
    if let weight, !weight.type.isNumber {
      findings.error(
        .typeMismatch, "a weight is a number, and this is \(weight.type.words)", at: weight.span,
        hint: weight.type.kind == .boolean ? "put the condition into `where:`" : nil)
      return nil
    }
    let per = settings[HistogramKeys.per]
    if let per {
      guard let type = typeOfColumn(per) else { return nil }
      guard type.kind != .float else {
        findings.error(
          .perUnbounded,
          "`per` takes a column of whole numbers, texts or conditions, and `\(per.written)` is \(type.words)",
          at: per.span,
          hint:
            "round it in `columns:`, `\(per.written)_step: \(Self.rounded(per.written, type.unit))`, and write `per: \(per.written)_step`"
        )
        return nil
      }
    }
    let isWhole =
      (settings.setting(HistogramKeys.condition) == nil || condition != nil)
      && (settings.setting(HistogramKeys.weight) == nil || weight != nil)
    guard let checked, isWhole else { return nil }
    func draft(_ level: HistogramDraft.Level) -> HistogramDraft {
      HistogramDraft(
        name: name, title: settings[HistogramKeys.title]?.text ?? name.text,
        checked: checked, condition: condition, weight: weight, per: per, level: level)
    }
    return draft(level(draft(.row)))
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
