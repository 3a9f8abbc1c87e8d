import Diagnostics

/// Mistakes between `[ ]` and `{ }`.
extension YAMLSyntax {
  /// Something stands where a comma or the closing bracket should.
  func inBrackets() -> Finding {
    let opener = failure.contextIndex
    let index = failure.index
    guard let scalar = source[index], index < source.scalars.count else { return unclosed(opener) }
    if scalar == "]" || scalar == "}" { return wrongCloser(opener) }
    if scalar == "{", source[index - 1] == "$" { return bareVariable(index - 1) }
    if let found = afterQuoteBetween() { return found }
    if !isClosed(opener) { return unclosed(opener) }
    if scalar == ":" { return colonBetween() }
    let before = trimmedLines(index)
    if scalar == "[" || scalar == "{", let text = lastScalar, text.range.upperBound == before {
      return bracketInText(text.range.lowerBound)
    }
    return missingComma(before)
  }

  /// A `,`, `:`, bracket or the end of the text stands where a value should.
  func missingContent() -> Finding {
    let index = failure.index
    guard let scalar = source[index] else {
      return openers.last.map { unclosed($0) } ?? error("a value is missing here", at: index)
    }
    switch scalar {
    case ":" where !openers.isEmpty: return noKey()
    case "," where openers.isEmpty:
      return error("a value cannot start with `,`", at: index, hint: quoteHint(value(from: index)))
    case ",": return error("there is nothing before this `,`", at: index, hint: "delete it")
    case "]", "}":
      if let opener = openers.last, source[opener] != (scalar == "]" ? "[" : "{") { return wrongCloser(opener) }
      return closesNothing() ?? error("a value is missing here", at: index)
    case "-": return unexpectedDash()
    case "?": return cannotStart()
    default: return error("a value is missing here", at: index)
    }
  }

  /// A `:` right before `,`, `?` or a bracket.
  func tightColonBetween() -> Finding {
    let next = source[failure.index + 1]
    return error(
      "between brackets, a space must follow this `:`", at: failure.index,
      hint: next == "[" || next == "{" ? nil : "put the text in quotes if the `:` belongs to it")
  }

  private func unclosed(_ opener: Int) -> Finding {
    let sign = source.text(opener..<opener + 1)
    let closer = sign == "[" ? "]" : "}"
    let isEnd = failure.index >= source.scalars.count
    return error(
      "this `\(sign)` is not closed", at: opener, hint: "write `\(closer)` where it ends",
      notes: isEnd ? [] : [.init(message: "this no longer fits between the brackets", span: source.span(keyBefore()))])
  }

  private func wrongCloser(_ opener: Int) -> Finding {
    let sign = source.text(opener..<opener + 1)
    let wrong = source.text(failure.index..<failure.index + 1)
    return error(
      "`\(wrong)` cannot close a `\(sign)`", at: failure.index, hint: "write `\(sign == "[" ? "]" : "}")`",
      notes: [.init(message: "the `\(sign)` is here", span: source.span(at: opener))])
  }

  /// `${NAME}`, whose brace is YAML's between brackets.
  private func bareVariable(_ dollar: Int) -> Finding {
    let line = source.line(lineNumber(dollar))
    let close = (dollar..<line.upperBound).first { source[$0] == "}" } ?? trimmed(line.upperBound) - 1
    var start = dollar
    if let scalar = lastScalar, scalar.range.contains(dollar) { start = scalar.range.lowerBound }
    let end = value(from: close + 1).upperBound
    return error(
      "between brackets, a variable must stand in quotes", at: dollar..<max(close + 1, dollar + 1),
      hint: quoted(start..<max(end, close + 1)).map { "write \($0)" })
  }

  /// Something behind a quoted text that is not the next key or item.
  private func afterQuoteBetween() -> Finding? {
    let index = failure.index
    guard let found = afterQuote() else { return nil }
    if found.notes.isEmpty {
      let next = value(from: index)
      if source[index] == "\"" || source[index] == "'" || keyColon(in: next) != nil { return nil }
    }
    return found
  }

  /// A second `:` in a value, or the `:` of a key without a comma in front of it.
  private func colonBetween() -> Finding {
    let key = keyBefore()
    let before = trimmedLines(key.lowerBound)
    let sign = source[before - 1]
    if key.isEmpty || sign == ":" || sign == "," || sign == "[" || sign == "{" {
      return error(
        "a second `:` cannot stand in a value", at: failure.index, hint: "put the value in quotes, or in braces")
    }
    return missingComma(before)
  }

  private func missingComma(_ place: Int) -> Finding {
    error(
      "a `,` is missing here", at: place..<place,
      hint: "write `,`, or put quotes round both sides if they are one value")
  }

  /// A `[` or `{` inside of an expression.
  private func bracketInText(_ start: Int) -> Finding {
    let sign = source.text(failure.index..<failure.index + 1)
    return error(
      "between brackets, a value with `\(sign)` in it must stand in quotes", at: failure.index,
      hint: quoted(value(from: start)).map { "write \($0)" })
  }

  /// The word before the place of the failure, if that is a `:`; otherwise the place itself.
  private func keyBefore() -> Range<Int> {
    guard source[failure.index] == ":" else { return failure.index..<failure.index + 1 }
    var start = failure.index
    while start > 0, let scalar = source[start - 1], !YAMLScalar.isBlank(scalar), !YAMLScalar.isBreak(scalar),
      !(",[{:" as String).unicodeScalars.contains(scalar)
    { start -= 1 }
    return start..<failure.index
  }

  /// Whether the bracket is closed before a line that looks like the next key of the mapping round it.
  private func isClosed(_ opener: Int) -> Bool {
    let first = content(lineNumber(opener))
    let indent = first.lowerBound == opener ? -1 : column(first.lowerBound)
    var closers: [Unicode.Scalar] = []
    var quote: Unicode.Scalar?
    var index = opener
    while let scalar = source[index] {
      let before = source[index - 1]
      if let open = quote {
        if scalar == open { quote = nil }
        if scalar == "\\", open == "\"" { index += 1 }
      } else if YAMLScalar.isBreak(before), index > opener {
        let line = content(lineNumber(index))
        let isCloser = source[line.lowerBound] == "]" || source[line.lowerBound] == "}"
        if !line.isEmpty, column(line.lowerBound) <= indent, keyColon(in: line) != nil, !isCloser { return false }
      }
      if quote != nil || (scalar == "#" && YAMLScalar.isBlank(before)) {
        if quote == nil { index = source.end(from: index) { YAMLScalar.isBreak($0) } - 1 }
      } else if scalar == "\"" || scalar == "'" {
        // A quote opens a text only at the start of a value.
        let last = trimmedLines(index)
        if last > 0, (",[{:" as String).unicodeScalars.contains(source.scalars[last - 1]) { quote = scalar }
      } else if scalar == "[" || scalar == "{" {
        closers.append(scalar == "[" ? "]" : "}")
      } else if scalar == "]" || scalar == "}" {
        guard closers.popLast() == scalar else { return false }
        if closers.isEmpty { return true }
      }
      index += 1
    }
    return false
  }
}
