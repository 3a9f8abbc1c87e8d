import Diagnostics

/// Mistakes in the shape of the lines: colons, dashes and indentation.
extension YAMLSyntax {
  /// A `:` behind something that cannot be a key.
  func unexpectedColon() -> Finding {
    let colon = failure.index
    let line = lineNumber(colon)
    let entry = entry(line)
    if let first = keyColon(in: entry), first < colon {
      let start = source.end(from: first + 1) { !YAMLScalar.isBlank($0) }
      let value = min(start, entry.upperBound)..<entry.upperBound
      let hint =
        source.text(value).contains(", ")
        ? "put several keys on one line in braces: {\(source.text(value))}" : quoteHint(value)
      return error("a second `:` cannot stand in a value", at: colon, hint: hint)
    }
    return brokenLineAbove(line)
      ?? error("a `:` cannot stand here", at: colon, hint: "put the text in quotes if the `:` belongs to it")
  }

  /// What is wrong above a line that would be right by itself: lines without a `:` that this one seems to go on with,
  /// or a key with a value under which it is indented. Nil if nothing.
  private func brokenLineAbove(_ line: Int) -> Finding? {
    let entry = entry(line)
    var broken: Range<Int>?
    var number = line
    while let above = lineAbove(number) {
      let before = self.entry(above)
      if let tight = tightColon(in: before) { return missingSpace(tight, in: before) }
      if keyColon(in: before) != nil {
        guard column(entry.lowerBound) > column(before.lowerBound) else { break }
        let key = word(in: entry)
        return error(
          "`\(source.text(key))` is indented under `\(source.text(word(in: before)))`, which has a value already",
          at: key,
          hint: "start it in column \(column(before.lowerBound) + 1)")
      }
      if source.text(before) != "---" { broken = before }
      number = above
    }
    return broken.map { missingColon(in: $0) }
  }

  /// A line among keys that has no `:`.
  func missingColon() -> Finding {
    let start = failure.contextIndex
    let line = start..<max(content(lineNumber(start)).upperBound, start)
    if let tight = tightColon(in: line) { return missingSpace(tight, in: line) }
    if source[start] == "\"" || source[start] == "'" {
      let end = trimmedLines(failure.index)
      if lineNumber(end) > lineNumber(start) {
        return error("this quote is closed only on line \(lineNumber(end))", at: start)
      }
      return error("a `:` is missing after this key", at: line)
    }
    return missingColon(in: line)
  }

  /// The first word of the line is to be a key.
  private func missingColon(in line: Range<Int>) -> Finding {
    let name = line.lowerBound..<(line.first { YAMLScalar.isBlank(source[$0]) } ?? line.upperBound)
    let rest = source.text(name.upperBound..<line.upperBound)
    let goesOn = lineAbove(lineNumber(name.lowerBound)).map { keyColon(in: entry($0)) != nil } ?? false
    let other = goesOn && !rest.isEmpty ? ", or indent the line if it goes on with the value above" : ""
    return error(
      "a `:` is missing after `\(source.text(name))`", at: name,
      hint: "write `\(source.text(name)):\(rest.count > 60 ? "" : rest)`\(other)")
  }

  /// A `:` in the middle of a word, where it makes no key.
  func missingSpace(_ colon: Int, in line: Range<Int>) -> Finding {
    let rest = source.text(colon + 1..<line.upperBound)
    let key = source.text(line.lowerBound..<colon)
    return error(
      "a space is missing after this `:`", at: colon, hint: rest.count > 60 ? nil : "write `\(key): \(rest)`")
  }

  /// A `-` where no list can start.
  func unexpectedDash() -> Finding {
    let dash = failure.index
    let entry = entry(lineNumber(dash))
    if !openers.isEmpty {
      return error("a `-` cannot stand between brackets", at: dash, hint: "separate the items with commas: [a, b]")
    }
    if let colon = keyColon(in: content(lineNumber(dash))), colon < dash {
      let key = source.text(content(lineNumber(dash)).lowerBound..<colon)
      return error(
        "a list cannot start on the line of its key", at: dash,
        hint: "put each `- ` on a line of its own under `\(key):`, or write [a, b]")
    }
    return error(
      "a `-` cannot stand here", at: dash..<max(entry.lowerBound, dash + 1),
      hint: "put the text in quotes if the `-` belongs to it")
  }

  /// Among the keys of a mapping stands something else.
  func missingKey() -> Finding {
    let index = failure.index
    if let found = closesNothing() { return found }
    if source[index] == ":" { return noKey() }
    if column(index) != column(failure.contextIndex), let found = strayIndent() { return found }
    if source[index] == "-", YAMLScalar.isBlank(source[index + 1]) || YAMLScalar.isBreak(source[index + 1]) {
      return error(
        "a list item is among the keys of a mapping", at: index,
        hint: "put the items under a key of their own, indented like it or deeper",
        notes: [.init(message: "the mapping starts here", span: source.span(at: failure.contextIndex))])
    }
    return strayWord()
  }

  /// Among the items of a list stands something else.
  func missingDash() -> Finding {
    let index = failure.index
    if let found = closesNothing() { return found }
    let content = content(lineNumber(index))
    guard content.lowerBound == index else { return strayWord() }
    if column(index) != column(failure.contextIndex), let found = strayIndent() { return found }
    let text = source.text(content)
    return error(
      "this line is among the items of a list, but is no item", at: word(in: content),
      hint: text.count > 60 ? "start it with `- `" : "write `- \(text)`, or indent it to the column of the item's keys",
      notes: [.init(message: "the list starts here", span: source.span(at: failure.contextIndex))])
  }

  private func strayWord() -> Finding {
    if source[failure.index] == "," { return error("a `,` cannot stand here", at: failure.index, hint: "delete it") }
    let end = source.end(from: failure.index + 1) { YAMLScalar.isBlank($0) || YAMLScalar.isBreak($0) }
    let range = failure.index..<max(end, failure.index)
    return error("`\(source.text(range))` cannot stand here", at: range)
  }

  /// A line whose indentation fits none of the lines above.
  private func strayIndent() -> Finding? {
    let number = lineNumber(failure.index)
    let content = content(number)
    guard content.lowerBound == failure.index else { return nil }
    let own = column(content.lowerBound)
    var nearest: Int?
    var columns: [Int] = []
    var line = number
    while let above = lineAbove(line) {
      // Of an item, both its dash and its key.
      for indent in [column(entry(above).lowerBound), column(self.content(above).lowerBound)] {
        guard nearest.map({ indent < $0 }) ?? true else { continue }
        nearest = indent
        columns.append(indent)
      }
      if nearest == 0 { break }
      line = above
    }
    guard !columns.contains(own) else { return nil }
    let fitting = [columns.last { $0 > own }, columns.first { $0 < own }].compactMap { $0 }.map { "\($0 + 1)" }.sorted()
    return error(
      "`\(source.text(word(in: content)))` is indented like none of the lines above", at: word(in: content),
      hint: fitting.isEmpty ? nil : "start it in column \(fitting.joined(separator: " or "))")
  }

  /// Text behind the end of the document.
  func afterDocument() -> Finding {
    let index = failure.index
    if let found = closesNothing() { return found }
    if source[index] == ":" { return noKey() }
    let content = content(lineNumber(index))
    let name = content.lowerBound == index ? word(in: content) : index..<index + 1
    if let above = lineAbove(lineNumber(index)), source.text(self.content(above)) == "..." {
      return error("the document ended with `...` above", at: name, hint: "delete the `...`")
    }
    if let first = (1...source.source.lineCount).first(where: {
      !self.content($0).isEmpty && source.text(self.content($0)) != "---"
    }),
      column(self.content(first).lowerBound) > column(index)
    {
      return error(
        "`\(source.text(name))` is indented less than the first line", at: name,
        hint: "start all keys of the file in the same column",
        notes: [.init(message: "the first line is here", span: source.span(word(in: self.content(first))))])
    }
    return brokenLineAbove(lineNumber(index)) ?? error("the document ended above", at: name)
  }

  /// A `:` with nothing in front of it.
  func noKey() -> Finding {
    Finding(
      .error, .yamlKey, "a key is missing before this `:`", at: source.span(at: failure.index),
      hint: "write the key, or put the text in quotes")
  }
}
