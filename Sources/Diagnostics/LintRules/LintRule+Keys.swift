extension FindingCode {
  package static let unknownKey = FindingCode("unknown-key")
  package static let missingKey = FindingCode("missing-key")
  package static let unknownComponent = FindingCode("unknown-component")
  package static let wrongType = FindingCode("wrong-type")
  package static let badName = FindingCode("bad-name")
  package static let duplicateName = FindingCode("duplicate-name")
  package static let badFieldType = FindingCode("bad-field-type")
  package static let unknownUnit = FindingCode("unknown-unit")
  package static let badBins = FindingCode("bad-bins")
  package static let badOverride = FindingCode("bad-override")
}

extension LintRule {
  /// Keys, names and the values of keys.
  static let keys: [LintRule] = [
    LintRule(
      .unknownKey, "Nothing declares this key. The hint gives the nearest key that exists, if one is near.",
      wrong: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64, pre: chamber}
        """,
      fix:
        "Write the key that is meant. In braces, a value with a comma needs quotes, or what follows the comma is taken for a key: `bins: \"categories 2, 5\"`.",
      right: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}
        """),
    LintRule(
      .missingKey, "A key that must be there is not.",
      wrong: """
        histograms:
          occupancy: {of: wire}
        """,
      fix: "Add it; the hint says with what.",
      right: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64}
        """),
    LintRule(
      .unknownComponent, "There is no source, sink or format of that name.",
      wrong: "sinks: [{flie: {path: results.jsonl}}]",
      fix: "`hitmon list sink` shows those that there are.",
      right: "sinks: [{file: {path: results.jsonl}}]"),
    LintRule(
      .wrongType,
      "A value is of another kind than the key takes: a list for a number, a text for a whole number, a number outside its limits.",
      wrong: "window: {rows: many}",
      fix: "`hitmon list KIND NAME` says what each key takes.",
      right: "window: {rows: 50000}"),
    LintRule(
      .badName, "A column, constant or group has a name that an expression could not use.",
      wrong: """
        columns:
          drift-time: drift
        """,
      fix: "Use letters, digits and `_`; words such as `and` and `in` are taken.",
      right: """
        columns:
          drift_time: drift
        """),
    LintRule(
      .duplicateName, "A name is given twice, to a field, a column, a constant, or a plugin in `uses`.",
      wrong: """
        columns:
          wire: TDC_CHANNEL // 2
        """,
      fix: "Rename one. The note shows the other.",
      right: """
        columns:
          pair: TDC_CHANNEL // 2
        """),
    LintRule(
      .badFieldType, "A field's type is none, or does not fit the format.",
      wrong: """
        pipeline: heads
        record: {format: csv, fields: {HEAD: uint8}}
        histograms: {heads: {of: HEAD, bins: integers 0..7}}
        """,
      fix:
        "Types are u8 to u64, i8 to i64, f32, f64, text, date, time, datetime, with a unit if there is one. Bit fields of `words` take a number of bits.",
      right: """
        pipeline: heads
        record: {format: csv, fields: {HEAD: u8}}
        histograms: {heads: {of: HEAD, bins: integers 0..7}}
        """),
    LintRule(
      .unknownUnit, "There is no such unit.",
      wrong: "constants: {offset: 3 nsec}",
      fix: "The hint lists them or gives the nearest.",
      right: "constants: {offset: 3 ns}"),
    LintRule(
      .badBins, "Bins are not written as bins, are empty, not ascending, or too many.",
      wrong: """
        histograms:
          occupancy: {of: wire, bins: 64 from 64 to 0}
        """,
      fix: "[language.md](language.md#histograms) has all forms.",
      right: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64}
        """),
    LintRule(
      .badOverride,
      "A `--set` has no `=`, or leads to something that does not exist: an item beyond the end of a list, a key inside a number.",
      wrong: Example("window: {every: 2 s}", overrides: ["window"]),
      fix: "Give the path, `=`, and the value.",
      right: Example("window: {every: 2 s}", overrides: ["window=all"])),
  ]
}
