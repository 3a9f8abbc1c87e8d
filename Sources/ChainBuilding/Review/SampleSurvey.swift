import ChainExecution
import Columns
import Diagnostics
import Specifications

/// What a sample of the input says of the pipeline: how far rows come behind the clock of its windows and of its groups.
package final class SampleSurvey {
  /// Where a row of the sample stands.
  struct Place {
    /// Nil for rows of a text.
    let file: String?
    /// Its line, from 1, or its number where records are not lines.
    let number: Int64
    /// Whether it is the first row that counts of a file behind another.
    let isFirst: Bool

    var words: String { file.map { "\($0):\(number)" } ?? "row \(number)" }
  }

  private let plan: ChainPlan
  private let frame: Frame
  private let decoder: any RecordDecoder
  private var window: SampleLag?
  private var groups: [SampleLag?]
  private var report = DecodeReport()
  private let rowSteps: RowStepRunner
  /// The file that rows are of, and its lines before them.
  private var file: (number: Int, name: String?)?
  private var lines: Int64 = 0
  /// Whether no row that counts came of it.
  private var isAtFile = false

  /// A survey of rows in the pipeline's own record.
  package init(_ plan: ChainPlan) {
    self.plan = plan
    frame = Frame(layout: plan.rowLayout)
    decoder = plan.formats[0].makeDecoder(columns: plan.inputs[0].columns, categories: plan.categories)
    rowSteps = RowStepRunner(plan.rowSteps)
    if case .span(let windows) = plan.window { window = SampleLag(wrapBits: windows.wrapBits, limit: windows.late) }
    groups = plan.groups.map { group in
      group.key.count == 1 ? group.disorder.map { SampleLag(wrapBits: group.wrapBits, limit: $0) } : nil
    }
  }

  /// Whether a sample can say anything: the pipeline has a clock or a limit of disorder.
  package var isOfUse: Bool {
    // Programs are not started to look at a sample.
    plan.programs.isEmpty && (window != nil || groups.contains { $0 != nil })
  }

  /// Rows of the sample, and those that are malformed.
  package private(set) var rows = 0
  package var malformed: Int { report.malformed }

  /// Takes a row that is too long to be one.
  package func add(_ refused: MalformedRow) { report.add(refused) }

  /// Takes a stretch of the sample in whole rows, of a file by its number, with the lines before that are no rows.
  package func add(
    _ bytes: UnsafeRawBufferPointer, order: FieldOrder, file number: Int = 0, named name: String? = nil,
    linesBefore: Int64 = 0
  ) throws(ChainFault) {
    if file?.number != number {
      if file != nil {
        for (index, group) in plan.groups.enumerated() where group.isWithinFile { groups[index]?.begin() }
      }
      file = (number, name)
      lines = 0
      isAtFile = true
    }
    lines += linesBefore
    var offset = 0
    while offset < bytes.count {
      let start = offset
      let passed = report.lines
      offset = decoder.decode(bytes, from: offset, order: order, into: frame, report: &report)
      if let fault = report.fault { throw fault }
      for conversion in plan.inputs[0].conversions { conversion.run(frame) }
      rows += frame.count
      if frame.count > 0 { take(UnsafeRawBufferPointer(rebasing: bytes[start..<offset]), from: start) }
      lines += Int64(report.lines - passed)
      if offset == start { break }
    }
  }

  /// Takes the rows of a batch, whose bytes begin at `start`.
  private func take(_ bytes: UnsafeRawBufferPointer, from start: Int) {
    for step in plan.cleansingSteps { step.run(frame) }
    let kept = (0..<frame.count).filter { row in
      plan.rules.allSatisfy { (frame.flag($0.flag)[row] == 1) == $0.keeps }
    }
    guard !kept.isEmpty else { return }
    for (place, row) in kept.enumerated() { frame.selection[place] = Int32(truncatingIfNeeded: row) }
    frame.selectedCount = kept.count
    rowSteps.run(frame, stream: 0)
    func place(_ index: Int) -> Place {
      var number = lines + Int64(kept[index]) + 1
      if case .lines = plan.format.framing {
        let before = bytes[..<(Int(frame.rowOffsets[kept[index]]) - start)]
        number = lines + before.reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
      }
      return Place(file: file?.name, number: number, isFirst: index == 0 && isAtFile)
    }
    if case .span(let windows) = plan.window {
      window?.add(values(windows.slot, kept, ticks: windows.ticksPerUnit), place: place)
    }
    for (number, group) in plan.groups.enumerated() where groups[number] != nil {
      groups[number]?.add(values(group.key[0].slot, kept, ticks: 1), place: place)
    }
    isAtFile = false
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

  /// Reports limits that are shorter than what was seen, and counters that begin again.
  package func report(_ declaration: Declaration, findings: Findings) {
    if let window, let restart = window.restarts.first, case .span(let windows) = plan.window,
      let settings = declaration.window
    {
      let unit = windows.ticksPerUnit
      let (from, to) =
        unit == 1
        ? ("\(restart.from)", "\(restart.to)")
        : ("\(rounded(Double(restart.from) / unit))", "\(rounded(Double(restart.to) / unit))")
      findings.warning(
        .clockRestarts,
        "the clock `\(windows.label)` goes from \(from) back to \(to) at \(words(window)): several runs would fall into the same windows, or the later ones be `late`",
        at: settings.span(of: WindowKeys.span),
        hint:
          "split the input there, and count each run by itself with `--input`; a longer `late` would lay the runs over each other"
      )
    }
    if let window, window.beyond > 0, case .span(let windows) = plan.window, let settings = declaration.window {
      let unit = windows.ticksPerUnit
      let wanted = unit == 1 ? "\(window.greatest)" : "\(rounded(Double(window.greatest) / unit))"
      let late = settings.setting(WindowKeys.late)
      let limit = late?.node.scalar?.written ?? settings[WindowKeys.late].text
      findings.warning(
        .lateTooShort,
        "\(share(window)) of the sample come later than `late` allows (\(limit)), up to \(wanted) behind the clock of `\(windows.label)`",
        at: settings.isGiven(WindowKeys.late) ? settings.span(of: WindowKeys.late) : settings.span,
        hint: "write `late: \(wanted)`, with the unit of `\(windows.label)` if it has one")
    }
    for (plan, lag) in zip(plan.groups, groups) {
      guard let lag,
        let settings = declaration.groups.first(where: { $0.name.text == plan.name })?.setting.settings,
        let disorder = settings.setting(GroupKeys.disorder)
      else { continue }
      if let restart = lag.restarts.first {
        let isSplit = lag.restarts.allSatisfy { $0.isAtFile }
        findings.warning(
          .clockRestarts,
          "the key of `\(plan.name)` goes from \(restart.from) back to \(restart.to) at \(words(lag)): groups of several runs would have the same keys",
          at: settings.setting(GroupKeys.by)?.span ?? disorder.span,
          hint: isSplit
            ? "write `within: file` in the group, or as a parameter of its plugin: each file then has its own"
            : "split the input there, and write `within: file` in the group, or count each run by itself with `--input`; a longer `disorder` would lay the runs over each other"
        )
      }
      guard lag.beyond > 0 else { continue }
      findings.warning(
        .disorderTooShort,
        "\(share(lag)) of the sample come later than `disorder` allows (\(lag.limit)), up to \(lag.greatest) behind the newest; their groups are cut in two",
        at: disorder.span, hint: "write `disorder: \(lag.greatest)`")
    }
  }

  private func words(_ lag: SampleLag) -> String {
    let first = lag.restarts[0].place?.words ?? "a row"
    let more = lag.restarts.count - 1
    return more == 0 ? first : "\(first), and again at \(more) \(more == 1 ? "place" : "places") behind"
  }

  private func share(_ lag: SampleLag) -> String {
    "\(lag.beyond) of \(lag.rows) \(lag.rows == 1 ? "row" : "rows")"
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded(.up) / 1000 }
}
