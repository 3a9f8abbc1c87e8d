import Diagnostics
import Specifications

/// A value on the command line is read by itself; these move what was found to its place in the whole option.
extension Position {
  fileprivate func moved(by columns: Int) -> Position {
    // Only the first line stands behind the path.
    line == 1 ? Position(line: 1, column: column + columns) : self
  }
}

extension Span {
  fileprivate func moved(into source: SourceText, by columns: Int) -> Span {
    Span(source: source, start: start.moved(by: columns), end: end.moved(by: columns))
  }
}

extension LocatedText {
  fileprivate func moved(into source: SourceText, by columns: Int) -> LocatedText {
    LocatedText(
      scalars: scalars, source: source, positions: positions.map { $0.moved(by: columns) },
      ends: ends.map { $0.moved(by: columns) }, replacements: replacements)
  }
}

extension Node {
  func moved(into source: SourceText, by columns: Int) -> Node {
    let content: Content =
      switch self.content {
      case .scalar(let text, let quoted): .scalar(text.moved(into: source, by: columns), quoted: quoted)
      case .list(let items): .list(items.map { $0.moved(into: source, by: columns) })
      case .mapping(let entries):
        .mapping(
          entries.map {
            .init(key: $0.key.moved(into: source, by: columns), value: $0.value.moved(into: source, by: columns))
          })
      case .empty: .empty
      }
    return Node(content, span: span.moved(into: source, by: columns))
  }
}

extension Finding {
  func moved(into source: SourceText, by columns: Int) -> Finding {
    Finding(
      severity, code, message, at: span?.moved(into: source, by: columns), hint: hint,
      notes: notes.map { .init(message: $0.message, span: $0.span?.moved(into: source, by: columns)) })
  }
}
