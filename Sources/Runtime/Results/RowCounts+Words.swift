import ChainExecution

extension RowCounts {
  /// All rows that were read.
  package var rows: UInt64 { records + malformed + late + stray }

  /// Whether there were rows and none of them could be decoded.
  package var isNothingDecoded: Bool { malformed > 0 && malformed == rows }

  /// What is not 0, as part of a sentence.
  package var summary: String {
    [
      ("rows", records), ("malformed", malformed), ("late", late), ("stray", stray), ("disordered", disordered),
    ].filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }
}

/// The sentence for an input of which no row could be decoded.
///
/// - Parameter first: the first row of it: its place, what is wrong with it, and the row.
package func nothingDecoded(_ counts: RowCounts, first: String?) -> String {
  let rows = counts.malformed == 1 ? "the only row" : "any of the \(counts.malformed) rows"
  return
    "could not decode \(rows)\(first.map { "; the first is \($0)" } ?? ""). Compare it with `record`: the separator, the fields in their order with their types, the header"
}
