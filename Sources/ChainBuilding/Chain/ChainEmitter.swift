import ChainExecution
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
  let names: NameTable
  let row: StageBuilder
  private let fields: FieldSlots
  /// Groups that something uses: number of the draft to number in the plan.
  var groupNumbers: [Int: Int] = [:]
  /// For each used group the drafts of its used functions, in the plan's order.
  var usedFunctions: [[Int]] = []
  var groupPlans: [GroupPlan] = []
  var cells: [String: Cells] = [:]

  /// Where the fields of the record go.
  private final class FieldSlots {
    var slots: [Slot?]
    var lastColumns = 0
    let faults = FaultBox()
    init(count: Int) { slots = Array(repeating: nil, count: count) }
  }

  init(_ builder: ChainBuilder, format: any RecordFormat) {
    self.builder = builder
    self.format = format
    names = builder.names
    let fields = FieldSlots(count: format.fields.count)
    self.fields = fields
    let names = names, plan = builder.chambers, categories = builder.categories, operators = builder.operators
    row = StageBuilder(names: names, categories: categories) { stage, name in
      switch names.checkedEntry(name).definition {
      case .field(let number):
        let slot = stage.addColumn(name, type: names.checkedType(of: name))
        fields.slots[number] = slot
        return slot
      case .mapped:
        ChainEmitter.addChambers(plan, to: stage, names: names, categories: categories)
        return stage.slot(of: name)
      case .operated(let number, _):
        operators[number].add(to: stage, names: names, faults: fields.faults)
        return stage.slot(of: name)
      case .last:
        let number = fields.lastColumns
        fields.lastColumns += 1
        guard let last = names.checkedEntry(name).last else {
          preconditionFailure("`\(name)` is a value of the last hit, and has no draft")
        }
        return last.add(name, to: stage, number: number)
      case .groupValue, .constant, .derived, .lookup:
        preconditionFailure("`\(name)` is not computed from rows alone")
      }
    }
  }

  private static func addChambers(
    _ plan: ChamberDraft, to stage: StageBuilder, names: NameTable, categories: Categories
  ) {
    let inputs = plan.inputs
    for name in inputs.sorted() { _ = stage.slot(of: name) }
    let types = Dictionary(uniqueKeysWithValues: inputs.map { ($0, names.checkedType(of: $0)) })
    let outputs =
      [stage.addColumn("chamber", type: plan.chamberType)]
      + plan.columns.map { stage.addColumn($0.name, type: $0.type) }
    if let domain = plan.domain(types: types) {
      let columns = Dictionary(
        uniqueKeysWithValues: inputs.map {
          ($0, (slot: stage.slot(of: $0), type: types[$0] ?? names.checkedType(of: $0)))
        })
      stage.append(
        .chambers(
          ChamberMap(
            plan, domain: domain, columns: columns, outputs: outputs, place: stage.addSlot(.int32),
            categories: categories)))
    } else {
      stage.append(.chambers(ChamberMap(plan, outputs: outputs) { ([], stage.slot(of: $0)) }))
    }
  }

  mutating func emit(window: WindowDraft) -> ChainPlan {
    let rules = builder.rules.map { (flag: row.slot(of: $0.condition), keeps: $0.keeps) }
    let deadTimes = planDeadTimes()
    let cleansingSteps = row.takeSteps().map(\.forEveryRow)
    // The map is always run where there is one: its misses are counted.
    let chamber = builder.chambers.rows.isEmpty ? nil : row.slot(of: "chamber")
    let windowPlan = plan(window)
    chooseGroups()
    planGroups()

    var histograms: [HistogramPlan] = []
    var rowBindings: [HistogramBinding] = []
    let deferred = builder.histograms.contains { $0.level == .deferred } ? deferredStage() : nil
    let gate = deferred.flatMap { self.gate($0) }
    var deferredBindings: [HistogramBinding] = []
    var groupStages: [GroupStageDraft] = []
    for (index, draft) in builder.histograms.enumerated() {
      let stage: StageBuilder
      switch draft.level {
      case .row: stage = row
      case .deferred:
        guard let deferred else { preconditionFailure("a deferred histogram is planned, and no stage for it") }
        stage = deferred.stage
      case .group(let group, let split): stage = groupStage(group, split, &groupStages).stage
      }
      let (plan, binding) = histogram(draft, index, stage)
      histograms.append(plan)
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
        layout: draft.stage.layout, kept: draft.kept, values: draft.values, gate: gate, steps: steps,
        histograms: deferredBindings, groups: Set(draft.values.map(\.group)).sorted())
    }
    let stages = groupStages.map { draft in
      let steps = draft.stage.takeSteps()
      return GroupStage(
        // Made for a group that has a number.
        group: groupNumbers[draft.group]!,
        split: draft.split.flatMap { name in
          groupPlans[groupNumbers[draft.group]!].functions.compactMap(\.split).first { $0.column == name }
        },
        layout: draft.stage.layout, keys: draft.keys, cell: draft.cell, values: draft.values, steps: steps,
        histograms: draft.bindings)
    }
    // Last, because the later stages ask the rows for columns.
    let rowSteps = row.takeSteps()
    let inputs = inputs(fields.slots, counters: counters(window))
    let description = ChainDescription(
      builder, inputs: inputs, row: row, rowSteps: cleansingSteps + rowSteps,
      groups: groupPlans,
      deferred: deferred.map { ($0.stage, $0.kept.count) }, histograms: histograms)
    return ChainPlan(
      formats: builder.records.map(\.format), sourceFormats: builder.sourceRecords.map { $0 ?? 0 }, window: windowPlan,
      categories: builder.categories,
      histograms: histograms,
      rowLayout: row.layout, inputs: inputs,
      cleansingSteps: cleansingSteps, rules: rules, deadTimes: deadTimes, rowSteps: rowSteps,
      chamber: chamber, groups: groupPlans, rowHistograms: rowBindings, deferred: deferredPlan, groupStages: stages,
      faults: (cleansingSteps + rowSteps).contains(where: \.mayFail) ? fields.faults : nil,
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
}
