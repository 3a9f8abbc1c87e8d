import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

/// A rule that drops what comes too soon behind the row before it in the same channel.
struct DeadTimeDraft {
  let time: TypedExpression
  let keys: [TypedExpression]
  /// In the unit of the time.
  let limit: Double
  /// For `explain`.
  let summary: String
}

extension ChainBuilder {
  /// Checks a rule `dead_time`.
  mutating func addDeadTime(_ rule: Settings) {
    let hint = "use columns of the row"
    guard let setting = rule.setting(CleansingKeys.deadTime), let quantity = setting.quantity,
      let of = rule[CleansingKeys.of],
      let time = names.check(parseBeforeHits(of, in: "cleansing", hint: hint))
    else { return }
    guard time.type.isNumber else {
      findings.error(
        .typeMismatch, "the time of a row is a number, and `\(of.written)` is \(time.type.words)", at: of.span,
        hint: "give a column such as `time`")
      return
    }
    guard let limit = quantity.value(in: time.type.unit) else {
      let unit = time.type.unit
      findings.error(
        .unitMismatch,
        "the dead time is \(quantity.unit.isNone ? "a plain number" : quantity.unit.dimension.name), and `\(of.written)` is \(time.type.words)",
        at: setting.span,
        hint: quantity.unit.isNone
          ? "write `\(setting.node.scalar?.written ?? "") \(unit.symbol)`" : "give both the same unit")
      return
    }
    guard limit >= 0 else {
      findings.error(.wrongType, "a dead time is not below 0", at: setting.span, hint: "give 0 or more")
      return
    }
    let texts = (rule[CleansingKeys.per] ?? []).compactMap(\.text)
    let keys = texts.compactMap { names.check(parseBeforeHits($0, in: "cleansing", hint: hint)) }
    let place = rule.setting(CleansingKeys.per)?.span
    guard keys.count == texts.count, Self.checkChannel(keys, at: place, findings: findings) else { return }
    let channel = texts.map(\.written).joined(separator: ", ")
    deadTimes.append(
      DeadTimeDraft(
        time: time, keys: keys, limit: limit,
        summary:
          "drop what comes less than \(setting.node.scalar?.written ?? "") of \(of.written) behind the row before it\(channel.isEmpty ? "" : " in the same \(channel)")"
      ))
  }
}

extension ChainEmitter {
  /// The rules with the columns that they need.
  func planDeadTimes() -> [DeadTimePlan] {
    builder.deadTimes.map { draft in
      DeadTimePlan(time: row.slot(of: draft.time), key: row.channelKey(draft.keys), limit: draft.limit)
    }
  }
}
