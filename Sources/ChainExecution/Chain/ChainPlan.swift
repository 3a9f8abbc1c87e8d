import CPlugin
import Columns
import Expressions

/// How the stream is cut into windows.
package enum WindowPlan: Sendable {
  case every(nanoseconds: Int64)
  case rows(Int64)
  /// Windows over the record's clock, in ticks of it.
  case span(EventWindows)
  case all

  /// Whether a row's window is known from where it stands in the input.
  package var cutsInput: Bool { if case .span = self { false } else { true } }
}

/// Windows over a column.
package struct EventWindows: Sendable {
  /// The column, as it was typed.
  package let label: String
  package let slot: Slot
  package let span: Int64
  package let late: Int64
  /// 2 to this power is where the counter starts from 0 again.
  package let wrapBits: Int64?
  /// Ticks of the clock for each of the column's unit: 1 for integers; floats are counted in fractions of the span.
  package let ticksPerUnit: Double

  package init(label: String, slot: Slot, span: Int64, late: Int64, wrapBits: Int64?, ticksPerUnit: Double) {
    self.label = label
    self.slot = slot
    self.span = span
    self.late = late
    self.wrapBits = wrapBits
    self.ticksPerUnit = ticksPerUnit
  }

  /// The window of a tick.
  @inline(__always)
  package func index(of tick: Int64) -> Int64 {
    let quotient = tick / span
    return tick % span < 0 ? quotient - 1 : quotient
  }
}

/// One histogram of the pipeline.
package struct HistogramPlan: Sendable {
  package let name: String
  package let title: String
  let kind: any HistogramKind
  /// The cells of its `per` column, with what each is called in results.
  package let cells: Cells?
  let perType: ValueType?
  /// What it is filled once for: "hit", "group", "hit, once its group is complete".
  package let level: String
  /// For `explain`.
  package let summary: String
  package let bytes: Int

  package init(
    name: String, title: String, kind: any HistogramKind, cells: Cells?, perType: ValueType?, level: String,
    summary: String, bytes: Int
  ) {
    self.name = name
    self.title = title
    self.kind = kind
    self.cells = cells
    self.perType = perType
    self.level = level
    self.summary = summary
    self.bytes = bytes
  }
}

/// A histogram and the columns it reads in the frame of one stage.
package struct HistogramBinding: Sendable {
  let histogram: Int
  let condition: Slot?
  let per: Per?

  package init(histogram: Int, condition: Slot?, per: Per?) {
    self.histogram = histogram
    self.condition = condition
    self.per = per
  }

  package struct Per: Sendable {
    let slot: Slot
    let range: ClosedRange<Int64>
    let cells: Cells

    package init(slot: Slot, range: ClosedRange<Int64>, cells: Cells) {
      self.slot = slot
      self.range = range
      self.cells = cells
    }
  }
}

/// A value of a group as a column of a later stage.
package struct GroupValueBinding: Sendable {
  package let group: Int
  let function: Int
  let slot: Slot

  package init(group: Int, function: Int, slot: Slot) {
    self.group = group
    self.function = function
    self.slot = slot
  }
}

/// What is done with rows once their groups are complete.
package struct DeferredStage: Sendable {
  let layout: FrameLayout
  /// Columns of the row frame that are kept for each row, and where they go in this stage's frame.
  let kept: [(source: Slot, slot: Slot, isText: Bool)]
  let values: [GroupValueBinding]
  /// A condition of values of groups that everything counted here has: rows that fail it need nothing else.
  let gate: Gate?
  let steps: [RowStep]
  let histograms: [HistogramBinding]
  /// The groups that must be complete.
  let groups: [Int]

  package init(
    layout: FrameLayout, kept: [(source: Slot, slot: Slot, isText: Bool)], values: [GroupValueBinding], gate: Gate?,
    steps: [RowStep], histograms: [HistogramBinding], groups: [Int]
  ) {
    self.layout = layout
    self.kept = kept
    self.values = values
    self.gate = gate
    self.steps = steps
    self.histograms = histograms
    self.groups = groups
  }

  package struct Gate: Sendable {
    let steps: [RowStep]
    let flag: Slot

    package init(steps: [RowStep], flag: Slot) {
      self.steps = steps
      self.flag = flag
    }
  }
}

/// What is done once for each group, or for each group and cell of a split.
package struct GroupStage: Sendable {
  let group: Int
  let split: GroupPlan.Split?
  let layout: FrameLayout
  /// Key columns that are used, by the number of the key's part.
  let keys: [(part: Int, slot: Slot)]
  /// The split column itself, where it is used.
  let cell: Slot?
  let values: [GroupValueBinding]
  let steps: [RowStep]
  let histograms: [HistogramBinding]

  package init(
    group: Int, split: GroupPlan.Split?, layout: FrameLayout, keys: [(part: Int, slot: Slot)], cell: Slot?,
    values: [GroupValueBinding], steps: [RowStep], histograms: [HistogramBinding]
  ) {
    self.group = group
    self.split = split
    self.layout = layout
    self.keys = keys
    self.cell = cell
    self.values = values
    self.steps = steps
    self.histograms = histograms
  }
}

/// How rows of one format come into the frame.
package struct RecordInput: Sendable {
  /// Where each field goes; nil where it is not converted.
  package let columns: [Slot?]
  /// Fields that are not of the chain's type.
  package let conversions: [FieldConversion]
  /// A malformed row ends the run.
  let stopsAtMalformed: Bool

  package init(columns: [Slot?], conversions: [FieldConversion], stopsAtMalformed: Bool) {
    self.columns = columns
    self.conversions = conversions
    self.stopsAtMalformed = stopsAtMalformed
  }
}

/// The typed operator chain of a pipeline: built and checked before the first row, shared by all workers.
package struct ChainPlan: Sendable {
  /// How rows are made: first the chain's own record, whose fields its columns are, then those that sources have of their
  /// own. Chunks name theirs by its number.
  package let formats: [any RecordFormat]
  /// For each declared source the number of its format.
  package let sourceFormats: [Int]
  package let window: WindowPlan
  package let categories: Categories
  package let histograms: [HistogramPlan]

  package let rowLayout: FrameLayout
  /// For each format where its fields go.
  package let inputs: [RecordInput]
  /// Steps that cleansing needs, and its rules: rows whose flag differs from `keeps` are dropped.
  package let cleansingSteps: [RowStep]
  package let rules: [(flag: Slot, keeps: Bool)]
  /// Rules that need the rows of a stream in their order.
  let deadTimes: [DeadTimePlan]
  package let rowSteps: [RowStep]
  /// The chamber, where there is a map.
  let chamber: Slot?
  package let groups: [GroupPlan]
  let rowHistograms: [HistogramBinding]
  let deferred: DeferredStage?
  let groupStages: [GroupStage]
  /// Where steps say that they failed; nil where none can.
  let faults: FaultBox?
  /// For `explain`.
  package let description: ChainDescription

  package init(
    formats: [any RecordFormat], sourceFormats: [Int], window: WindowPlan, categories: Categories,
    histograms: [HistogramPlan], rowLayout: FrameLayout, inputs: [RecordInput], cleansingSteps: [RowStep],
    rules: [(flag: Slot, keeps: Bool)], deadTimes: [DeadTimePlan], rowSteps: [RowStep], chamber: Slot?,
    groups: [GroupPlan], rowHistograms: [HistogramBinding], deferred: DeferredStage?, groupStages: [GroupStage],
    faults: FaultBox?, description: ChainDescription
  ) {
    self.formats = formats
    self.sourceFormats = sourceFormats
    self.window = window
    self.categories = categories
    self.histograms = histograms
    self.rowLayout = rowLayout
    self.inputs = inputs
    self.cleansingSteps = cleansingSteps
    self.rules = rules
    self.deadTimes = deadTimes
    self.rowSteps = rowSteps
    self.chamber = chamber
    self.groups = groups
    self.rowHistograms = rowHistograms
    self.deferred = deferred
    self.groupStages = groupStages
    self.faults = faults
    self.description = description
  }

  /// Groups that rows wait for together with others: all of them stay open to the end of their window.
  var jointGroups: Set<Int> {
    guard let deferred, deferred.groups.count > 1 else { return [] }
    return Set(deferred.groups)
  }

  /// Whether a definition's groups are counted before their window is, so that a row can come too late for them.
  func closesEarly(_ group: Int) -> Bool { groups[group].disorder != nil && !jointGroups.contains(group) }

  /// The chain's own record: what `--input` takes.
  package var format: any RecordFormat { formats[0] }

  /// Whether a malformed row of that format ends the run.
  package func stopsAtMalformed(format: Int) -> Bool { inputs[format].stopsAtMalformed }

  /// Whether chunks must be processed one after the other.
  package var needsOrder: Bool { !deadTimes.isEmpty || rowSteps.contains(where: \.needsOrder) }

  /// Programs that compute columns.
  package var programs: [ExternalProgram] { (cleansingSteps + rowSteps).compactMap(\.program) }

  /// Whether rows could not be processed: the run must end.
  package var hasFault: Bool { faults?.value != nil }

  /// Starts programs, so that one that cannot work is an error before any row is read. `tell` gets lines for the log.
  package func begin(tell: @escaping @Sendable (String) -> Void) throws(ChainFault) {
    faults?.clear()
    for program in programs { try program.begin(tell: tell) }
  }

  /// Ends programs.
  package func end() {
    for program in programs { program.end() }
  }

  /// How fast the programs are: each gets full batches of zeros for a quarter of a second.
  package func measurePrograms() throws(ChainFault) -> [ExternalProgram.Totals] {
    try begin { _ in }
    defer { end() }
    let frame = Frame(layout: rowLayout)
    frame.count = frame.capacity
    for step in (cleansingSteps + rowSteps).map(\.forEveryRow) where step.program != nil {
      let deadline = program_clock() + 250_000_000
      repeat { step.run(frame) } while program_clock() < deadline && !hasFault
    }
    if let fault = faults?.value { throw fault }
    return programs.map(\.totals)
  }

  /// Bytes of one window's counts, with one cell for each that is known.
  package var windowBytes: Int { histograms.reduce(0) { $0 + $1.bytes } }

  /// The most event windows that are open at a time, unless one short chunk alone has rows of more.
  static let openWindowLimit = 8192
}
