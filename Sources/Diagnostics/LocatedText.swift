/// The text of a scalar together with the place in the file of each of its characters.
///
/// Quotes, escapes, folded lines and variables change the text; the positions say where each character came from, so that
/// an error inside an expression points at the very character that the user typed.
public struct LocatedText: Sendable {
  /// The value, as Unicode scalars.
  public let scalars: [Unicode.Scalar]
  public let source: SourceText
  /// One position a scalar, and one more for the end.
  public let positions: [Position]

  public init(scalars: [Unicode.Scalar], source: SourceText, positions: [Position]) {
    precondition(positions.count == scalars.count + 1, "one position a scalar and one for the end")
    self.scalars = scalars
    self.source = source
    self.positions = positions
  }

  /// A text that is itself the whole source, on one line: the value of an option.
  public init(option name: String, text: String) {
    let scalars = Array(text.unicodeScalars)
    self.init(
      scalars: scalars, source: SourceText(name: name, text: text),
      positions: (0...scalars.count).map { Position(line: 1, column: $0 + 1) })
  }

  public var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  /// The place of the scalars in `range`.
  public func span(_ range: Range<Int>) -> Span {
    let start = positions[min(range.lowerBound, scalars.count)]
    guard range.upperBound > range.lowerBound else { return Span(source: source, start: start, end: start) }
    let last = positions[min(range.upperBound - 1, scalars.count)]
    return Span(source: source, start: start, end: Position(line: last.line, column: last.column + 1))
  }

  public var span: Span { span(0..<scalars.count) }

  /// A part of the text that keeps its positions.
  public subscript(_ range: Range<Int>) -> LocatedText {
    LocatedText(
      scalars: Array(scalars[range]), source: source, positions: Array(positions[range.lowerBound...range.upperBound]))
  }
}
