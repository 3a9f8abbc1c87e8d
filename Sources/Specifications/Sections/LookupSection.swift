/// The keys of a table of constants.
package enum LookupKeys {
  package static let by = TypedKey.identifier("by", required: true, "The column that chooses.")
  package static let values = TypedKey.mapping(
    "values", key: .any, value: .anyQuantity, "The number for each value of the column.")
  package static let file = TypedKey.path(
    "file",
    "A text file that has them instead: a line for each, the value of the column and the number, separated by a comma, a semicolon or blanks, with a header or without. Its path goes from the folder of the file that it stands in."
  )
  package static let column = DefaultKey.reading(
    "column", .text, default: "2", "The number or the name of the file's column that has the numbers."
  ) { $0.text }
  package static let unit = TypedKey.text("unit", "The unit of the file's numbers.")
}

/// What `constants:` declares of itself.
package enum LookupSection {
  package static let specification = Specification(
    kind: .section, name: "constants",
    summary: "Numbers with a name: one for all rows, or one for each value of a column.",
    details:
      "`v_drift: 53.8 um/ns` is one number. A table gives one for each value of `by`; where it has none, it is unknown.",
    keys: [LookupKeys.by, LookupKeys.values, LookupKeys.file, LookupKeys.column, LookupKeys.unit],
    example: "constants: {scintillator_offset: {by: chamber, values: {0: 93.9 ns, 1: 101.4 ns}}}")
}
