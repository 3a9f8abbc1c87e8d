import Specifications

/// The keys of cleansing rules.
enum CleansingKeys {
  static let keep = TypedKey.condition("keep", required: true, "The condition.")
  static let drop = TypedKey.condition("drop", required: true, "The condition.")
  static let deadTime = TypedKey.anyQuantity(
    "dead_time", required: true, "How far apart two rows must be, in the unit of the time.")
  static let of = TypedKey.expression("of", required: true, "The time of a row.")
  static let per = TypedKey.oneOrMore(
    "per", of: .expression, required: true, "What makes a channel: whole numbers.")
}

/// The keys of a row of the chamber map.
package enum ChamberKeys {
  package static let chamber = TypedKey.integer(
    "chamber", -1_000_000...1_000_000, required: true, "The chamber's number.")
  package static let when = TypedKey.condition("when", required: true, "Which hits belong to it.")
}

/// The sections of a pipeline and of a plugin.
package enum PipelineSections {
  package static let keep = Specification(
    kind: .cleansing, name: "keep", summary: "Keeps the rows that meet a condition.",
    details: "Rows for which the condition is unknown are dropped.",
    keys: [CleansingKeys.keep],
    example: "cleansing: [{keep: HEAD == 2}]")

  package static let drop = Specification(
    kind: .cleansing, name: "drop", summary: "Drops the rows that meet a condition.",
    details: "Rows for which the condition is unknown are kept.",
    keys: [CleansingKeys.drop],
    example: "cleansing: [{drop: TDC_CHANNEL == 17 and FPGA == 1}]")

  package static let deadTime = Specification(
    kind: .cleansing, name: "dead_time",
    summary: "Drops rows that come too soon behind the row before them in the same channel.",
    details: """
      The row before is the one before it in the stream that passes all `keep` and `drop` rules, dropped here or not, in
      whichever window: a dead time that each pulse extends. Rows whose time or channel is unknown are kept. It needs rows in
      their order, so the chain counts on one thread. A run begins without a row before; so does each partition of a topic.
      """,
    keys: [CleansingKeys.deadTime, CleansingKeys.of, CleansingKeys.per],
    example: "cleansing: [{dead_time: 100 ns, of: time, per: [FPGA, TDC_CHANNEL]}]")

  package static let cleansing = [keep, drop, deadTime]

  package static let chamber = Specification(
    kind: .section, name: "chambers",
    summary: "The chamber map: which chamber, and which wire in it, a hit belongs to.",
    details: """
      The first row that matches takes the hit. A hit that none takes is unmapped: it counts in the total, in no chamber, and
      in `unmapped`; its chamber and wire are unknown. The pipeline's own rows come before those of its plugins.
      """,
    keys: [ChamberKeys.chamber, ChamberKeys.when],
    freeKeys: Key("COLUMN", .expression, "A column of the hit in its chamber, such as `wire: TDC_CHANNEL - 64`."),
    example: "chambers: [{chamber: 1, when: FPGA == 0 and TDC_CHANNEL in 64..127, wire: TDC_CHANNEL - 64}]")

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
      keys: [record.explained("How a row of this source is made; the pipeline's `record` if left out.")],
      freeKeys: Key("SOURCE", .component(sources), "The source itself."),
      example: """
        sources:
          board0: {file: {path: board0.txt}}
          board1:
            file: {path: board1.bin}
            record: {format: words, fields: {TDC_MEAS: 5, BX_COUNTER: 12, ORBIT_CNT: 32, TDC_CHANNEL: 9, FPGA: 3, HEAD: 3}}
        """)
  }

  private static let record = SectionKeys.record.taking(
    .selected(by: "format", DecoderComponent.all.map(\.specification)), "How a row of the input is made.")

  /// The keys that a plugin and a pipeline share: everything that describes the detector and its plots.
  static let sharedKeys: [any KeyDeclaration] = [
    SectionKeys.description,
    record,
    SectionKeys.cleansing.taking(
      .list(.variant(cleansing)), "Rules that keep or drop rows; a row must pass all of them."),
    SectionKeys.chambers.taking(.list(.block(chamber)), chamber.summary),
    SectionKeys.constants, SectionKeys.columns, SectionKeys.native, SectionKeys.external, SectionKeys.groups,
    SectionKeys.histograms.taking(
      .mapping(key: .name, value: .variant(HistogramComponent.all.map(\.specification))),
      "What is counted and published."),
    SectionKeys.layouts,
  ]

  package static func pipeline(
    sources: [Specification], sinks: [Specification], emulate: Specification
  ) -> Specification {
    let declared = SectionKeys.sources.taking(
      .mapping(key: .name, value: .component(sources, beside: source(sources))),
      "Where rows come from, each under a name of your choice, with a `record` of its own if it has one.")
    let own: [any KeyDeclaration] = [
      SectionKeys.sinks.taking(.list(.component(sinks)), "Where results go."), SectionKeys.dashboard,
      SectionKeys.emulate.taking(.block(emulate), emulate.summary), tests,
    ]
    return Specification(
      kind: .section, name: "pipeline",
      summary: "A pipeline: a detector, its plots, where hits come from and where results go.",
      keys: [SectionKeys.pipeline, SectionKeys.uses, declared, SectionKeys.window] + sharedKeys + own,
      example: "pipeline: dt-chambers")
  }

  /// What a test may say of the pipeline that it runs.
  package static let test = TestSections.test([SectionKeys.uses, SectionKeys.window] + sharedKeys)

  private static let tests = SectionKeys.tests.taking(.mapping(key: .any, value: .block(test)), test.summary)

  package static let plugin = Specification(
    kind: .section, name: "plugin", summary: "A plugin: sections that pipelines share.",
    keys: [SectionKeys.plugin, SectionKeys.parameters, SectionKeys.uses] + sharedKeys + [tests],
    example: "plugin: detectors/minidt")
}
