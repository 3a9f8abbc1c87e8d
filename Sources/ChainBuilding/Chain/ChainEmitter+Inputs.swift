import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

extension ChainEmitter {
  /// How the rows of each record come into the frame, once it is known which fields the chain uses and where they go.
  /// Reports the records that do not fit.
  func inputs(_ slots: [Slot?], counters: Set<Int>) -> [RecordInput] {
    builder.checkOtherRecords(used: Set(slots.indices.filter { slots[$0] != nil }), counters: counters)
    let own = format.fields
    return builder.records.enumerated().map { number, record in
      let stops = record.settings[DecoderComponent.onMalformed] == .stop
      if number == 0 { return RecordInput(columns: slots, conversions: [], stopsAtMalformed: stops) }
      var conversions: [FieldConversion] = []
      let columns = record.format.fields.map { field -> Slot? in
        guard let number = own.firstIndex(where: { $0.name == field.name }), let slot = slots[number],
          let factor = field.type.unit.factor(to: own[number].type.unit)
        else { return nil }
        guard own[number].type.kind == .float, field.type.kind == .integer || factor != .one else { return slot }
        let source = row.addSlot(field.type.lane)
        conversions.append(FieldConversion(source: source, target: slot, factor: factor))
        return source
      }
      return RecordInput(columns: columns, conversions: conversions, stopsAtMalformed: stops)
    }
  }

  /// The fields by which windows and groups tell what is newer.
  func counters(_ window: WindowDraft) -> Set<Int> {
    var expressions: [TypedExpression] = []
    if case .span(let clock, _, _, _, _) = window { expressions.append(clock) }
    for group in groupNumbers.keys where builder.groups[group].disorder != nil {
      expressions += builder.groups[group].keys
    }
    return expressions.reduce(into: []) { counters, expression in
      if let name = expression.column, case .field(let number)? = names.entries[name]?.definition {
        counters.insert(number)
      }
    }
  }
}
