import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

extension ChainEmitter {
  /// Finds the groups and the values that histograms come down to.
  mutating func chooseGroups() {
    var used: [Int: Set<Int>] = [:]
    for leaf in builder.histograms.reduce(into: Set<String>(), { $0.formUnion(builder.leaves(of: $1)) }) {
      if case .groupValue(let group, let value)? = names.entries[leaf]?.definition {
        used[group, default: []].insert(value)
      }
    }
    for (number, (group, functions)) in used.sorted(by: { $0.key < $1.key }).enumerated() {
      groupNumbers[group] = number
      usedFunctions.append(functions.sorted())
    }
  }

  mutating func planGroups() {
    for (group, number) in groupNumbers.sorted(by: { $0.key < $1.key }) {
      let draft = builder.groups[group]
      var shift: Int64 = 0
      let key = draft.keys.map { typed in
        let bits = draft.keys.count == 1 ? 64 : ChainBuilder.keyBits(typed.type)
        defer { shift += bits }
        return GroupPlan.KeyPart(
          name: typed.column, slot: row.slot(of: typed), type: typed.type, shift: shift, bits: bits)
      }
      let functions = usedFunctions[number].map { plan(draft.functions[$0]) }
      groupPlans.append(
        GroupPlan(
          name: draft.name, key: key, disorder: draft.disorder, isWithinFile: draft.isWithinFile,
          wrapBits: draft.disorder == nil ? nil : draft.keys.first.flatMap(builder.wrapBits), functions: functions))
    }
  }

  private mutating func plan(_ draft: GroupDraft.Function) -> GroupPlan.Function {
    let component = GroupFunctionComponent.of(draft.function)
    let argument = draft.argument.map { GroupFunctionArgument(slot: row.slot(of: $0), type: $0.type) }
    let split = draft.split.map { name in
      let type = names.checkedType(of: name)
      return GroupPlan.Split(column: name, slot: row.slot(of: name), range: type.range, cells: cells(of: name))
    }
    return GroupPlan.Function(
      name: draft.name.text, type: draft.type, condition: draft.condition.map { row.slot(of: $0) }, split: split,
      make: { component.makeState(argument) }, summary: draft.summary)
  }

  /// The cells of a column: those of the chamber are known, and so are those of a column of few values.
  mutating func cells(of name: String) -> Cells {
    if let known = cells[name] { return known }
    let type = names.checkedType(of: name)
    let made: Cells
    if case .mapped(0)? = names.entries[name]?.definition {
      var seen: Set<Int64> = []
      made = Cells(
        column: name, values: builder.chambers.rows.map(\.chamber).filter { seen.insert($0).inserted }.sorted(),
        isClosed: true)
    } else if type.kind == .boolean {
      made = Cells(column: name, values: [0, 1], isClosed: true)
    } else if isSplit(name), type.kind == .integer {
      made = Cells(column: name, values: Array(type.range), isClosed: true)
    } else {
      made = Cells(column: name)
    }
    cells[name] = made
    return made
  }

  private func isSplit(_ name: String) -> Bool {
    builder.groups.contains { $0.functions.contains { $0.split == name } }
  }
}
