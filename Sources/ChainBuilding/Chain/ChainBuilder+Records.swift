import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

/// A record of the pipeline or of one of its sources, as checked.
struct RecordDraft {
  let settings: Settings
  let format: any RecordFormat
  /// The names of its fields, where they stand in the user's file.
  let names: [LocatedText]
  /// The source whose own it is; nil for the pipeline's.
  let owner: LocatedText?

  /// The declared type of a field, in the user's file.
  func typeSpan(of field: RecordField) -> Span {
    settings[DecoderComponent.fields]?.first { $0.key.text == field.name }?.setting.span ?? nameSpan(of: field)
  }

  /// Where the field is named, in the user's file.
  func nameSpan(of field: RecordField) -> Span {
    names.first { $0.text == field.name }?.span ?? settings.span
  }
}

extension ChainBuilder {
  /// Checks every record. The pipeline's own comes first; where there is none, the first that a source has stands for it.
  /// Its fields are the names that expressions use.
  mutating func checkRecords() {
    var isBroken = false
    if let settings = declaration.record {
      add(settings, owner: nil)
      isBroken = records.isEmpty
    }
    var lacking: [LocatedText] = []
    for source in declaration.sources {
      if let own = source.setting.settings?.setting(beside: SectionKeys.record) {
        let count = records.count
        if let settings = own.settings { add(settings, owner: source.name) }
        sourceRecords.append(records.count > count ? count : nil)
        // Without the fields of the first record every name of one would be reported again.
        if records.isEmpty { isBroken = true }
      } else {
        sourceRecords.append(declaration.record == nil || isBroken ? nil : 0)
        if source.setting.isInvalid {
          isBroken = isBroken || (declaration.record == nil && source.setting.node[SectionKeys.record] != nil)
        } else {
          lacking.append(source.name)
        }
      }
    }
    if declaration.record == nil, !isBroken { reportLacking(lacking) }
    guard !isBroken, let first = records.first else { return }
    format = first.format
    for (number, field) in first.format.fields.enumerated() {
      names.add(first.names[number], as: "field", .field(number), type: type(of: field))
    }
  }

  private mutating func add(_ settings: Settings, owner: LocatedText?) {
    guard let declared = DecoderComponent.make(settings, libraries: libraries, findings: findings) else { return }
    var (format, names) = (declared.format, declared.names)
    if let name = declaration.rowNumber {
      format = NumberedFormat(base: format, name: name.text)
      names.append(name)
    }
    records.append(RecordDraft(settings: settings, format: format, names: names, owner: owner))
  }

  /// Reports who has no record, where the pipeline has none.
  private func reportLacking(_ sources: [LocatedText]) {
    if records.isEmpty {
      findings.error(
        .missingKey, "the pipeline does not say how a row is made", at: declaration.name.span,
        hint: "use the plugin of a detector, such as `uses: [detectors/minidt]`, or add `record:`")
      return
    }
    for source in sources {
      findings.error(
        .missingKey, "neither `\(source.written)` nor the pipeline says how its rows are made", at: source.span,
        hint: "add a `record:` to `\(source.written)`, or one to the pipeline for all sources that have none")
    }
  }

  /// A field's type with the values that it can have in any of the records.
  private func type(of field: RecordField) -> ValueType {
    guard field.type.kind == .integer else { return field.type }
    var range = field.type.range
    for record in records.dropFirst() {
      guard let other = record.format.fields.first(where: { $0.name == field.name }),
        other.type.kind == .integer, other.type.unit == field.type.unit
      else { continue }
      range = min(range.lowerBound, other.type.range.lowerBound)...max(range.upperBound, other.type.range.upperBound)
    }
    return .integer(range, unit: field.type.unit)
  }

  // MARK: Records beside the first

  /// Reports what of the records beside the first does not fit the fields that the chain uses. `counters` are the fields
  /// that put rows in order.
  func checkOtherRecords(used: Set<Int>, counters: Set<Int> = []) {
    guard format != nil else { return }
    for record in records.dropFirst() {
      check(record, used: used)
      check(record, counters: counters.intersection(used))
    }
  }

  private func check(_ record: RecordDraft, used: Set<Int>) {
    guard let own = records.first, let owner = record.owner else { return }
    var missing: [RecordField] = []
    for number in used.sorted() {
      let field = own.format.fields[number]
      if let other = record.format.fields.first(where: { $0.name == field.name }) {
        guard let (message, hint) = misfit(of: other, in: record, to: field) else { continue }
        findings.error(
          .sourceRecord, message, at: record.typeSpan(of: other), hint: hint,
          notes: [.init(message: "`\(field.name)` of the pipeline is here", span: own.nameSpan(of: field))])
      } else {
        missing.append(field)
      }
    }
    if !missing.isEmpty { report(missing, in: record, owner: owner) }
  }

  /// A counter that begins again earlier in one record than in another goes wrong from then on.
  private func check(_ record: RecordDraft, counters: Set<Int>) {
    for number in counters.sorted() {
      let field = records[0].format.fields[number]
      guard let other = record.format.fields.first(where: { $0.name == field.name }),
        other.type.kind == .integer
      else { continue }
      let (here, there) = (wrapBits(of: other.type), wrapBits(of: field.type))
      guard here != there else { continue }
      let words =
        switch (here, there) {
        case (let here?, let there?): "begins again after \(here) bits, and after \(there) bits in the pipeline"
        case (let here?, nil): "begins again after \(here) bits, and never does in the pipeline"
        case (nil, let there): "never begins again, and does after \(there ?? 0) bits in the pipeline"
        }
      findings.warning(
        .sourceCounter, "`\(field.name)` \(words), and rows are put in order by it",
        at: record.typeSpan(of: other), hint: "give it the same number of bits in all records",
        notes: [.init(message: "`\(field.name)` of the pipeline is here", span: records[0].nameSpan(of: field))])
    }
  }

  private func report(_ missing: [RecordField], in record: RecordDraft, owner: LocatedText) {
    let known = Set(records[0].format.fields.map(\.name))
    let others = record.format.fields.map(\.name).filter { !known.contains($0) }
    let wanted = alternatives(missing.map(\.name), and: true)
    let hint =
      if missing.count == 1, let near = suggestion(for: missing[0].name, from: others) {
        "fields are found by their names: call `\(near)` \(wanted)"
      } else if others.isEmpty {
        "add \(wanted) to its fields"
      } else {
        "fields are found by their names: if \(alternatives(others)) \(missing.count == 1 ? "is" : "are") the same, call \(others.count == 1 ? "it" : "them") so"
      }
    findings.error(
      .sourceRecord,
      "the record of `\(owner.written)` has no \(missing.count == 1 ? "field" : "fields") \(wanted), which the pipeline uses",
      at: record.settings.span(of: DecoderComponent.fields), hint: hint,
      notes: [.init(message: "`\(missing[0].name)` of the pipeline is here", span: records[0].nameSpan(of: missing[0]))]
    )
  }

  /// Why a field cannot be read in place of the pipeline's, and what to write instead; nil where it can.
  private func misfit(
    of other: RecordField, in record: RecordDraft, to field: RecordField
  ) -> (message: String, hint: String)? {
    let name = field.name
    let message = "`\(name)` is \(other.type.words), and \(field.type.words) in the pipeline"
    let float = "\(name): \(FieldType(.f64, unit: field.type.unit).declared)"
    switch (field.type.kind, other.type.kind) {
    case (.text, .text): return nil
    case (.integer, .integer) where field.type.unit == other.type.unit: return nil
    case (.integer, .integer), (.integer, .float), (.float, .integer), (.float, .float):
      guard other.type.unit.factor(to: field.type.unit) != nil else {
        let unit = field.type.unit
        return (message, unit.isNone ? "declare it without a unit" : "give it the unit `\(unit.symbol)`")
      }
      if field.type.kind == .integer {
        let integer = FieldType.Storage.allCases.first {
          guard let range = $0.range else { return false }
          return range.contains(field.type.range.lowerBound) && range.contains(field.type.range.upperBound)
        }
        // The types of a text row say how its numbers are read; those of a binary record are what it is.
        if case .lines = record.format.framing, let integer, field.type.unit == other.type.unit {
          let declared = FieldType(integer, unit: field.type.unit).declared
          return (
            message, "write `\(name): \(declared)` if it has whole numbers, or declare the pipeline's as `\(float)`"
          )
        }
        return (message, "declare the pipeline's as `\(float)`: a float takes whole numbers, and other units")
      }
      return nil
    default:
      return (message, "give it another name, or declare both as \(field.type.kind == .text ? "text" : "numbers")")
    }
  }

  /// The fields that the chain comes down to, as far as that is known where there are errors. Where there are none, the
  /// emitter knows it.
  func usedFields() -> Set<Int> {
    var columns = chambers.inputs
    for rule in rules { columns.formUnion(rule.condition.columns) }
    for rule in deadTimes { for part in rule.keys + [rule.time] { columns.formUnion(part.columns) } }
    for leaf in histograms.flatMap({ leaves(of: $0) }) {
      columns.insert(leaf)
      guard case .groupValue(let group, let value)? = names.entries[leaf]?.definition else { continue }
      let function = groups[group].functions[value]
      for part in groups[group].keys + [function.argument, function.condition].compactMap({ $0 }) {
        columns.formUnion(part.columns)
      }
    }
    var used: Set<Int> = []
    for name in names.leaves(from: names.closure(of: columns)) {
      if case .field(let number)? = names.entries[name]?.definition { used.insert(number) }
    }
    return used
  }
}
