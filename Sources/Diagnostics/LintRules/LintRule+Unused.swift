extension FindingCode {
  package static let unusedColumn = FindingCode("unused-column")
  package static let unusedGroup = FindingCode("unused-group")
  package static let unusedPlugin = FindingCode("unused-plugin")
}

extension LintRule {
  static let unused: [LintRule] = [
    LintRule(
      .unusedColumn, .warning,
      "Nothing uses a column or a constant of the pipeline: no histogram, no rule, no chamber, no group, no window, not by way of other columns either. It costs nothing when it runs; it is more likely to be a slip. Plugins may declare what a pipeline leaves alone.",
      wrong: """
        columns: {late: BX_COUNTER > 3000}
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """,
      fix: "Use it, or delete it.",
      right: """
        columns: {late: BX_COUNTER > 3000}
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64, where: late}}
        """),
    LintRule(
      .unusedGroup, .warning,
      "Nothing uses a value of a group of the pipeline. The first group of a pipeline on Kafka is used all the same: its key is that of the emulator's messages.",
      wrong: """
        groups: {board: {by: FPGA, rows: count}}
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """,
      fix: "Plot one of its values, or delete it.",
      right: """
        groups: {board: {by: FPGA, rows: count}}
        histograms: {board_rows: {of: board.rows, bins: 100 from 0 to 100000}}
        """),
    LintRule(
      .unusedPlugin, .warning, "Nothing that a plugin declares is used.",
      wrong: Example(
        """
        uses: [detectors/minidt, columns/late]
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """, plugins: [("columns/late", "plugin: columns/late\ncolumns: {late: BX_COUNTER > 3000}\n")]),
      fix: "Use what it declares, or take it out of `uses`.",
      right: Example(
        """
        uses: [detectors/minidt, columns/late]
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64, where: late}}
        """, plugins: [("columns/late", "plugin: columns/late\ncolumns: {late: BX_COUNTER > 3000}\n")])),
  ]
}
