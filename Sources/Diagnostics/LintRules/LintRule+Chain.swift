extension FindingCode {
  package static let needsGroup = FindingCode("needs-group")
  package static let needsHits = FindingCode("needs-hits")
  package static let orderAcrossSources = FindingCode("order-across-sources")
  package static let lastNever = FindingCode("last-never")
  package static let badDisorder = FindingCode("bad-disorder")
  package static let mixedWithin = FindingCode("mixed-within")
  package static let groupKeyTooWide = FindingCode("group-key-too-wide")
  package static let perUnbounded = FindingCode("per-unbounded")
  package static let perMany = FindingCode("per-many")
  package static let badWindow = FindingCode("bad-window")
  package static let windowMostlyEmpty = FindingCode("window-mostly-empty")
  package static let noHistograms = FindingCode("no-histograms")
}

extension LintRule {
  /// Groups, windows and histograms.
  static let chain: [LintRule] = [
    LintRule(
      .needsGroup,
      "A value of a group stands where groups are not known yet: in cleansing, in the chamber map, in another group's value, in a window's clock.",
      wrong: "cleansing: [{keep: orbit.t0 is known}]",
      fix: "Move the condition to `where:` of a histogram.",
      right: "histograms: {occupancy: {of: wire, bins: 64 from 0 to 64, where: orbit.t0 is known}}"),
    LintRule(
      .needsHits,
      "A value of a hit before (`last`) stands where it is not known yet what a hit is: in cleansing, in the chamber map.",
      wrong: """
        columns: {start: {last: time, where: TDC_CHANNEL == 128}}
        cleansing: [{drop: time - start > 500 ns}]
        histograms: {hits: {count: hits}}
        """,
      fix: "Move the condition to `where:` of a histogram.",
      right: """
        columns: {start: {last: time, where: TDC_CHANNEL == 128}}
        histograms: {hits: {count: hits, where: time - start <= 500 ns}}
        """),
    LintRule(
      .orderAcrossSources,
      "A value of the hit before (`last`, `dead_time`) in a pipeline of several sources. Their rows come in no order among each other, so that none sees one of another source.",
      wrong: """
        sources: {a: {file: {path: a.txt}}, b: {file: {path: b.txt}}}
        columns: {start: {last: time, where: TDC_CHANNEL == 128}}
        histograms: {delay: {of: time - start, bins: 10 from 0 ns to 500 ns}}
        """,
      fix: "Count one source in each run, or bring their rows into one file or topic, in the order of time.",
      right: """
        sources: {a: {file: {path: a.txt}}}
        columns: {start: {last: time, where: TDC_CHANNEL == 128}}
        histograms: {delay: {of: time - start, bins: 10 from 0 ns to 500 ns}}
        """),
    LintRule(
      .lastNever, .warning,
      "A value of the hit before that no hit can give: cleansing drops every row that its `where` asks for. Dropped rows are no hits, and are not remembered.",
      wrong: """
        cleansing: [{keep: TDC_CHANNEL < 128}]
        columns: {start: {last: time, where: TDC_CHANNEL == 128}}
        histograms: {delay: {of: time - start, bins: 10 from 0 ns to 500 ns}}
        """,
      fix: "Let cleansing keep those rows, and leave them out with `where:` of the histograms.",
      right: """
        cleansing: [{keep: TDC_CHANNEL <= 128}]
        columns: {start: {last: time, where: TDC_CHANNEL == 128}}
        histograms: {delay: {of: time - start, bins: 10 from 0 ns to 500 ns, where: TDC_CHANNEL < 128}}
        """),
    LintRule(
      .badDisorder, "`disorder` is a distance in one column, and the group goes by several.",
      wrong: """
        groups:
          board: {by: [ORBIT_CNT, FPGA], disorder: 100, hits: count}
        histograms: {hits: {of: board.hits, bins: integers 0..15}}
        """,
      fix: "Leave it out, or group by one column.",
      right: """
        groups:
          board: {by: [ORBIT_CNT, FPGA], hits: count}
        histograms: {hits: {of: board.hits, bins: integers 0..15}}
        """),
    LintRule(
      .mixedWithin,
      "Rows of a histogram wait for several groups, and not all of these have `within: file`.",
      wrong: """
        groups:
          event: {by: ORBIT_CNT, within: file, first: min(time)}
          board: {by: FPGA, hits: count}
        histograms:
          delay: {of: time - event.first, bins: 10 from 0 ns to 500 ns, where: board.hits > 100}
        """,
      fix: "Write `within: file` in both groups, or in neither.",
      right: """
        groups:
          event: {by: ORBIT_CNT, within: file, first: min(time)}
          board: {by: FPGA, within: file, hits: count}
        histograms:
          delay: {of: time - event.first, bins: 10 from 0 ns to 500 ns, where: board.hits > 100}
        """),
    LintRule(
      .groupKeyTooWide, "The columns of a group's key need more than 63 bits together.",
      wrong: """
        groups:
          cell: {by: [ORBIT_CNT, BX_COUNTER, TDC_CHANNEL], hits: count}
        histograms: {hits: {of: cell.hits, bins: integers 0..15}}
        """,
      fix: "Group by fewer or narrower columns.",
      right: """
        groups:
          cell: {by: [ORBIT_CNT, TDC_CHANNEL], hits: count}
        histograms: {hits: {of: cell.hits, bins: integers 0..15}}
        """),
    LintRule(
      .perUnbounded,
      "`per` takes a column of floats, or splits a value of a group by a column of more than 256 values.",
      wrong: """
        groups:
          crossing: {by: ORBIT_CNT, crossings: {distinct: BX_COUNTER, per: TDC_CHANNEL}}
        histograms: {crossings: {of: crossing.crossings, bins: integers 0..15}}
        """,
      fix: "Split by a column such as `chamber`; round floats in `columns:`.",
      right: """
        groups:
          crossing: {by: ORBIT_CNT, crossings: {distinct: BX_COUNTER, per: chamber}}
        histograms: {crossings: {of: crossing.crossings, bins: integers 0..15}}
        """),
    LintRule(
      .perMany, .warning,
      "`per` takes a column that can have more values than anybody looks at, such as a counter: there is a set of counts for each value, up to 10,000 of them, and what comes after those is counted nowhere but in the totals.",
      wrong: "histograms: {occupancy: {of: wire, bins: 64 from 0 to 64, per: ORBIT_CNT}}",
      fix: "Split by a column with few values, or make the column an axis.",
      right: "histograms: {occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}}"),
    LintRule(
      .badWindow, "A window is too short (below 10 ms), too long, or its span has no clock or no length.",
      wrong: "window: {span: 22448 ORBIT_CNT}",
      fix: "Write a length, `of`, and the column that it is a length of.",
      right: "window: {span: 22448 of ORBIT_CNT}"),
    LintRule(
      .windowMostlyEmpty, .warning,
      "Windows are shorter than the time from one row of the emulator, or of the simulated telescope, to the next: most of them will be empty.",
      wrong: """
        window: {every: 10 ms}
        emulate: {rate: 20 /s}
        """,
      fix: "Take longer windows, or a higher rate.",
      right: """
        window: {every: 1 s}
        emulate: {rate: 20 /s}
        """),
    LintRule(
      .noHistograms, .warning, "The pipeline counts rows and plots nothing.",
      wrong: """
        pipeline: empty
        uses: [detectors/minidt]
        """,
      fix: "Add `histograms:`.",
      right: """
        pipeline: telescope
        uses: [detectors/minidt]
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """),
  ]
}
