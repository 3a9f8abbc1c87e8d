import Diagnostics

/// Mistakes inside of a value, or right behind it.
extension YAMLSyntax {
  /// `@`, a backtick or `%` at the start of a value.
  func cannotStart() -> Finding {
    let index = failure.index
    return error(
      source[index] == "`"
        ? "a value cannot start with a backtick" : "a value cannot start with `\(source.text(index..<index + 1))`",
      at: index, hint: quoteHint(value(from: index)))
  }

  /// `*` or `&` without a name behind it, or with one that ends oddly.
  func badName() -> Finding {
    let start = failure.contextIndex
    let isAlias = source[start] == "*"
    return error(
      isAlias
        ? "a value that starts with `*` is an alias, and this is not the name of one"
        : "a value that starts with `&` gets a name, and this is not one",
      at: start, hint: quoteHint(value(from: start)))
  }

  func tag() -> Finding {
    let start = failure.contextIndex
    let range = start..<source.end(from: start) { YAMLScalar.isBlank($0) || YAMLScalar.isBreak($0) }
    return Finding(
      .error, .yamlTag, "`\(source.text(range))` is a tag, and tags are not used here", at: source.span(range),
      hint: "delete it, or put the value in quotes if the `!` belongs to it")
  }

  /// Something behind the `|` or `>` of a text of several lines.
  func blockText() -> Finding {
    let start = failure.contextIndex
    let sign = source.text(start..<start + 1)
    return error(
      "`\(sign)` starts a text on the lines below, and nothing may follow it on its own line", at: start,
      hint: quoteHint(value(from: start)))
  }

  /// A line that starts with `%`.
  func directive(_ line: Int) -> Finding {
    let range = content(line)
    if source.text(range).hasPrefix("%YAML") {
      return error("this version of YAML is not known", at: range, hint: "delete the line")
    }
    return error(
      "a line cannot start with `%`", at: range.lowerBound, hint: "put the word that starts with `%` in quotes")
  }

  func unclosedQuote() -> Finding {
    let start = failure.contextIndex
    let quote = source.text(start..<start + 1)
    return error("this quote is not closed", at: start, hint: "write `\(quote)` at the end of the text")
  }

  func unknownEscape() -> Finding {
    let range = failure.index..<min(failure.index + 2, source.scalars.count)
    let escape = source.text(range)
    return error(
      "`\(escape)` means nothing in double quotes", at: range,
      hint: "write `\\\(escape)`, or use single quotes, in which `\\` is a character like any other")
  }

  /// `\x`, `\u` or `\U` without the digits of a character.
  func badCode() -> Finding {
    let start = max(failure.index - 2, 0)
    let letter = source[start + 1]
    let digits = letter == "x" ? 2 : letter == "u" ? 4 : 8
    let names = [2: "two", 4: "four", 8: "eight"]
    if failure.problem.hasPrefix("found invalid") {
      let range = start..<min(start + 2 + digits, source.scalars.count)
      return error("there is no character `\(source.text(range))`", at: range)
    }
    let range = start..<start + 2
    return error(
      "`\(source.text(range))` needs \(names[digits]!) hexadecimal digits after it", at: range,
      hint: "write `\\\(source.text(range))`, or use single quotes, in which `\\` is a character like any other")
  }

  /// Something behind a value that ended: a closing quote or bracket, or an alias. Nil if nothing of the kind.
  func afterValue() -> Finding? {
    let index = failure.index
    let before = trimmed(index)
    guard before > 0, !YAMLScalar.isBreak(source[before - 1]), index < source.scalars.count else { return nil }
    if let found = afterQuote() { return found }

    if let found = closesNothing() { return found }
    let line = entry(lineNumber(index))
    let colon = keyColon(in: line).flatMap { $0 < before ? $0 : nil }
    let start = colon.map { source.end(from: $0 + 1) { !YAMLScalar.isBlank($0) } } ?? line.lowerBound
    // What opened on a line above is too long to be shown in quotes.
    let opens = source[start].map { ("[{\"'*" as String).unicodeScalars.contains($0) } ?? false
    let hint = colon != nil && opens ? quoteHint(value(from: start)) : nil
    let last = source.text(before - 1..<before)
    return switch last {
    case "]", "}": error("nothing may follow the closing `\(last)`", at: index, hint: hint)
    case "\"", "'": error("nothing may follow the closing quote", at: index, hint: hint)
    case _ where source[start] == "*": error("nothing may follow an alias", at: index, hint: hint)
    default: nil
    }
  }

  /// Something behind a quoted text: a quote inside of it, or a quote of a line far above that was not closed.
  func afterQuote() -> Finding? {
    guard let scalar = quotedBefore(failure.index) else { return nil }
    let index = failure.index
    let range = scalar.range
    let quote = source.text(range.upperBound - 1..<range.upperBound)
    let opening = range.upperBound > range.lowerBound ? openingQuote(scalar) : range.lowerBound
    if lineNumber(opening) < lineNumber(range.upperBound) {
      return error(
        "the text that this quote opens runs on to line \(lineNumber(range.upperBound))", at: opening,
        hint: "close it with `\(quote)` on its own line",
        notes: [
          .init(message: "here it ends, and more follows", span: source.span(range.upperBound - 1..<range.upperBound))
        ])
    }
    if source[index] == ":", source[index + 1].map({ !YAMLScalar.isBlank($0) }) ?? false {
      return error("a space is missing after this `:`", at: index)
    }
    if index > range.upperBound {
      return error("nothing may follow the closing quote", at: index, hint: quoteHint(value(from: opening)))
    }
    return error(
      "nothing may follow the closing quote", at: index,
      hint: quote == "'"
        ? "write `''` for a `'` inside of single quotes" : "write `\\\"` for a `\"` inside of double quotes")
  }

  /// The quoted scalar right before `index`, if there is one.
  private func quotedBefore(_ index: Int) -> YAMLEvent? {
    guard let scalar = lastScalar, case .scalar(_, let style) = scalar.kind,
      style == .singleQuoted || style == .doubleQuoted, scalar.range.upperBound == trimmed(index)
    else { return nil }
    return scalar
  }

  /// Where the quotes open: behind an anchor or a tag.
  private func openingQuote(_ scalar: YAMLEvent) -> Int {
    guard case .scalar(_, let style) = scalar.kind, scalar.anchor != nil || scalar.hasTag else {
      return scalar.range.lowerBound
    }
    let quote: Unicode.Scalar = style == .singleQuoted ? "'" : "\""
    return min(source.end(from: scalar.range.lowerBound) { $0 == quote }, scalar.range.upperBound)
  }

  /// A closing bracket that has no opening one.
  func closesNothing() -> Finding? {
    guard let scalar = source[failure.index], scalar == "]" || scalar == "}" else { return nil }
    return error(
      "this `\(scalar)` closes nothing", at: failure.index, hint: "delete it, or put it in quotes if it is text")
  }
}
