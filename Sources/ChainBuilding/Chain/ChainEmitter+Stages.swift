import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

extension ChainEmitter {
  final class DeferredDraft {
    /// Set right after it is made: the stage's own source of columns writes into the draft.
    var stage: StageBuilder!
    var kept: [(source: Slot, slot: Slot, isText: Bool)] = []
    var values: [GroupValueBinding] = []
  }

  func deferredStage() -> DeferredDraft {
    let draft = DeferredDraft()
    let names = names, row = row, plans = groupPlans, numbers = groupNumbers, functions = usedFunctions
    draft.stage = StageBuilder(names: names, categories: builder.categories) { stage, name in
      let slot = stage.addColumn(name, type: names.checkedType(of: name))
      if case .groupValue(let group, let value)? = names.entries[name]?.definition {
        // Both were chosen from what histograms use, such as this value.
        let number = numbers[group]!, function = functions[numbers[group]!].firstIndex(of: value)!
        draft.values.append(GroupValueBinding(group: number, function: function, slot: slot))
        // The row's own cell chooses among the values of a split.
        if let split = plans[number].functions[function].split { _ = stage.slot(of: split.column) }
      } else {
        draft.kept.append((row.slot(of: name), slot, names.checkedType(of: name).kind == .text))
      }
      return slot
    }
    draft.stage.takesFromSource = { _, entry in StageBuilder.isRowColumn(entry) }
    return draft
  }

  /// The condition that all histograms of the stage have, where it comes down to values of groups alone.
  func gate(_ draft: DeferredDraft) -> DeferredStage.Gate? {
    let conditions = builder.histograms.filter { $0.level == .deferred }.map(\.condition)
    guard let first = conditions.first ?? nil else { return nil }
    let flag = draft.stage.slot(of: first)
    // Equal conditions have one slot. What they need of the row itself would have to be kept and gathered first.
    guard conditions.allSatisfy({ $0.map { draft.stage.slot(of: $0) } == flag }), draft.kept.isEmpty else { return nil }
    return DeferredStage.Gate(steps: draft.stage.takeSteps(), flag: flag)
  }

  final class GroupStageDraft {
    let group: Int
    let split: String?
    /// Set right after it is made: the stage's own source of columns writes into the draft.
    var stage: StageBuilder!
    var keys: [(part: Int, slot: Slot)] = []
    var cell: Slot?
    var values: [GroupValueBinding] = []
    var bindings: [HistogramBinding] = []

    init(group: Int, split: String?) {
      self.group = group
      self.split = split
    }
  }

  func groupStage(_ group: Int, _ split: String?, _ all: inout [GroupStageDraft]) -> GroupStageDraft {
    if let known = all.first(where: { $0.group == group && $0.split == split }) { return known }
    let draft = GroupStageDraft(group: group, split: split)
    // A histogram is filled at the level of a group whose values it uses, which so has a number, as those have theirs.
    let names = names, number = groupNumbers[group]!, functions = usedFunctions[number], key = groupPlans[number].key
    draft.stage = StageBuilder(names: names, categories: builder.categories) { stage, name in
      let slot = stage.addColumn(name, type: names.checkedType(of: name))
      if case .groupValue(_, let value)? = names.entries[name]?.definition {
        draft.values.append(
          GroupValueBinding(group: number, function: functions.firstIndex(of: value)!, slot: slot))
      } else if name == split {
        draft.cell = slot
      } else {
        draft.keys.append((key.firstIndex { $0.name == name }!, slot))
      }
      return slot
    }
    // Other columns are computed here from the key, the cell and the values: there are no rows to take them from.
    draft.stage.takesFromSource = { name, _ in name == split || key.contains { $0.name == name } }
    all.append(draft)
    return draft
  }

  mutating func histogram(
    _ draft: HistogramDraft, _ index: Int, _ stage: StageBuilder
  ) -> (HistogramPlan, HistogramBinding) {
    let weight = draft.weight.map { stage.slot(of: $0) }
    let kind = draft.checked.place(in: stage, weight: weight)
    var per: HistogramBinding.Per?
    var split: Cells?
    if let name = draft.per?.text {
      let cells = cells(of: name)
      split = cells
      per = .init(slot: stage.slot(of: name), range: names.checkedType(of: name).range, cells: cells)
    }
    let level =
      switch draft.level {
      case .row: "for every hit"
      case .group(let group, nil): "for every \(builder.groups[group].name)"
      case .group(let group, let column?): "for every \(builder.groups[group].name) and \(column)"
      case .deferred: "for every hit, once its group is complete"
      }
    let plan = HistogramPlan(
      name: draft.name.text, title: draft.title, kind: kind, cells: split,
      perType: draft.per.flatMap { names.type(of: $0.text) },
      level: level, summary: kind.summary, bytes: kind.bytesPerCell * max(1, split?.count ?? 1))
    return (plan, HistogramBinding(histogram: index, condition: draft.condition.map { stage.slot(of: $0) }, per: per))
  }
}
