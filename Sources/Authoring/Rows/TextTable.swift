import Diagnostics
import JSON

/// Rows and columns as text: aligned for people, or separated, or JSON.
package struct TextTable: Sendable {
  package let heads: [ColumnHead]
  package private(set) var rows: [[Cell]] = []

  package init(_ heads: [ColumnHead], rows: [[Cell]] = []) {
    self.heads = heads
    self.rows = rows
  }

  package mutating func append(_ row: [Cell]) { rows.append(row) }

  /// Lines with a line of names above, numbers at the right of their column, and units behind the names.
  package var lines: [String] {
    let titles = heads.map { $0.unit.isEmpty ? $0.name : "\($0.name) [\($0.unit)]" }
    let texts = rows.map { row in row.map(\.words) }
    let widths = heads.indices.map { column in
      max(titles[column].count, texts.map { $0[column].count }.max() ?? 0)
    }
    let areNumbers = heads.indices.map { column in
      rows.contains { $0[column].isNumber } && rows.allSatisfy { $0[column].isNumber || $0[column] == .unknown }
    }
    func line(_ cells: [String]) -> String {
      var line = cells.indices.map { column in
        let blanks = String(repeating: " ", count: widths[column] - cells[column].count)
        return areNumbers[column] ? blanks + cells[column] : cells[column] + blanks
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    return [line(titles)] + texts.map(line)
  }

  /// Values separated by commas under a line of names; what is unknown is empty.
  package var csv: [String] {
    func quoted(_ text: String) -> String {
      guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
      return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
    return [heads.map { quoted($0.name) }.joined(separator: ",")]
      + rows.map { row in row.map { $0 == .unknown ? "" : quoted($0.text) }.joined(separator: ",") }
  }

  /// An object for each row.
  package var jsonLines: [String] {
    rows.map { row in
      var writer = JSONWriter()
      writer.beginObject()
      for (head, cell) in zip(heads, row) {
        writer.key(head.name)
        cell.write(to: &writer)
      }
      writer.endObject()
      return writer.text
    }
  }
}
