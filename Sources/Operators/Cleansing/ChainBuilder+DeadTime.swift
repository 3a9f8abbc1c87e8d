import Columns
import Diagnostics
import Expressions
import Specifications

extension ChainBuilder {
  /// Checks a rule `dead_time`.
  mutating func addDeadTime(_ rule: Settings) {
    let what = "cleansing comes before groups", hint = "use columns of the row"
    guard let setting = rule["dead_time"], let quantity = setting.quantity, let of = rule["of"]?.text,
      let time = names.check(parseBeforeGroups(of, what: what, hint: hint))
    else { return }
    guard time.type.isNumber else {
      findings.error(
        "type-mismatch", "the time of a row is a number, and `\(of.written)` is \(time.type.words)", at: of.span,
        hint: "give a column such as `time`")
      return
    }
    guard let limit = quantity.value(in: time.type.unit) else {
      let unit = time.type.unit
      findings.error(
        "unit-mismatch",
        "the dead time is \(quantity.unit.isNone ? "a plain number" : quantity.unit.dimension.name), and `\(of.written)` is \(time.type.words)",
        at: setting.span,
        hint: quantity.unit.isNone
          ? "write `\(setting.node.scalar?.written ?? "") \(unit.symbol)`" : "give both the same unit")
      return
    }
    guard limit >= 0 else {
      findings.error("wrong-type", "a dead time is not below 0", at: setting.span, hint: "give 0 or more")
      return
    }
    var keys: [TypedExpression] = []
    var channels = 1.0
    let texts = (rule["per"]?.list ?? []).compactMap(\.text)
    for text in texts {
      guard let key = names.check(parseBeforeGroups(text, what: what, hint: hint)) else { return }
      guard key.type.kind != .float else {
        findings.error(
          "type-mismatch", "a channel is a whole number, and `\(text.written)` is \(key.type.words)", at: text.span,
          hint: "count channels by whole numbers, such as `wire`")
        return
      }
      keys.append(key)
      channels *= Double(key.type.range.upperBound) - Double(key.type.range.lowerBound) + 1
    }
    guard channels < 0x1p62 else {
      findings.error(
        "group-key-too-wide", "the channel's columns need more than 62 bits together", at: rule["per"]?.span,
        hint: "take fewer or narrower columns")
      return
    }
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
      var stride: Int64 = 1
      let parts = draft.keys.map { key in
        defer { stride *= key.type.range.upperBound - key.type.range.lowerBound + 1 }
        return DeadTimePlan.Part(slot: row.slot(of: key), low: key.type.range.lowerBound, stride: stride)
      }
      return DeadTimePlan(time: row.slot(of: draft.time), parts: parts, limit: draft.limit)
    }
  }
}
