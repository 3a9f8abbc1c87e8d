import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

extension ChainBuilder {
  /// Checks the chamber map and adds its columns. The map comes before derived columns, which may use it; it may use
  /// derived columns that do not use the map.
  mutating func checkChambers() {
    let rows = declaration.chambers
    let invalid = declaration.invalidChambers
    guard let place = rows.first?.setting(ChamberKeys.chamber)?.span ?? invalid.first?.span else { return }
    let what = "the chamber map", hint = "use fields of the record"
    // The map's columns, in the order of their first row.
    var order: [LocatedText] = []
    for row in rows {
      for (name, _) in row.free where !order.contains(where: { $0.text == name.text }) { order.append(name) }
    }
    for case let key in invalid.flatMap({ $0.mapping ?? [] }).map(\.key)
    where PipelineSections.chamber.key(key.text) == nil && !order.contains(where: { $0.text == key.text }) {
      order.append(key)
    }
    names.addMapped(ChamberKeys.chamber.name, at: place, 0)
    for (index, name) in order.enumerated() { names.addMapped(name.text, at: name.span, index + 1) }
    var drafts: [ChamberDraft.Row] = []
    var values: [[TypedExpression?]] = []
    var isSound = invalid.isEmpty
    for row in rows {
      guard let chamber = row[ChamberKeys.chamber], let when = row[ChamberKeys.when],
        let condition = names.check(parseBeforeHits(when, in: what, hint: hint), condition: true)
      else {
        isSound = false
        continue
      }
      let scope = narrowed(names, assuming: condition)
      var ranges: [String: ClosedRange<Int64>] = [:]
      for name in condition.columns {
        if case .column(let type)? = scope.symbol(named: name), type.kind == .integer { ranges[name] = type.range }
      }
      let typed = order.map { name -> TypedExpression? in
        guard let text = row.free.first(where: { $0.key.text == name.text })?.setting.text,
          let expression = parseBeforeHits(text, in: what, hint: hint)
        else {
          // A row need not give every column; one with an error is reported.
          isSound = isSound && !row.free.contains { $0.key.text == name.text }
          return nil
        }
        guard names.resolveAll(of: expression), let typed = TypeChecker.check(expression, in: scope, findings: findings)
        else {
          isSound = false
          return nil
        }
        return typed
      }
      drafts.append(.init(chamber: chamber, condition: condition, values: [], ranges: ranges))
      values.append(typed)
    }
    var types: [ValueType?] = []
    for (index, name) in order.enumerated() {
      let type = join(name, &values, index)
      types.append(type)
      if type == nil { isSound = false }
    }
    let numbers = drafts.map(\.chamber)
    if let first = numbers.min(), let last = numbers.max() {
      chambers.chamberType = .integer(first...last, mayBeUnknown: true)
    }
    names.setMapped(isSound ? chambers.chamberType : nil, of: "chamber", 0)
    for (index, name) in order.enumerated() { names.setMapped(isSound ? types[index] : nil, of: name.text, index + 1) }
    guard isSound else { return }
    chambers.columns = zip(order, types).compactMap { name, type in type.map { (name.text, $0) } }
    chambers.rows = zip(drafts, values).map { draft, values in
      .init(chamber: draft.chamber, condition: draft.condition, values: values, ranges: draft.ranges)
    }
  }

  /// The one type that holds column `index` of every row of the map, in the unit of the first.
  private func join(_ name: LocatedText, _ values: inout [[TypedExpression?]], _ index: Int) -> ValueType? {
    var joined: ValueType?
    for row in values.indices {
      guard let value = values[row][index] else { continue }
      guard let before = joined else {
        joined = value.type
        continue
      }
      guard value.type.isNumber == before.isNumber, value.type.isNumber || value.type.kind == before.kind else {
        findings.error(
          .typeMismatch, "`\(name.text)` is \(value.type.words) here and \(before.words) in a chamber above",
          at: value.span, hint: "give it the same type in every chamber")
        return nil
      }
      guard let converted = TypeChecker.converted(value, to: before.unit, findings: findings) else { return nil }
      values[row][index] = converted
      if converted.type.kind == .float || before.kind == .float {
        joined = .float(unit: before.unit)
      } else if before.kind == .integer {
        let range =
          min(
            before.range.lowerBound, converted.type.range.lowerBound)...max(
            before.range.upperBound, converted.type.range.upperBound)
        joined = .integer(range, unit: before.unit)
      }
    }
    joined?.mayBeUnknown = true
    return joined
  }
}
