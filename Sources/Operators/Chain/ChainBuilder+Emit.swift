import Columns
import Diagnostics
import Expressions
import Specifications

extension ChainBuilder {
  /// Gives every column its place and turns expressions into kernels. Only what the histograms, the rules and the window
  /// come down to is computed.
  func emit(format: any RecordFormat, window: WindowDraft) -> ChainPlan {
    var emitter = ChainEmitter(self, format: format)
    return emitter.emit(window: window)
  }
}

/// The parts of a chain while it is put together.
struct ChainEmitter {
  let builder: ChainBuilder
  let format: any RecordFormat
  private let names: Names
  private let row: StageBuilder
  private let fields: FieldSlots
  /// Groups that something uses: number of the draft to number in the plan.
  private var groupNumbers: [Int: Int] = [:]
  /// For each used group the drafts of its used functions, in the plan's order.
  private var usedFunctions: [[Int]] = []
  private var groupPlans: [GroupPlan] = []
  private var cells: [String: Cells] = [:]

  /// Where the fields of the record go.
  private final class FieldSlots {
    var slots: [Slot?]
    var usesChambers = false
    init(count: Int) { slots = Array(repeating: nil, count: count) }
  }

  init(_ builder: ChainBuilder, format: any RecordFormat) {
    self.builder = builder
    self.format = format
    names = builder.names
    let fields = FieldSlots(count: format.fields.count)
    self.fields = fields
    let names = names, plan = builder.chambers, categories = builder.categories
    row = StageBuilder(names: names, categories: categories) { stage, name in
      switch names.entries[name]!.definition {
      case .field(let number):
        let slot = stage.addColumn(name, type: names.type(of: name)!)
        fields.slots[number] = slot
        return slot
      case .mapped:
        ChainEmitter.addChambers(plan, to: stage, names: names, categories: categories)
        return stage.slot(of: name)
      case .groupValue, .constant, .derived, .lookup:
        preconditionFailure("`\(name)` is not computed from rows alone")
      }
    }
  }

  private static func addChambers(_ plan: ChamberMap.Plan, to stage: StageBuilder, names: Names, categories: Categories) {
    let inputs = plan.inputs
    for name in inputs.sorted() { _ = stage.slot(of: name) }
    let types = Dictionary(uniqueKeysWithValues: inputs.map { ($0, names.type(of: $0)!) })
    let outputs =
      [stage.addColumn("chamber", type: plan.chamberType)] + plan.columns.map { stage.addColumn($0.name, type: $0.type) }
    if let domain = plan.domain(types: types) {
      let columns = Dictionary(uniqueKeysWithValues: inputs.map { ($0, (slot: stage.slot(of: $0), type: types[$0]!)) })
      stage.append(
        .chambers(
          ChamberMap(
            plan, domain: domain, columns: columns, outputs: outputs, place: stage.addSlot(.int32), categories: categories)))
    } else {
      stage.append(.chambers(ChamberMap(plan, outputs: outputs) { ([], stage.slot(of: $0)) }))
    }
  }

  mutating func emit(window: WindowDraft) -> ChainPlan {
    let rules = builder.rules.map { (flag: row.slot(of: $0.condition), keeps: $0.keeps) }
    let cleansingSteps = row.takeSteps()
    // The map is always run where there is one: its misses are counted.
    let chamber = builder.chambers.rows.isEmpty ? nil : row.slot(of: "chamber")
    let windowPlan = plan(window)
    chooseGroups()
    planGroups()

    var aggregates: [AggregatePlan] = []
    var rowBindings: [AggregateBinding] = []
    let deferred = builder.histograms.contains { $0.level == .deferred } ? deferredStage() : nil
    var deferredBindings: [AggregateBinding] = []
    var groupStages: [GroupStageDraft] = []
    for (index, draft) in builder.histograms.enumerated() {
      let stage: StageBuilder
      switch draft.level {
      case .row: stage = row
      case .deferred: stage = deferred!.stage
      case .group(let group, let split): stage = groupStage(group, split, &groupStages).stage
      }
      let (plan, binding) = aggregate(draft, index, stage)
      aggregates.append(plan)
      switch draft.level {
      case .row: rowBindings.append(binding)
      case .deferred: deferredBindings.append(binding)
      case .group(let group, let split):
        groupStages[groupStages.firstIndex { $0.group == group && $0.split == split }!].bindings.append(binding)
      }
    }
    let deferredPlan = deferred.map { draft in
      let steps = draft.stage.takeSteps()
      return DeferredStage(
        layout: draft.stage.layout, kept: draft.kept, values: draft.values, steps: steps, aggregates: deferredBindings,
        groups: Set(draft.values.map(\.group)).sorted())
    }
    let stages = groupStages.map { draft in
      let steps = draft.stage.takeSteps()
      return GroupStage(
        group: groupNumbers[draft.group]!,
        split: draft.split.flatMap { name in groupPlans[groupNumbers[draft.group]!].functions.compactMap(\.split).first { $0.column == name } },
        layout: draft.stage.layout, keys: draft.keys, cell: draft.cell, values: draft.values, steps: steps,
        aggregates: draft.bindings)
    }
    // Last, because the later stages ask the rows for columns.
    let rowSteps = row.takeSteps()
    let stops = builder.declaration.record?["on_malformed"]?.text?.text == "stop"
    let description = ChainDescription(
      builder, format: format, fieldSlots: fields.slots, row: row, rowSteps: cleansingSteps + rowSteps, groups: groupPlans,
      deferred: deferred.map { ($0.stage, $0.kept.count) }, aggregates: aggregates)
    return ChainPlan(
      format: format, stopsAtMalformed: stops, window: windowPlan, categories: builder.categories, aggregates: aggregates,
      rowLayout: row.layout, fieldSlots: fields.slots, cleansingSteps: cleansingSteps, rules: rules, rowSteps: rowSteps,
      chamber: chamber, groups: groupPlans, rowAggregates: rowBindings, deferred: deferredPlan, groupStages: stages,
      description: description)
  }

  private func plan(_ window: WindowDraft) -> WindowPlan {
    switch window {
    case .every(let nanoseconds): return .every(nanoseconds: nanoseconds)
    case .rows(let rows): return .rows(rows)
    case .all: return .all
    case .span(let clock, let label, let span, let late, let ticksPerUnit):
      return .span(
        EventWindows(
          label: label, slot: row.slot(of: clock), span: span, late: late, wrapBits: builder.wrapBits(of: clock),
          ticksPerUnit: ticksPerUnit))
    }
  }

  // MARK: Groups

  /// Finds the groups and the values that histograms come down to.
  private mutating func chooseGroups() {
    var used: [Int: Set<Int>] = [:]
    for draft in builder.histograms {
      for expression in draft.expressions {
        for leaf in names.leaves(of: expression) {
          if case .groupValue(let group, let value)? = names.entries[leaf]?.definition {
            used[group, default: []].insert(value)
          }
        }
      }
    }
    for (number, group) in used.keys.sorted().enumerated() {
      groupNumbers[group] = number
      usedFunctions.append(used[group]!.sorted())
    }
  }

  private mutating func planGroups() {
    for group in groupNumbers.keys.sorted() {
      let draft = builder.groups[group]
      var shift: Int64 = 0
      let key = draft.keys.map { typed in
        let bits = draft.keys.count == 1 ? 64 : ChainBuilder.keyBits(typed.type)
        defer { shift += bits }
        return GroupPlan.KeyPart(name: typed.column, slot: row.slot(of: typed), type: typed.type, shift: shift, bits: bits)
      }
      let functions = usedFunctions[groupNumbers[group]!].map { plan(draft.functions[$0]) }
      groupPlans.append(
        GroupPlan(
          name: draft.name, key: key, disorder: draft.disorder,
          wrapBits: draft.disorder == nil ? nil : draft.keys.first.flatMap(builder.wrapBits), functions: functions))
    }
  }

  private mutating func plan(_ draft: GroupDraft.Function) -> GroupPlan.Function {
    let argument = draft.argument.map { row.slot(of: $0) }
    let make: @Sendable () -> any GroupFunctionState
    switch draft.function {
    case .count: make = { CountState() }
    case .any: make = { AnyState(argument: argument!) }
    case .min, .max:
      let isMaximum = draft.function == .max
      switch argument!.lane {
      case .int32: make = { ExtremeState<Int32>(argument: argument!, isMaximum: isMaximum) }
      case .int64: make = { ExtremeState<Int64>(argument: argument!, isMaximum: isMaximum) }
      default: make = { ExtremeState<Double>(argument: argument!, isMaximum: isMaximum) }
      }
    case .sum:
      if draft.argument!.type.kind == .integer {
        make = { IntegerSumState(argument: argument!) }
      } else {
        make = { FloatSumState(argument: argument!, isMean: false) }
      }
    case .mean: make = { FloatSumState(argument: argument!, isMean: true) }
    case .distinct:
      let type = draft.argument!.type
      if type.kind != .float, DistinctMaskState.fits(type.range) {
        make = { DistinctMaskState(argument: argument!, range: type.range) }
      } else {
        make = { DistinctSetState(argument: argument!) }
      }
    }
    let split = draft.split.map { name in
      let type = names.type(of: name)!
      return GroupPlan.Split(column: name, slot: row.slot(of: name), range: type.range, cells: cells(of: name))
    }
    return GroupPlan.Function(
      name: draft.name.text, type: draft.type, condition: draft.condition.map { row.slot(of: $0) }, split: split,
      make: make, summary: draft.summary)
  }

  /// The cells of a column: those of the chamber are known, and so are those of a column of few values.
  private mutating func cells(of name: String) -> Cells {
    if let known = cells[name] { return known }
    let type = names.type(of: name)!
    let made: Cells
    if case .mapped(0)? = names.entries[name]?.definition {
      var seen: Set<Int64> = []
      made = Cells(column: name, values: builder.chambers.rows.map(\.chamber).filter { seen.insert($0).inserted }.sorted(), isClosed: true)
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

  // MARK: Later stages

  private final class DeferredDraft {
    var stage: StageBuilder!
    var kept: [(source: Slot, slot: Slot)] = []
    var values: [GroupValueBinding] = []
  }

  private func deferredStage() -> DeferredDraft {
    let draft = DeferredDraft()
    let names = names, row = row, plans = groupPlans, numbers = groupNumbers, functions = usedFunctions
    draft.stage = StageBuilder(names: names, categories: builder.categories) { stage, name in
      let slot = stage.addColumn(name, type: names.type(of: name)!)
      if case .groupValue(let group, let value)? = names.entries[name]?.definition {
        let number = numbers[group]!
        let function = functions[number].firstIndex(of: value)!
        draft.values.append(GroupValueBinding(group: number, function: function, slot: slot))
        // The row's own cell chooses among the values of a split.
        if let split = plans[number].functions[function].split { _ = stage.slot(of: split.column) }
      } else {
        draft.kept.append((row.slot(of: name), slot))
      }
      return slot
    }
    draft.stage.takesFromSource = StageBuilder.isRowColumn
    return draft
  }

  private final class GroupStageDraft {
    let group: Int
    let split: String?
    var stage: StageBuilder!
    var keys: [(part: Int, slot: Slot)] = []
    var cell: Slot?
    var values: [GroupValueBinding] = []
    var bindings: [AggregateBinding] = []

    init(group: Int, split: String?) {
      self.group = group
      self.split = split
    }
  }

  private func groupStage(_ group: Int, _ split: String?, _ all: inout [GroupStageDraft]) -> GroupStageDraft {
    if let known = all.first(where: { $0.group == group && $0.split == split }) { return known }
    let draft = GroupStageDraft(group: group, split: split)
    let names = names, number = groupNumbers[group]!, functions = usedFunctions[number], key = groupPlans[number].key
    draft.stage = StageBuilder(names: names, categories: builder.categories) { stage, name in
      let slot = stage.addColumn(name, type: names.type(of: name)!)
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
    draft.stage.takesFromSource = StageBuilder.isRowColumn
    all.append(draft)
    return draft
  }

  // MARK: Aggregates

  private mutating func aggregate(
    _ draft: HistogramDraft, _ index: Int, _ stage: StageBuilder
  ) -> (AggregatePlan, AggregateBinding) {
    let weight = draft.weight.map { stage.slot(of: $0) }
    let kind: any AggregateKind
    switch draft.form {
    case .histogram(let x, let axis): kind = Histogram1D(axis: axis, column: stage.slot(of: x), weight: weight)
    case .map(let x, let xAxis, let y, let yAxis):
      kind = Histogram2D(x: xAxis, y: yAxis, columns: (stage.slot(of: x), stage.slot(of: y)), weight: weight)
    case .profile(let y, let x, let axis):
      kind = Profile(
        axis: axis, columns: (stage.slot(of: x), stage.slot(of: y)), yLabel: y.span.text, yUnit: y.type.unit.symbol)
    case .points(let y, let x, let limit):
      kind = Points(
        columns: (stage.slot(of: x), stage.slot(of: y)), limit: limit,
        xAxis: (draft.label ?? x.span.text, x.type.unit.symbol), yAxis: (y.span.text, y.type.unit.symbol))
    case .count:
      // One bin that holds everything: its column is 0 in every row.
      let zero = stage.addSlot(.int32)
      kind = Histogram1D(axis: Axis(label: "", unit: "", edges: [0, 1], isRegular: true, range: 0...0), column: zero, weight: weight)
    }
    var per: AggregateBinding.Per?
    var split: Cells?
    if let name = draft.per?.text {
      split = cells(of: name)
      per = .init(slot: stage.slot(of: name), range: names.type(of: name)!.range, cells: split!)
    }
    let level =
      switch draft.level {
      case .row: "for every hit"
      case .group(let group, nil): "for every \(builder.groups[group].name)"
      case .group(let group, let column?): "for every \(builder.groups[group].name) and \(column)"
      case .deferred: "for every hit, once its group is complete"
      }
    let plan = AggregatePlan(
      name: draft.name.text, title: draft.title, kind: kind, cells: split, perType: draft.per.flatMap { names.type(of: $0.text) },
      level: level, summary: kind.summary, bytes: kind.bytesPerCell * max(1, split?.count ?? 1))
    return (plan, AggregateBinding(aggregate: index, condition: draft.condition.map { stage.slot(of: $0) }, per: per))
  }
}
