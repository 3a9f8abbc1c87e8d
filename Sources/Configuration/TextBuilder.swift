import Diagnostics

/// A text made from another by putting in other values here and there. What is put in has the place of what it stands for.
struct TextBuilder {
  private let original: LocatedText
  private var scalars: [Unicode.Scalar] = []
  private var positions: [Position] = []
  private var ends: [Position] = []
  private var replacements: [LocatedText.Replacement] = []

  init(_ original: LocatedText) { self.original = original }

  var count: Int { scalars.count }

  mutating func copy(_ range: Range<Int>) {
    if !original.replacements.isEmpty { append(original[range].replacements) }
    scalars += original.scalars[range]
    positions += original.positions[range]
    ends += original.ends[range]
  }

  /// Puts in what messages may not show: they show what was typed.
  mutating func replace(_ range: Range<Int>, withSecret value: String) {
    let start = scalars.count
    put(Array(value.unicodeScalars), at: range)
    replacements.append(.init(range: start..<scalars.count, written: original[range].text))
  }

  mutating func replace(_ range: Range<Int>, with value: String) {
    put(Array(value.unicodeScalars), at: range)
  }

  /// Puts in a text of another place; what of it came out of variables stays hidden.
  mutating func replace(_ range: Range<Int>, with value: LocatedText) {
    append(value.replacements)
    put(value.scalars, at: range)
  }

  private mutating func put(_ value: [Unicode.Scalar], at range: Range<Int>) {
    let span = original.span(range)
    scalars += value
    positions += repeatElement(span.start, count: value.count)
    ends += repeatElement(span.end, count: value.count)
  }

  private mutating func append(_ others: [LocatedText.Replacement]) {
    let start = scalars.count
    replacements += others.map {
      .init(range: $0.range.lowerBound + start..<$0.range.upperBound + start, written: $0.written)
    }
  }

  func finished() -> LocatedText {
    LocatedText(
      scalars: scalars, source: original.source, positions: positions + [original.positions[original.scalars.count]],
      ends: ends, replacements: replacements)
  }
}
