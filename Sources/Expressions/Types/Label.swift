import Diagnostics

/// What was typed of an expression, as messages name it. The words are put together where a message asks for them:
/// every part of every expression has a label, and hardly any is ever shown.
struct Label: Sendable {
  /// One copy of the text for all the parts of an expression.
  final class Source: Sendable {
    let text: LocatedText

    init(_ text: LocatedText) { self.text = text }
  }

  let source: Source
  let range: Range<Int>

  /// On one line, and short enough for a message.
  var text: String {
    let words = source.text[range].written.split { $0 == " " || $0 == "\n" || $0 == "\t" }
    let text = words.joined(separator: " ")
    return text.count > 48 ? "\(text.prefix(47))…" : text
  }
}
