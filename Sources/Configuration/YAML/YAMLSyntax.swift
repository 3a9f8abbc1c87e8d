import Diagnostics

/// Says in plain words why libyaml stopped, where the mistake was made rather than where it was noticed, and what to
/// type instead.
struct YAMLSyntax {
  let source: YAMLSource
  let failure: YAMLFailure
  /// The last scalar before the failure.
  let lastScalar: YAMLEvent?
  /// The `[` and `{` that were open, the innermost last.
  let openers: [Int]

  func finding() -> Finding {
    if let found = oddSpace() ?? indentingTab() { return found }
    let index = failure.index
    switch failure.context {
    case "while scanning an anchor", "while scanning an alias": return badName()
    case "while scanning a directive", "while scanning a %YAML directive", "while scanning a %TAG directive":
      return directive(source.position(failure.contextIndex).line)
    case "while scanning a tag", "while parsing a tag", "while scanning a %TAG": return tag()
    case "while scanning a block scalar": return blockText()
    default: break
    }
    switch failure.problem {
    case "found character that cannot start any token": return cannotStart()
    case "mapping values are not allowed in this context": return unexpectedColon()
    case "could not find expected ':'": return missingColon()
    case "mapping keys are not allowed in this context": return cannotStart()
    case "found unexpected ':'": return tightColonBetween()
    case "block sequence entries are not allowed in this context": return unexpectedDash()
    case "found unexpected end of stream", "found unexpected document indicator": return unclosedQuote()
    case "found unknown escape character": return unknownEscape()
    case "did not find expected hexdecimal number", "found invalid Unicode character escape code": return badCode()
    case "did not find expected ',' or ']'", "did not find expected ',' or '}'": return inBrackets()
    case "did not find expected node content": return missingContent()
    case "did not find expected key": return afterValue() ?? missingKey()
    case "did not find expected '-' indicator": return afterValue() ?? missingDash()
    case "did not find expected <document start>": return afterValue() ?? afterDocument()
    case "found undefined tag handle": return tag()
    case "found incompatible YAML document", "found duplicate %YAML directive", "found duplicate %TAG directive":
      return directive(source.position(index).line)
    default: return error("this is not YAML: \(failure.problem)", at: index)
    }
  }

  func error(_ message: String, at index: Int, hint: String? = nil, notes: [Finding.Note] = []) -> Finding {
    error(message, at: index..<min(index + 1, max(index, source.scalars.count)), hint: hint, notes: notes)
  }

  func error(_ message: String, at range: Range<Int>, hint: String? = nil, notes: [Finding.Note] = []) -> Finding {
    Finding(.error, .yamlSyntax, message, at: source.span(range), hint: hint, notes: notes)
  }

  // MARK: Characters that look like a space

  /// A space that is not one, where YAML needs one.
  private func oddSpace() -> Finding? {
    for index in [failure.contextIndex, failure.index] {
      let line = source.line(source.position(index).line)
      for place in line where YAMLSource.isOddSpace(source.scalars[place]) {
        let before = source.scalars[line.lowerBound..<place].last { $0 != " " }
        guard before == nil || before == ":" || before == "-" || before == "," else { continue }
        return error(
          "what looks like a space here is another character, \(YAMLSource.name(source.scalars[place]))", at: place,
          hint: "type a plain space")
      }
    }
    return nil
  }

  /// A tab in the indentation of the line of the failure. Between brackets tabs are allowed.
  private func indentingTab() -> Finding? {
    if failure.problem.hasPrefix("found a tab character") { return tab(at: failure.index) }
    if source[failure.index] == "\t", failure.problem.hasPrefix("found character") { return tab(at: failure.index) }
    guard openers.isEmpty, !failure.context.contains("quoted") else { return nil }
    let line = source.line(source.position(failure.index).line)
    let text = source.end(from: line.lowerBound) { !YAMLScalar.isBlank($0) }
    guard let tab = (line.lowerBound..<max(text, line.lowerBound)).first(where: { source[$0] == "\t" }) else {
      return nil
    }
    return self.tab(at: tab)
  }

  private func tab(at index: Int) -> Finding {
    Finding(
      .error, .yamlTab, "a tab stands where YAML needs spaces", at: source.span(at: index), hint: "indent with spaces"
    )
  }
}
