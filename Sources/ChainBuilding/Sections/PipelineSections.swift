import Specifications

/// The sections of a pipeline and of a plugin.
package enum PipelineSections {
  package static let keep = Specification(
    kind: .cleansing, name: "keep", summary: "Keeps the rows that meet a condition.",
    details: "Rows for which the condition is unknown are dropped.",
    keys: [Key("keep", .condition, required: true, "The condition.")],
    example: "cleansing: [{keep: HEAD == 2}]")

  package static let drop = Specification(
    kind: .cleansing, name: "drop", summary: "Drops the rows that meet a condition.",
    details: "Rows for which the condition is unknown are kept.",
    keys: [Key("drop", .condition, required: true, "The condition.")],
    example: "cleansing: [{drop: TDC_CHANNEL == 17 and FPGA == 1}]")

  package static let deadTime = Specification(
    kind: .cleansing, name: "dead_time",
    summary: "Drops rows that come too soon behind the row before them in the same channel.",
    details: """
      The row before is the one before it in the stream that passes all `keep` and `drop` rules, dropped here or not, in
      whichever window: a dead time that each pulse extends. Rows whose time or channel is unknown are kept. It needs rows in
      their order, so the chain counts on one thread. A run begins without a row before; so does each partition of a topic.
      """,
    keys: [
      Key("dead_time", .anyQuantity, required: true, "How far apart two rows must be, in the unit of the time."),
      Key("of", .expression, required: true, "The time of a row."),
      Key("per", .oneOrMore(.expression), required: true, "What makes a channel: whole numbers."),
    ],
    example: "cleansing: [{dead_time: 100 ns, of: time, per: [FPGA, TDC_CHANNEL]}]")

  package static let cleansing = [keep, drop, deadTime]

  package static let chamber = Specification(
    kind: .section, name: "chambers",
    summary: "The chamber map: which chamber, and which wire in it, a hit belongs to.",
    details: """
      The first row that matches takes the hit. A hit that none takes is unmapped: it counts in the total, in no chamber, and
      in `unmapped`; its chamber and wire are unknown. The pipeline's own rows come before those of its plugins.
      """,
    keys: [
      Key("chamber", .integer(-1_000_000...1_000_000), required: true, "The chamber's number."),
      Key("when", .condition, required: true, "Which hits belong to it."),
    ],
    freeKeys: Key("COLUMN", .expression, "A column of the hit in its chamber, such as `wire: TDC_CHANNEL - 64`."),
    example: "chambers: [{chamber: 1, when: FPGA == 0 and TDC_CHANNEL in 64..127, wire: TDC_CHANNEL - 64}]")

  package static let lookup = Specification(
    kind: .section, name: "constants",
    summary: "Numbers with a name: one for all rows, or one for each value of a column.",
    details:
      "`v_drift: 53.8 um/ns` is one number. A table gives one for each value of `by`; where it has none, it is unknown.",
    keys: [
      Key("by", .identifier, required: true, "The column that chooses."),
      Key("values", .mapping(key: .any, value: .anyQuantity), "The number for each value of the column."),
      Key(
        "file", .path,
        "A text file that has them instead: a line for each, the value of the column and the number, separated by a comma, a semicolon or blanks, with a header or without. Its path goes from the folder of the file that it stands in."
      ),
      Key("column", .text, default: "2", "The number or the name of the file's column that has the numbers."),
      Key("unit", .text, "The unit of the file's numbers."),
    ],
    example: "constants: {scintillator_offset: {by: chamber, values: {0: 93.9 ns, 1: 101.4 ns}}}")

  /// What an entry of `sources:` may hold beside its source.
  package static func source(_ sources: [Specification]) -> Specification {
    Specification(
      kind: .section, name: "sources",
      summary: "Where rows come from: one source, or several whose rows merge into one chain.",
      details: """
        Each source has a name of your choice. A source whose rows are made otherwise than the pipeline's `record` says has
        a `record` of its own beside it. Its fields are found by their names: it must have all that the pipeline uses, with
        the same kind of values and the same unit, in any order and of any width. A float of the pipeline takes whole numbers
        and other units of its dimension too. Where the pipeline has no `record`, that of the first source which has one
        stands for it.
        """,
      keys: [Key("record", record, "How a row of this source is made; the pipeline's `record` if left out.")],
      freeKeys: Key("SOURCE", .component(sources), "The source itself."),
      example: """
        sources:
          board0: {file: {path: board0.txt}}
          board1:
            file: {path: board1.bin}
            record: {format: words, fields: {TDC_MEAS: 5, BX_COUNTER: 12, ORBIT_CNT: 32, TDC_CHANNEL: 9, FPGA: 3, HEAD: 3}}
        """)
  }

  private static let record = ValueForm.selected(by: "format", DecoderComponent.all.map(\.specification))

  /// The keys that a plugin and a pipeline share: everything that describes the detector and its plots.
  static let sharedKeys: [Key] = [
    Key("description", .text, default: "\"\"", "One sentence on what it is."),
    Key("record", record, "How a row of the input is made."),
    Key("cleansing", .list(.variant(cleansing)), "Rules that keep or drop rows; a row must pass all of them."),
    Key("chambers", .list(.block(chamber)), chamber.summary),
    Key("constants", .mapping(key: .identifier, value: .any), lookup.summary),
    Key(
      "columns", .mapping(key: .identifier, value: .expressionOr(OperatorSections.last)),
      "Columns computed from others, in any order: expressions, or a value of the last hit before (`last`)."),
    Key("native", .oneOrMore(.blockOrFirst(OperatorSections.native)), OperatorSections.native.summary),
    Key("external", .oneOrMore(.block(OperatorSections.external)), OperatorSections.external.summary),
    Key("groups", .mapping(key: .identifier, value: .block(GroupSections.group)), GroupSections.group.summary),
    Key(
      "histograms", .mapping(key: .name, value: .variant(HistogramComponent.all.map(\.specification))),
      "What is counted and published."),
    Key("layouts", .mapping(key: .name, value: .block(DashboardSections.layout)), DashboardSections.layout.summary),
  ]

  package static func pipeline(
    sources: [Specification], sinks: [Specification], emulate: Specification
  ) -> Specification {
    Specification(
      kind: .section, name: "pipeline",
      summary: "A pipeline: a detector, its plots, where hits come from and where results go.",
      keys: [
        Key("pipeline", .name, required: true, "The pipeline's name; it stands in every result."),
        uses,
        Key(
          "sources", .mapping(key: .name, value: .component(sources, beside: source(sources))),
          "Where rows come from, each under a name of your choice, with a `record` of its own if it has one."),
        window,
      ] + sharedKeys + [
        Key("sinks", .list(.component(sinks)), "Where results go."),
        Key("dashboard", .block(DashboardSections.dashboard), DashboardSections.dashboard.summary),
        Key("emulate", .block(emulate), emulate.summary), tests,
      ],
      example: "pipeline: dt-chambers")
  }

  private static let uses = Key(
    "uses", .list(.plugin),
    "Plugins, by their name under plugins/, with parameters where they take some: `[detectors/minidt, {plots/rate: {per: chamber}}]`. Their sections are merged in, in order; those of the file that uses them win."
  )

  private static let window = Key(
    "window", .variant(WindowSections.windows), "How the stream is cut into results; `all` if left out.")

  /// What a test may say of the pipeline that it runs.
  package static let test = TestSections.test([uses, window] + sharedKeys)

  private static let tests = Key("tests", .mapping(key: .any, value: .block(test)), test.summary)

  package static let plugin = Specification(
    kind: .section, name: "plugin", summary: "A plugin: sections that pipelines share.",
    keys: [
      Key("plugin", .path, required: true, "The plugin's name: its path under plugins/, without .yaml."),
      Key(
        "parameters", .mapping(key: .identifier, value: .block(Parameter.specification)),
        Parameter.specification.summary), uses,
    ] + sharedKeys + [tests],
    example: "plugin: detectors/minidt")
}
