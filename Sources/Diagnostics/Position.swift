/// A place in a source text. Lines and columns count from 1; columns count characters (Unicode scalars), not bytes.
package struct Position: Hashable, Comparable, Sendable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static let start = Position(line: 1, column: 1)

  package static func < (a: Position, b: Position) -> Bool {
    (a.line, a.column) < (b.line, b.column)
  }
}

/// A named text that a user wrote: a YAML file, or the value of an option such as `--window`.
package final class SourceText: Sendable {
  /// The path as the user typed it, or the option's name.
  package let name: String
  package let text: String
  private let lines: [Substring]

  /// A byte order mark at the start is no part of the text. Lines end in LF, CR LF or CR.
  package init(name: String, text: String) {
    let scalars = text.unicodeScalars
    let body = scalars.first == "\u{FEFF}" ? scalars.dropFirst() : scalars[...]
    self.name = name
    self.text = String(body)

    // By scalars: to Swift, CR LF is one character, and not equal to LF.
    var lines: [Substring] = []
    var start = body.startIndex
    var index = start
    while index < body.endIndex {
      let end = index
      let scalar = body[index]
      index = body.index(after: index)
      guard scalar == "\n" || scalar == "\r" else { continue }
      lines.append(Substring(body[start..<end]))
      if scalar == "\r", index < body.endIndex, body[index] == "\n" { index = body.index(after: index) }
      start = index
    }
    lines.append(Substring(body[start...]))
    self.lines = lines
  }

  package var lineCount: Int { lines.count }

  /// The line of that number, counted from 1, without its line end; empty where there is none.
  package func line(_ number: Int) -> Substring {
    lines.indices.contains(number - 1) ? lines[number - 1] : ""
  }
}

/// A stretch of a source text, half open.
package struct Span: Sendable {
  package let source: SourceText
  package let start: Position
  package let end: Position

  package init(source: SourceText, start: Position, end: Position) {
    self.source = source
    self.start = start
    self.end = max(start, end)
  }
}

extension Span {
  /// Whether another lies inside of it.
  func contains(_ other: Span) -> Bool {
    source === other.source && start <= other.start && other.end <= end
  }

  func isSame(as other: Span?) -> Bool {
    source === other?.source && start == other?.start && end == other?.end
  }
}
