import Columns
import Diagnostics
import Specifications

/// What a sample of the input says of the pipeline: how far rows come behind the clock of its windows and of its groups.
public final class SampleSurvey {
  /// How far the rows of a counter come behind.
  struct Lag {
    private var clock = Clock()
    private var block = BlockExtremes()
    let wrapBits: Int64?
    let limit: Int64
    /// Rows, and those that come further behind than the limit.
    private(set) var rows = 0
    private var byClock = Count()
    /// The same against the greatest value so far: for samples too short for a clock.
    private var byGreatest = Count()
    private var newest: Int64?

    private struct Count {
      var beyond = 0
      var greatest: Int64 = 0

      mutating func add(_ key: Int64, behind now: Int64?, limit: Int64) {
        guard let now else { return }
        let (lag, overflow) = now.subtractingReportingOverflow(key)
        if overflow { return }
        greatest = max(greatest, lag)
        if lag > limit { beyond += 1 }
      }
    }

    private static let shortSample = 4 * Clock.blockRows

    var beyond: Int { (rows < Self.shortSample ? byGreatest : byClock).beyond }
    var greatest: Int64 { (rows < Self.shortSample ? byGreatest : byClock).greatest }

    init(wrapBits: Int64?, limit: Int64) {
      self.wrapBits = wrapBits
      self.limit = limit
    }

    /// The next rows in their order.
    mutating func add(_ values: [Int64]) {
      var keys = values
      if let wrapBits {
        let start = clock.now ?? keys.withUnsafeBufferPointer { Clock.typical($0.baseAddress!, count: keys.count) }
        for i in keys.indices where !keys[i].isUnknown {
          keys[i] = Clock.unwrap(keys[i], near: start ?? keys[i], bits: wrapBits)
        }
      }
      // The clock goes by blocks: rows are held against what it was before theirs.
      for start in stride(from: 0, to: keys.count, by: Clock.blockRows) {
        let part = keys[start..<min(start + Clock.blockRows, keys.count)]
        for key in part where !key.isUnknown {
          rows += 1
          byClock.add(key, behind: clock.now, limit: limit)
          byGreatest.add(key, behind: newest, limit: limit)
          newest = max(newest ?? key, key)
        }
        block.removeAll()
        part.withUnsafeBufferPointer { block.add($0.baseAddress!, count: $0.count) }
        clock.advance(block.maxima)
      }
    }
  }

  private let plan: ChainPlan
  private let frame: Frame
  private let decoder: any RecordDecoder
  private var window: Lag?
  private var groups: [Lag?]
  private var report = DecodeReport()
  private let memory: RowMemory

  /// A survey of rows in the pipeline's own record.
  public init(_ plan: ChainPlan) {
    self.plan = plan
    frame = Frame(layout: plan.rowLayout)
    decoder = plan.formats[0].makeDecoder(columns: plan.inputs[0].columns, categories: plan.categories)
    memory = RowMemory(plan.rowSteps)
    if case .span(let windows) = plan.window { window = Lag(wrapBits: windows.wrapBits, limit: windows.late) }
    groups = plan.groups.map { group in
      group.key.count == 1 ? group.disorder.map { Lag(wrapBits: group.wrapBits, limit: $0) } : nil
    }
  }

  /// Whether a sample can say anything: the pipeline has a clock or a limit of disorder.
  public var isOfUse: Bool {
    // Programs are not started to look at a sample.
    plan.programs.isEmpty && (window != nil || groups.contains { $0 != nil })
  }

  /// Rows of the sample, and those that are malformed.
  public private(set) var rows = 0
  public var malformed: Int { report.malformed }

  /// Takes a stretch of the sample in whole rows.
  public func add(_ bytes: UnsafeRawBufferPointer, order: FieldOrder) {
    var offset = 0
    while offset < bytes.count {
      let start = offset
      offset = decoder.decode(bytes, from: offset, order: order, into: frame, report: &report)
      for conversion in plan.inputs[0].conversions { conversion.run(frame) }
      rows += frame.count
      if frame.count > 0 { take() }
      if offset == start { break }
    }
  }

  private func take() {
    for step in plan.cleansingSteps { step.run(frame) }
    let kept = (0..<frame.count).filter { row in
      plan.rules.allSatisfy { (frame.flag($0.flag)[row] == 1) == $0.keeps }
    }
    guard !kept.isEmpty else { return }
    for (place, row) in kept.enumerated() { frame.selection[place] = Int32(truncatingIfNeeded: row) }
    frame.selectedCount = kept.count
    memory.run(plan.rowSteps, frame, stream: 0)
    if case .span(let windows) = plan.window { window?.add(values(windows.slot, kept, ticks: windows.ticksPerUnit)) }
    for (number, group) in plan.groups.enumerated() where groups[number] != nil {
      groups[number]?.add(values(group.key[0].slot, kept, ticks: 1))
    }
  }

  private func values(_ slot: Slot, _ rows: [Int], ticks: Double) -> [Int64] {
    switch slot.lane {
    case .int32:
      let values = frame.int32(slot)
      return rows.map { values[$0].isUnknown ? .unknown : Int64(values[$0]) }
    case .int64:
      let values = frame.int64(slot)
      return rows.map { values[$0] }
    case .float64:
      let values = frame.float64(slot)
      return rows.map { row in
        let scaled = (values[row] * ticks).rounded(.down)
        return abs(scaled) < 9e18 ? Int64(scaled) : .unknown
      }
    case .flag: return []
    }
  }

  // MARK: Findings

  /// Reports limits that are shorter than what was seen.
  public func report(_ declaration: Declaration, findings: Findings) {
    if let window, window.beyond > 0, case .span(let windows) = plan.window, let settings = declaration.window {
      let unit = windows.ticksPerUnit
      let wanted = unit == 1 ? "\(window.greatest)" : "\(rounded(Double(window.greatest) / unit))"
      let limit = settings["late"]?.node.scalar?.written ?? "0"
      findings.warning(
        "late-too-short",
        "\(share(window)) of the sample come later than `late` allows (\(limit)), up to \(wanted) behind the clock of `\(windows.label)`",
        at: settings.given.contains("late") ? settings["late"]!.span : settings.span,
        hint: "write `late: \(wanted)`, with the unit of `\(windows.label)` if it has one")
    }
    for (plan, lag) in zip(plan.groups, groups) {
      guard let lag, lag.beyond > 0,
        let settings = declaration.groups.first(where: { $0.name.text == plan.name })?.setting.settings,
        let disorder = settings["disorder"]
      else { continue }
      findings.warning(
        "disorder-too-short",
        "\(share(lag)) of the sample come later than `disorder` allows (\(lag.limit)), up to \(lag.greatest) behind the newest; their groups are cut in two",
        at: disorder.span, hint: "write `disorder: \(lag.greatest)`")
    }
  }

  private func share(_ lag: Lag) -> String {
    "\(lag.beyond) of \(lag.rows) \(lag.rows == 1 ? "row" : "rows")"
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded(.up) / 1000 }
}
