extension Check {
  static let plugins: [Check] = [
    Check(
      "missing-plugin", "No folder of plugins has it, or it cannot be read.",
      wrong: """
        pipeline: other-detector
        uses: [detectors/minidd]
        """,
      fix: "The hint gives the nearest name, or where plugins are looked for.",
      right: """
        pipeline: other-detector
        uses: [detectors/minidt]
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """),
    Check(
      "plugin-name", "A plugin calls itself otherwise than its file is called.",
      wrong: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [("plots/wires", "plugin: wires\nhistograms: {wires: {of: wire, bins: 64 from 0 to 64}}\n")]),
      fix: "Write `plugin:` with its path below the `plugins` folder, without `.yaml`.",
      right: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [("plots/wires", "plugin: plots/wires\nhistograms: {wires: {of: wire, bins: 64 from 0 to 64}}\n")])),
    Check(
      "plugin-clash", "Two plugins declare the same thing.",
      wrong: """
        pipeline: two-detectors
        uses: [detectors/minidt, detectors/minidt-run333]
        """,
      fix: "Use one, or declare it in the pipeline, which wins.",
      right: """
        pipeline: one-detector
        uses: [detectors/minidt-run333]
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """),
  ]
}
