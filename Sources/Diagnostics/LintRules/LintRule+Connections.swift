extension FindingCode {
  package static let constantsFile = FindingCode("constants-file")
  package static let simulateRecord = FindingCode("simulate-record")
  package static let sourceRecord = FindingCode("source-record")
  package static let sourceMix = FindingCode("source-mix")
  package static let sourceCounter = FindingCode("source-counter")
  package static let kafkaSetting = FindingCode("kafka-setting")
  package static let secretInFile = FindingCode("secret-in-file")
  package static let mergeWindow = FindingCode("merge-window")
  package static let fileClash = FindingCode("file-clash")
  package static let sinkClash = FindingCode("sink-clash")
}

extension LintRule {
  /// Where rows come from, how they are made, and where results go.
  static let connections: [LintRule] = [
    LintRule(
      .constantsFile,
      "A file of constants cannot be read, has no line of the form `5, 93.9`, or stands beside `values`.",
      wrong: "constants: {offset: {by: chamber, file: no-such-folder/offsets.csv}}",
      fix: "Write the path from the folder of the file that it stands in, and the constants as the message says.",
      right: "constants: {offset: {by: chamber, values: {0: 93.9 ns, 1: 101.4 ns}}}"),
    LintRule(
      .simulateRecord,
      "The simulated telescope writes the six fields of `detectors/minidt` as text, and the record is another.",
      wrong: """
        pipeline: other-record
        record: {format: csv, fields: {TDC: u8, BX: u16, ORBIT: u32}}
        sources: {telescope: {simulate: {seed: 1}}}
        histograms: {hits: {count: hits}}
        """,
      fix: "Use that record, or another source.",
      right: """
        pipeline: that-record
        uses: [detectors/minidt]
        sources: {telescope: {simulate: {seed: 1}}}
        histograms: {hits: {count: hits}}
        """),
    LintRule(
      .sourceMix,
      "A pipeline reads topics and something else. A topic is read again from where its results end, when a claim is lost or a group moves partitions; files and simulations are read once.",
      wrong: """
        sources:
          live: {kafka: {brokers: localhost:9092, topic: dt-hits}}
          old: {file: {path: hits.csv}}
        """,
      fix: "Give each kind a pipeline of its own.",
      right: "sources: {live: {kafka: {brokers: localhost:9092, topic: dt-hits}}}"),
    LintRule(
      .sourceRecord,
      "A source has a record of its own that does not fit the pipeline: a field that the pipeline uses is missing, or is of another kind or unit.",
      wrong: """
        sources: {board1: {file: {path: b.bin}, record: {format: words, fields: {CHAN: 9, FPGA: 3, HEAD: 3}}}}
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """,
      fix:
        "Fields are found by their names: give it the names of the pipeline's record. A field that is a whole number in one record and has fractions in another is best declared as a float in the pipeline's. See [language.md](language.md#sources).",
      right: """
        sources: {board1: {file: {path: b.bin}, record: {format: words, fields: {TDC_CHANNEL: 9, FPGA: 3, HEAD: 3}}}}
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """),
    LintRule(
      .sourceCounter, .warning,
      "A counter that orders rows, such as an orbit number, is not as wide as in the pipeline's record. It begins again from 0 after another number of bits, and from then on its rows are taken for rows of another time.",
      wrong: """
        window: {span: 22448 of ORBIT_CNT}
        sources:
          board1: {file: {path: b.bin}, record: {format: words, fields: {ORBIT_CNT: 20, TDC_CHANNEL: 9, FPGA: 3, HEAD: 3}}}
        """,
      fix:
        "Where the counter really is that short, and the run is long enough for it to begin again, give that source a pipeline of its own.",
      right: """
        window: {span: 22448 of ORBIT_CNT}
        sources:
          board1: {file: {path: b.bin}, record: {format: words, fields: {ORBIT_CNT: 32, TDC_CHANNEL: 9, FPGA: 3, HEAD: 3}}}
        """),
    LintRule(
      .kafkaSetting,
      "A setting under `settings:` that librdkafka does not know or whose value it refuses, or one that another key decides.",
      wrong:
        "sources: {telescope: {kafka: {brokers: localhost:9092, topic: dt-hits, settings: {group.id: shift}}}}",
      fix:
        "The hint says which key to use instead; librdkafka's CONFIGURATION.md lists its settings and their values.",
      right: "sources: {telescope: {kafka: {brokers: localhost:9092, topic: dt-hits, group: shift}}}"),
    LintRule(
      .secretInFile, .warning,
      "A password or a key stands in the file as it is, for everybody who reads the file. The line is printed without it.",
      wrong:
        "sinks: [{kafka: {brokers: \"localhost:9092\", topic: dt-results, settings: {sasl.password: swordfish}}}]",
      fix: "Take it from the environment.",
      right:
        "sinks: [{kafka: {brokers: \"localhost:9092\", topic: dt-results, settings: {sasl.password: \"${KAFKA_PASSWORD:-}\"}}}]"
    ),
    LintRule(
      .mergeWindow,
      "The results of several instances are to be merged, and the window is not the same for all of them: windows of rows, and of the whole input, are each instance's own.",
      wrong: """
        window: {rows: 1000}
        sinks: [{kafka: {brokers: "localhost:9092", topic: dt-results, merge: true}}]
        """,
      fix: "Use `every` or a span of the record's clock.",
      right: """
        window: {every: 2 s}
        sinks: [{kafka: {brokers: "localhost:9092", topic: dt-results, merge: true}}]
        """),
    LintRule(
      .fileClash,
      "Two sinks write the same file, or results go to a file that the pipeline reads: one would destroy what the other writes, or the input. By other names of a file, such as links, `run` finds it when it starts.",
      wrong: """
        sinks:
          - file: {path: results.jsonl}
          - file: {path: ./results.jsonl, format: uhi}
        """,
      fix: "Give one of them another path.",
      right: """
        sinks:
          - file: {path: results.jsonl}
          - file: {path: results-uhi.jsonl, format: uhi}
        """),
    LintRule(
      .sinkClash, .warning,
      "Two sinks take the same topic or port, or results go to the topic that the pipeline reads its rows from.",
      wrong: """
        sinks:
          - dashboard: {port: 8080}
          - dashboard: {port: 8080, keep: 10}
        """,
      fix: "Give one of them another topic or port.",
      right: """
        sinks:
          - dashboard: {port: 8080}
          - dashboard: {port: 8081, keep: 10}
        """),
  ]
}
