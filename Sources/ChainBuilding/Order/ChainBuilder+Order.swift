import ChainExecution
import Diagnostics
import Expressions
import Specifications

extension ChainBuilder {
  /// The row before is one of the same source: rows of several have no order among each other.
  func checkOrder(_ plan: ChainPlan) {
    guard declaration.sources.count > 1, plan.needsOrder else { return }
    let sources = declaration.sources.map { "`\($0.name.text)`" }
    let words = "\(sources.dropLast().joined(separator: ", ")) and \(sources[sources.count - 1])"
    let hint =
      "keep one source in this pipeline, and count each other one in a run of its own; to look across sources, bring their rows into one file or topic, in the order of time"
    let notes = declaration.sources.prefix(2).map { Finding.Note(message: "a source", span: $0.name.span) }
    for rule in declaration.cleansing where rule.specification.name == PipelineSections.deadTime.name {
      findings.error(
        .orderAcrossSources,
        "`dead_time` needs the row before, and rows of \(words) come in no order among each other", at: rule.span,
        hint: hint, notes: notes)
    }
    let used = names.closure(of: names.asked)
    let columns = names.order.filter { used.contains($0) && names.entries[$0]?.last != nil }
    guard let first = columns.first, let span = names.entries[first]?.span else { return }
    let more =
      columns.count == 1 ? "," : ", as \(columns.count - 1) more \(columns.count == 2 ? "column is" : "columns are"),"
    findings.error(
      .orderAcrossSources,
      "`\(first)` is a value of a hit before\(more) and rows of \(words) come in no order among each other",
      at: span, hint: hint, notes: notes)
  }

  /// Columns of values of a hit before that cleansing has dropped: no row gives one.
  func reviewLast() {
    let used = names.closure(of: names.asked)
    for name in names.order where used.contains(name) {
      guard let entry = names.entries[name], let draft = entry.last, let condition = draft.condition,
        let rule = ruleOut(condition, seenFrom: entry.span)
      else { continue }
      findings.warning(
        .lastNever, "`\(name)` never has a value: cleansing drops every row that its `where` asks for",
        at: condition.span,
        hint:
          "let `\(rule.keeps ? "keep" : "drop")` leave those rows, and leave them out with `where:` of the histograms",
        notes: [.init(message: "this rule drops them", span: rule.source.span)])
    }
  }

  /// The rule of cleansing that lets no row pass which meets a condition.
  private func ruleOut(
    _ condition: TypedExpression, seenFrom place: Span
  ) -> (condition: TypedExpression, keeps: Bool, source: LocatedText)? {
    let isOwn = place.source === declaration.name.span.source
    return rules.first { rule in
      guard isOwn || rule.source.source === place.source else { return false }
      return !areCompatible(condition, rule.condition, holds: rule.keeps) { names.entries[$0]?.typed }
    }
  }
}
