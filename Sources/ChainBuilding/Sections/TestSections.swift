import Specifications

/// The keys of one of the `tests:`.
package enum TestKeys {
  package static let rows = TypedKey.oneOrMore(
    "rows", of: .any, required: true,
    "The rows: lines of text, or a list. An item of the list is a line of text, bytes in hexadecimal for a binary record, or a block with a value for each field: `{HEAD: 2, FPGA: 0}`; fields that are left out are 0."
  )
  package static let expect = TypedKey.oneOrMore(
    "expect", of: .block(TestSections.expectation), required: true,
    "What comes out; a list has one item for each window, in order.")
  package static let with = TypedKey.mapping("with", key: .identifier, value: .any, "Parameters of the plugin.")
  /// What it takes is said where the sections of a pipeline are known.
  package static let given = TypedKey.settings("given", .any, "")
}

/// The keys of what a test expects of a window.
package enum ExpectationKeys {
  package static let counts = TypedKey.block("counts", TestSections.counts, TestSections.counts.summary)
  package static let columns = TypedKey.mapping(
    "columns", key: .name, value: .list(.any),
    "Columns, each with its value for every hit, in the order of the rows: a number with its unit, `true`, `false` or `unknown`. Texts are not compared. All rows are one window here."
  )
  package static let malformed = TypedKey.mapping(
    "malformed", key: .any, value: .text,
    "The rows that cannot be decoded, by their number from 1, each with a part of the reason; at most 5. All others can be."
  )
  package static let histograms = TypedKey.mapping(
    "histograms", key: .any, value: .any, "Histograms by name, with their contents.")
}

/// What `tests:` declares of itself.
package enum TestSections {
  package static let counts = Specification(
    kind: .section, name: "counts", summary: "How many rows a test expects of each kind.",
    keys: [
      Key("records", rows, "Rows that could be decoded."),
      Key("malformed", rows, "Rows that could not."),
      Key("dropped", rows, "Rows that cleansing took out."),
      Key("hits", rows, "Rows that were left."),
      Key("unmapped", rows, "Hits that belong to no chamber."),
      Key("late", rows, "Rows behind windows that were published."),
      Key("stray", rows, "Rows without a window."),
      Key("disordered", rows, "Groups that started again."),
    ],
    example: "tests: {no hit: {rows: [\"0,0,5,100,10,3\"], expect: {counts: {records: 1, hits: 0, dropped: 1}}}}")

  private static let rows = ValueForm.integer(0...Int64.max)

  package static let expectation = Specification(
    kind: .section, name: "expect",
    summary: "What comes out of a test's rows. What is not named is not looked at.",
    details: """
      A histogram is named as in results: `occupancy`, or `occupancy/0` where it is split. Its value is a block of values
      and counts, `{5: 2, 17: 1, overflow: 3}`: the bin that holds 5 has 2, and all bins that are not named, underflow,
      overflow and unknown are empty. A list has the count of every bin. A single number is the number of entries in all
      bins. The bins of a 2D histogram are named `"5, 120 ns"`, x then y; those of a profile have their mean; points are a
      list of pairs, `[[100, 2], [101, 1]]`. Numbers are the same if they differ by less than one part in 1e9.
      """,
    keys: [
      ExpectationKeys.counts, ExpectationKeys.columns, ExpectationKeys.malformed, ExpectationKeys.histograms,
    ],
    example: """
      tests:
        a hit:
          given: {histograms: {wires: {of: wire, bins: 64 from 0 to 64, per: chamber}}}
          rows: ["2,0,5,100,10,3", "2,1,128,100,5,0"]
          expect: {counts: {hits: 2}, columns: {wire: [5, unknown]}, histograms: {wires/0: {5: 1}, wires/1: 0}}
      """)

  /// One of the `tests:`; `surroundings` are the sections that `given` takes.
  static func test(_ surroundings: [any KeyDeclaration]) -> Specification {
    Specification(
      kind: .section, name: "tests",
      summary: "Rows that go in, and what must come out: what `hitmon test` runs.",
      details: """
        The test of a plugin is a pipeline of its own that uses the plugin. Windows by time of arrival are one window, as all
        rows of a test arrive at once. Sources and sinks are not opened.
        """,
      keys: [
        TestKeys.rows, TestKeys.expect, TestKeys.with,
        TestKeys.given.taking(
          .block(
            Specification(
              kind: .section, name: "given", summary: "What the pipeline of a test has beside.", keys: surroundings,
              example: "given: {record: {format: csv, fields: {wire: u8}}}")),
          "Sections of the pipeline around a plugin. In a pipeline's own test they replace its own."),
      ],
      example: """
        tests:
          a hit of wire 5:
            given: {record: {format: csv, fields: {wire: u8}}, histograms: {wires: {of: wire, bins: integers 0..7}}}
            rows: |
              5
              six
            expect: {counts: {records: 1, malformed: 1}, malformed: {2: not a number}, histograms: {wires: {5: 1}}}
        """)
  }
}
