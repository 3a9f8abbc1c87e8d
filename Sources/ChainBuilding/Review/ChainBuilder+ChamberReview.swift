import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

extension ChainBuilder {
  /// Rows of the chamber map that no hit can reach, and rows of one file that take hits of each other.
  ///
  /// Every combination of the map's inputs is tried between which its conditions can differ. Maps with too many of them are
  /// not looked at, but for rows that cleansing rules out.
  func reviewChambers() {
    let rows = chambers.rows
    guard rows.count == declaration.chambers.count, !rows.isEmpty else { return }
    let types = Dictionary(uniqueKeysWithValues: chambers.inputs.map { ($0, names.checkedType(of: $0)) })
    let coverage = ChamberCoverage(chambers, types: types, categories: categories)
    for (number, row) in rows.enumerated() {
      let settings = declaration.chambers[number]
      guard let place = settings.setting(ChamberKeys.when)?.span ?? settings.setting(ChamberKeys.chamber)?.span
      else { continue }
      let kept = scope(where: nil, seenFrom: place)
      if let column = row.ranges.sorted(by: { $0.key < $1.key }).first(where: { isRuledOut($0.key, $0.value, kept) })?
        .key
      {
        findings.warning(
          .chamberNever, "no hit can be in this chamber: cleansing keeps no row with such a `\(column)`", at: place,
          hint: "change the condition, or delete the row")
        continue
      }
      guard let answer = coverage?.rows[number] else { continue }
      if answer.matches == 0 {
        let isReported = findings.all.contains {
          $0.code == .constantCondition && $0.span?.source === place.source && $0.span?.start.line == place.start.line
        }
        if !isReported {
          findings.warning(
            .chamberNever, "no hit can be in this chamber: nothing meets the condition", at: place,
            hint: "change the condition, or delete the row")
        }
      } else if answer.takes == 0 {
        let above = answer.losesTo.keys.sorted()
        // A pipeline may put its own rows in the place of a plugin's.
        guard above.contains(where: { declaration.chambers[$0].span.source === place.source }) else { continue }
        let notes = above.prefix(3).map { number in
          Finding.Note(
            message: "this row takes them", span: declaration.chambers[number].setting(ChamberKeys.when)?.span)
        }
        findings.warning(
          .chamberShadowed,
          "no hit comes to this row: \(above.count == 1 ? "a row above takes" : "rows above take") all that it matches",
          at: place, hint: "put it above \(above.count == 1 ? "that row" : "those rows"), or delete it", notes: notes)
      } else {
        reportOverlap(answer, at: place)
      }
    }
  }

  private func isRuledOut(_ column: String, _ range: ClosedRange<Int64>, _ kept: any Scope) -> Bool {
    guard case .column(let type)? = kept.symbol(named: column), type.kind == .integer else { return false }
    return !type.range.overlaps(range)
  }

  /// Rows of the pipeline come before those of its plugins so that they can take their hits; inside one file that is
  /// rather a slip.
  private func reportOverlap(_ answer: ChamberCoverage.Row, at place: Span) {
    for (above, lost) in answer.losesTo.sorted(by: { $0.key < $1.key }) {
      guard let other = declaration.chambers[above].setting(ChamberKeys.when)?.span, other.source === place.source
      else { continue }
      let example = lost.example.map { "\($0.column) \($0.value)" }.joined(separator: ", ")
      findings.warning(
        .chamberOverlap,
        "this row and one above both match \(lost.count == 1 ? "" : "\(lost.count) cases, such as ")\(example); the one above takes \(lost.count == 1 ? "it" : "them")",
        at: place, hint: "say in the condition which of the two it is",
        notes: [.init(message: "this row takes \(lost.count == 1 ? "it" : "them")", span: other)])
      return
    }
  }
}
