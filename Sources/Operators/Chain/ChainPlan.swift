import CPlugin
import Columns
import Expressions

/// How the stream is cut into windows.
public enum WindowPlan: Sendable {
  case every(nanoseconds: Int64)
  case rows(Int64)
  /// Windows over the record's clock, in ticks of it.
  case span(EventWindows)
  case all

  /// Whether a row's window is known from where it stands in the input.
  public var cutsInput: Bool { if case .span = self { false } else { true } }
}

/// Windows over a column.
public struct EventWindows: Sendable {
  /// The column, as it was typed.
  public let label: String
  let slot: Slot
  public let span: Int64
  public let late: Int64
  /// 2 to this power is where the counter starts from 0 again.
  public let wrapBits: Int64?
  /// Ticks of the clock for each of the column's unit: 1 for integers; floats are counted in fractions of the span.
  public let ticksPerUnit: Double

  /// The window of a tick.
  @inline(__always)
  public func index(of tick: Int64) -> Int64 {
    let quotient = tick / span
    return tick % span < 0 ? quotient - 1 : quotient
  }
}

/// One histogram of the pipeline.
public struct AggregatePlan: Sendable {
  public let name: String
  public let title: String
  let kind: any AggregateKind
  /// The cells of its `per` column, with what each is called in results.
  public let cells: Cells?
  let perType: ValueType?
  /// What it is filled once for: "hit", "group", "hit, once its group is complete".
  public let level: String
  /// For `explain`.
  public let summary: String
  public let bytes: Int
}

/// An aggregate and the columns it reads in the frame of one stage.
struct AggregateBinding: Sendable {
  let aggregate: Int
  let condition: Slot?
  let per: Per?

  struct Per: Sendable {
    let slot: Slot
    let range: ClosedRange<Int64>
    let cells: Cells
  }
}

/// A value of a group as a column of a later stage.
struct GroupValueBinding: Sendable {
  let group: Int
  let function: Int
  let slot: Slot
}

/// What is done with rows once their groups are complete.
struct DeferredStage: Sendable {
  let layout: FrameLayout
  /// Columns of the row frame that are kept for each row, and where they go in this stage's frame.
  let kept: [(source: Slot, slot: Slot, isText: Bool)]
  let values: [GroupValueBinding]
  /// A condition of values of groups that everything counted here has: rows that fail it need nothing else.
  let gate: Gate?
  let steps: [RowStep]
  let aggregates: [AggregateBinding]
  /// The groups that must be complete.
  let groups: [Int]

  struct Gate: Sendable {
    let steps: [RowStep]
    let flag: Slot
  }
}

/// What is done once for each group, or for each group and cell of a split.
struct GroupStage: Sendable {
  let group: Int
  let split: GroupPlan.Split?
  let layout: FrameLayout
  /// Key columns that are used, by the number of the key's part.
  let keys: [(part: Int, slot: Slot)]
  /// The split column itself, where it is used.
  let cell: Slot?
  let values: [GroupValueBinding]
  let steps: [RowStep]
  let aggregates: [AggregateBinding]
}

/// How rows of one format come into the frame.
struct RecordInput: Sendable {
  /// Where each field goes; nil where it is not converted.
  let columns: [Slot?]
  /// Fields that are not of the chain's type.
  let conversions: [FieldConversion]
  /// A malformed row ends the run.
  let stopsAtMalformed: Bool
}

/// The typed operator chain of a pipeline: built and checked before the first row, shared by all workers.
public struct ChainPlan: Sendable {
  /// How rows are made: first the chain's own record, whose fields its columns are, then those that sources have of their
  /// own. Chunks name theirs by its number.
  public let formats: [any RecordFormat]
  /// For each declared source the number of its format.
  public let sourceFormats: [Int]
  public let window: WindowPlan
  public let categories: Categories
  public let aggregates: [AggregatePlan]

  let rowLayout: FrameLayout
  /// For each format where its fields go.
  let inputs: [RecordInput]
  /// Steps that cleansing needs, and its rules: rows whose flag differs from `keeps` are dropped.
  let cleansingSteps: [RowStep]
  let rules: [(flag: Slot, keeps: Bool)]
  /// Rules that need the rows of a stream in their order.
  let deadTimes: [DeadTimePlan]
  let rowSteps: [RowStep]
  /// The chamber, where there is a map.
  let chamber: Slot?
  let groups: [GroupPlan]
  let rowAggregates: [AggregateBinding]
  let deferred: DeferredStage?
  let groupStages: [GroupStage]
  /// Where steps say that they failed; nil where none can.
  let faults: FaultBox?
  /// For `explain`.
  public let description: ChainDescription

  /// Groups that rows wait for together with others: all of them stay open to the end of their window.
  var jointGroups: Set<Int> {
    guard let deferred, deferred.groups.count > 1 else { return [] }
    return Set(deferred.groups)
  }

  /// Whether a definition's groups are counted before their window is, so that a row can come too late for them.
  func closesEarly(_ group: Int) -> Bool { groups[group].disorder != nil && !jointGroups.contains(group) }

  /// The chain's own record: what `--input` takes.
  public var format: any RecordFormat { formats[0] }

  /// Whether a malformed row of that format ends the run.
  public func stopsAtMalformed(format: Int) -> Bool { inputs[format].stopsAtMalformed }

  /// Whether chunks must be processed one after the other.
  public var needsOrder: Bool { !deadTimes.isEmpty || rowSteps.contains(where: \.needsOrder) }

  /// Programs that compute columns.
  public var programs: [ExternalProgram] { (cleansingSteps + rowSteps).compactMap(\.program) }

  /// Whether rows could not be processed: the run must end.
  public var hasFault: Bool { faults?.value != nil }

  /// Starts programs, so that one that cannot work is an error before any row is read. `tell` gets lines for the log.
  public func begin(tell: @escaping @Sendable (String) -> Void) throws(ChainFault) {
    faults?.clear()
    for program in programs { try program.begin(tell: tell) }
  }

  /// Ends programs.
  public func end() {
    for program in programs { program.end() }
  }

  /// How fast the programs are: each gets full batches of zeros for a quarter of a second.
  public func measurePrograms() throws(ChainFault) -> [ExternalProgram.Totals] {
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
  public var windowBytes: Int { aggregates.reduce(0) { $0 + $1.bytes } }

  /// The most event windows that are open at a time, unless one short chunk alone has rows of more.
  static let openWindowLimit = 8192
}
