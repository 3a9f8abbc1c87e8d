/// The text of a scalar together with the place in the file of each of its characters.
///
/// Quotes, escapes, folded lines and variables change the text; the positions say where each character came from, so
/// that an error inside an expression points at the very character that the user typed.
///
/// Messages quote `written`, never `text`: a variable of the environment may hold a password.
package struct LocatedText: Sendable {
  /// A stretch of the value that the user typed otherwise: `${NAME}`.
  package struct Replacement: Sendable {
    /// Where it stands in `scalars`; empty for a variable without a value.
    package let range: Range<Int>
    /// What the user typed.
    package let written: String

    package init(range: Range<Int>, written: String) {
      self.range = range
      self.written = written
    }
  }

  /// The value, as Unicode scalars.
  package let scalars: [Unicode.Scalar]
  package let source: SourceText
  /// Where each scalar starts, and one more for the end.
  package let positions: [Position]
  /// Where each scalar ends: an escape or a variable is longer than what it stands for.
  package let ends: [Position]
  /// The stretches that came out of variables, in order.
  package let replacements: [Replacement]

  /// - Parameters:
  ///   - positions: one a scalar and one for the end.
  ///   - ends: one a scalar; one column behind `positions` if not given.
  ///   - replacements: in order, not overlapping, inside of `scalars`.
  package init(
    scalars: [Unicode.Scalar], source: SourceText, positions: [Position], ends: [Position]? = nil,
    replacements: [Replacement] = []
  ) {
    precondition(positions.count == scalars.count + 1, "one position a scalar and one for the end")
    precondition(ends == nil || ends?.count == scalars.count, "one end a scalar")
    self.scalars = scalars
    self.source = source
    self.positions = positions
    self.ends = ends ?? positions.dropLast().map { Position(line: $0.line, column: $0.column + 1) }
    self.replacements = replacements
  }

  /// A text that is itself the whole source, on one line: the value of an option.
  package init(option name: String, text: String) {
    let scalars = Array(text.unicodeScalars)
    self.init(
      scalars: scalars, source: SourceText(name: name, text: text),
      positions: (0...scalars.count).map { Position(line: 1, column: $0 + 1) })
  }

  /// The value. Not for messages: see `written`.
  package var text: String { Self.string(scalars[...]) }

  /// The value as messages may quote it: what the user typed where a variable stands, such as `${NAME}`.
  package var written: String {
    if replacements.isEmpty { return text }
    var result = ""
    var next = 0
    for replacement in replacements {
      result += Self.string(scalars[next..<replacement.range.lowerBound])
      result += replacement.written
      next = replacement.range.upperBound
    }
    return result + Self.string(scalars[next...])
  }

  /// The place of the scalars in `range`.
  package func span(_ range: Range<Int>) -> Span {
    let start = positions[min(range.lowerBound, scalars.count)]
    let last = min(range.upperBound, scalars.count) - 1
    guard last >= range.lowerBound else { return Span(source: source, start: start, end: start) }
    return Span(source: source, start: start, end: ends[last])
  }

  package var span: Span { span(0..<scalars.count) }

  /// A part of the text that keeps its positions, and what was typed where it touches a variable.
  package subscript(_ range: Range<Int>) -> LocatedText {
    let inside = replacements.compactMap { replacement -> Replacement? in
      let both = replacement.range.clamped(to: range)
      let place = replacement.range.lowerBound
      let isInside = range.contains(place) || (place == range.upperBound && place == scalars.count)
      guard !both.isEmpty || (replacement.range.isEmpty && isInside) else { return nil }
      let moved = both.lowerBound - range.lowerBound..<both.upperBound - range.lowerBound
      return Replacement(range: moved, written: replacement.written)
    }
    return LocatedText(
      scalars: Array(scalars[range]), source: source, positions: Array(positions[range.lowerBound...range.upperBound]),
      ends: Array(ends[range]), replacements: inside)
  }

  /// Written into the string's own memory: names of keys are asked for at every turn.
  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    let count = scalars.reduce(0) { $0 + UTF8.width($1) }
    return String(unsafeUninitializedCapacity: count) { buffer in
      var end = 0
      for scalar in scalars {
        for unit in scalar.utf8 {
          buffer[end] = unit
          end += 1
        }
      }
      return end
    }
  }
}

/// What the user typed, so that a text put into a message by mistake shows no secret.
extension LocatedText: CustomStringConvertible {
  package var description: String { written }
}
