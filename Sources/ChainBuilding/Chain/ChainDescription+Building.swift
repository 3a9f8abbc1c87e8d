import ChainExecution
import Columns
import Diagnostics
import Specifications

extension ChainDescription {
  init(
    _ builder: ChainBuilder, inputs: [RecordInput], row: StageBuilder, rowSteps: [RowStep],
    groups: [GroupPlan], deferred: (stage: StageBuilder, kept: Int)?, histograms: [HistogramPlan]
  ) {
    let names = builder.names
    func column(_ name: String, _ note: String) -> Column {
      Column(name: name, type: names.type(of: name)?.description ?? "", note: note)
    }
    var stages: [Stage] = []
    for (number, (record, input)) in zip(builder.records, inputs).enumerated() {
      let fields = zip(record.format.fields, input.columns).map { field, slot in
        Column(
          name: field.name, type: field.type.description,
          note: slot == nil ? "skipped" : "\(field.declared), converted")
      }
      let name = "decode \(record.settings.specification.name)"
      let users = zip(builder.declaration.sources, builder.sourceRecords).filter { $0.1 == number }.map(\.0.name.text)
      // With one record there is nothing to tell apart; one that no source has is for files of the command line.
      let stage = builder.records.count == 1 || users.isEmpty ? name : "\(name) of \(users.joined(separator: ", "))"
      stages.append(Stage(name: stage, columns: fields, lines: []))
    }
    if !builder.rules.isEmpty || !builder.deadTimes.isEmpty {
      stages.append(
        Stage(
          name: "cleansing", columns: [],
          lines: builder.rules.map { "\($0.keeps ? "keep" : "drop") \($0.source.written)" }
            + builder.deadTimes.map(\.summary)
            + (builder.deadTimes.isEmpty ? [] : ["in the order of the stream, on one thread"])))
    }
    if !builder.chambers.rows.isEmpty {
      let map = rowSteps.compactMap { step -> ChamberMap? in if case .chambers(let map) = step { map } else { nil } }
        .first
      let method = map?.table.map { "looked up in a table of \($0.size) entries" } ?? "conditions one after the other"
      stages.append(
        Stage(
          name: "chambers",
          columns: [ChamberKeys.chamber.name].map { column($0, "") }
            + builder.chambers.columns.map { column($0.name, "") },
          lines: ["\(builder.chambers.rows.count) rows, \(method)"]))
    }
    let used = row.usedNames.union(deferred?.stage.usedNames ?? [])
    let derived = builder.declaration.columns.map { entry in
      let text = entry.setting.text?.written ?? names.entries[entry.name.text]?.last?.summary ?? ""
      return column(entry.name.text, used.contains(entry.name.text) ? "= \(text)" : "= \(text), not used")
    }
    let constants = builder.declaration.constants.compactMap { entry -> Column? in
      if case .lookup(let table)? = names.entries[entry.name.text]?.definition {
        return column(entry.name.text, "by \(table.column)\(used.contains(entry.name.text) ? "" : ", not used")")
      }
      return nil
    }
    for draft in builder.operators {
      let (title, lines) = draft.description
      stages.append(
        Stage(
          name: title,
          columns: draft.outputs.map { column($0.name.text, used.contains($0.name.text) ? "" : "not used") },
          lines: lines))
    }
    if !(derived + constants).isEmpty {
      let order = rowSteps.contains(where: \.needsOrder) ? ["in the order of the stream, on one thread"] : []
      stages.append(Stage(name: "columns", columns: constants + derived, lines: order))
    }
    for group in groups {
      let keys = group.key.map { $0.name ?? "an expression" }.joined(separator: ", ")
      stages.append(
        Stage(
          name: "group \(group.name) by \(keys)",
          columns: group.functions.map {
            Column(name: "\(group.name).\($0.name)", type: $0.type.description, note: $0.summary)
          },
          lines: [
            group.disorder.map { "complete when rows are \($0) further" }
              ?? "complete at the end of the \(group.isWithinFile ? "file" : "window")"
          ] + (group.isWithinFile ? ["each file has its own"] : []))
      )
    }
    self.init(stages: stages)
  }
}
