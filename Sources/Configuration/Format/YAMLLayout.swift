import Diagnostics

/// Lays out a text of YAML, line by line: the lines stay, what is between their words changes.
struct YAMLLayout {
  /// A word, a bracket or a quoted text that stands on one line, or begins or ends there.
  struct Piece {
    /// Columns on its line, from 0.
    let start: Int
    let end: Int
    var text: String
    let isOpening: Bool
    let isClosing: Bool
  }

  /// One line of the text.
  struct Line {
    var old: [Unicode.Scalar]
    /// What stands inside of a scalar that goes over several lines, from its second line on: it is moved as a whole.
    var isInside = false
    /// It belongs to a literal or folded scalar: blanks at its end are part of the text.
    var isLiteral = false
    /// Inside of brackets that began on an earlier line.
    var isInBrackets = false
    /// How far it moves to the right, where it goes with another line.
    var follows: Int?
    var pieces: [Piece] = []
    /// Where its comment begins, the `#` itself.
    var comment: Int?
    /// Blanks before the first word, in the new layout.
    var indent: Int?

    var oldIndent: Int { old.firstIndex { $0 != " " } ?? old.count }
    var isBlank: Bool { old.allSatisfy { $0 == " " || $0 == "\t" } }
    /// Nothing but a comment.
    var isComment: Bool { comment.map { $0 == oldIndent } ?? false }
  }

  /// A block list or a block of keys.
  private struct Block {
    let isList: Bool
    let oldColumn: Int
    let newColumn: Int
    let first: Int
    var last: Int
  }

  private(set) var lines: [Line]
  private var blocks: [Block] = []

  /// Nil where libyaml does not read it.
  init?(_ text: String) {
    let source = YAMLSource(.init(name: "", text: text))
    lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Line(old: Array($0)) }
    guard read(source) else { return nil }
    findComments()
    indent()
  }

  // MARK: Reading

  /// An open list or mapping while events are read.
  private struct Open {
    /// The number of its block; nil for brackets.
    let block: Int?
    let isList: Bool
    /// Where its content goes in the new layout, if it stands on a line of its own.
    let contentColumn: Int
    /// In a mapping, whether the next thing is a key.
    var isKeyNext = true
  }

  private mutating func read(_ source: YAMLSource) -> Bool {
    let events = YAMLEvents(source.source.text)
    var stack: [Open] = []
    func place(_ index: Int) -> (line: Int, column: Int) {
      let position = source.position(index)
      return (position.line - 1, position.column - 1)
    }
    while true {
      guard let event = try? events.next() else { return false }
      let start = place(event.range.lowerBound), end = place(event.range.upperBound)
      switch event.kind {
      case .streamEnd: return true
      case .streamStart, .documentStart, .documentEnd: continue
      case .listStart, .mappingStart:
        let isList = if case .listStart = event.kind { true } else { false }
        let isKey = Self.takeTurn(&stack)
        let bracket = source[event.range.upperBound - 1]
        let isFlow = !event.range.isEmpty && (bracket == "{" || bracket == "[")
        let content = stack.last?.contentColumn ?? 0
        if isFlow {
          note(event.range, source, startsValue: !isKey ? content : nil, isOpening: true)
          stack.append(Open(block: nil, isList: isList, contentColumn: content))
        } else {
          // Tags are refused anyway.
          if event.hasTag { return false }
          var first = start
          if event.anchor != nil {
            // The anchor is a word of the line above; what it names begins where the event ends.
            let sign = event.range.lowerBound
            note(sign..<source.end(from: sign) { $0 == " " || $0 == "\n" }, source, startsValue: content)
            let isDash = isList && source[event.range.upperBound - 1] == "-"
            first = (end.line, end.column - (isDash ? 1 : 0))
          }
          blocks.append(
            Block(isList: isList, oldColumn: first.column, newColumn: content, first: first.line, last: lines.count - 1)
          )
          stack.append(Open(block: blocks.count - 1, isList: isList, contentColumn: content + 2))
        }
      case .listEnd, .mappingEnd:
        guard let open = stack.popLast() else { return false }
        if let block = open.block {
          // It ends before the line of what comes next.
          blocks[block].last = max(blocks[block].first, end.column == 0 ? end.line - 1 : end.line)
        } else {
          note(event.range, source, startsValue: nil, isClosing: true)
        }
      case .alias:
        let isKey = Self.takeTurn(&stack)
        note(event.range, source, startsValue: isKey ? nil : stack.last?.contentColumn)
      case .scalar(_, let style):
        let isKey = Self.takeTurn(&stack)
        guard !event.range.isEmpty else { continue }
        let content = stack.last?.contentColumn ?? 0
        note(event.range, source, startsValue: isKey ? nil : content, style: style)
      }
    }
  }

  /// Whether the next thing in the innermost mapping is a key; goes on to what follows.
  private static func takeTurn(_ stack: inout [Open]) -> Bool {
    guard !stack.isEmpty, !stack[stack.count - 1].isList else { return false }
    defer { stack[stack.count - 1].isKeyNext.toggle() }
    return stack[stack.count - 1].isKeyNext
  }

  /// Notes where something stands. `startsValue` is where its line begins if it begins it.
  private mutating func note(
    _ range: Range<Int>, _ source: YAMLSource, startsValue: Int?, style: YAMLEvent.Style? = nil,
    isOpening: Bool = false,
    isClosing: Bool = false
  ) {
    let start = source.position(range.lowerBound), end = source.position(range.upperBound)
    let (first, last) = (start.line - 1, end.line - 1)
    if isOpening { brackets.append(first) }
    if isClosing, let opened = brackets.popLast(), opened < last {
      for line in (opened + 1)...last { lines[line].isInBrackets = true }
      for line in (opened + 1)...last where lines[line].follows == nil { lines[line].follows = opened }
    }
    if let startsValue, lines[first].oldIndent == start.column - 1, !lines[first].isInBrackets,
      brackets.count <= (isOpening ? 1 : 0)
    {
      lines[first].indent = startsValue
    }
    if style == .literal || style == .folded {
      noteLiteral(first, until: end.column == 1 ? last : last + 1, start.column - 1)
      return
    }
    let column = start.column - 1
    guard first == last else {
      // Its first line ends with it, and its last one begins with it.
      lines[first].pieces.append(
        Piece(
          start: column, end: lines[first].old.count, text: String.of(lines[first].old[column...]),
          isOpening: isOpening,
          isClosing: isClosing))
      for line in (first + 1)...last {
        lines[line].isInside = true
        lines[line].follows = first
      }
      let endColumn = end.column - 1
      let begin = min(lines[last].oldIndent, endColumn)
      lines[last].pieces.append(
        Piece(
          start: begin, end: endColumn, text: String.of(lines[last].old[begin..<endColumn]), isOpening: false,
          isClosing: false))
      return
    }
    var text = source.text(range)
    if style == .singleQuoted, text.first == "'", text.last == "'" {
      let inner = text.dropFirst().dropLast()
      if !inner.contains(where: { $0 == "\"" || $0 == "\\" || $0 == "'" }) { text = "\"\(inner)\"" }
    }
    lines[first].pieces.append(
      Piece(start: column, end: end.column - 1, text: text, isOpening: isOpening, isClosing: isClosing))
  }

  private var brackets: [Int] = []

  /// The sign of a literal, `|` or `>`, is on its first line, and its text on those below.
  private mutating func noteLiteral(_ first: Int, until: Int, _ column: Int) {
    let line = lines[first].old
    var end = column
    while end < line.count, line[end] != " " { end += 1 }
    let sign = String.of(line[column..<end])
    lines[first].pieces.append(Piece(start: column, end: end, text: sign, isOpening: false, isClosing: false))
    for number in (first + 1)..<max(first + 1, min(until, lines.count)) {
      lines[number].isInside = true
      lines[number].isLiteral = true
      lines[number].follows = first
    }
  }

  // MARK: Comments

  private mutating func findComments() {
    for number in lines.indices where !lines[number].isLiteral {
      let line = lines[number]
      var column = 0
      while column < line.old.count {
        if let piece = line.pieces.first(where: { $0.start == column && $0.end > column }) {
          column = piece.end
          continue
        }
        // A line in the middle of a long scalar has no comment.
        if line.isInside, line.pieces.isEmpty { break }
        if line.old[column] == "#", column == 0 || line.old[column - 1] == " " || line.old[column - 1] == "\t" {
          if !line.isInside || line.pieces.first.map({ $0.end <= column }) == true { lines[number].comment = column }
          break
        }
        column += 1
      }
    }
  }

  /// The comments of a text, in order, without blanks at their ends.
  static func comments(_ text: String) -> [String] {
    guard let layout = YAMLLayout(text) else { return [] }
    return layout.lines.compactMap { line in line.comment.map { String.of(line.old[$0...]).droppingBlanksAtEnd } }
  }

  // MARK: Indentation

  private mutating func indent() {
    for number in lines.indices {
      let line = lines[number]
      if line.isBlank || line.isComment || line.follows != nil || line.indent != nil { continue }
      let column = line.oldIndent
      let isDash = line.old[column] == "-" && (column + 1 == line.old.count || line.old[column + 1] == " ")
      let block = blocks.last { block in
        block.first <= number && number <= block.last && block.oldColumn == column && block.isList == isDash
      }
      lines[number].indent = block?.newColumn
    }
    for number in lines.indices {
      guard let leader = lines[number].follows else { continue }
      if lines[number].isLiteral {
        lines[number].indent = literalIndent(number, leader)
      } else {
        lines[number].indent = max(0, lines[number].oldIndent + shift(leader))
      }
    }
    for number in lines.indices where lines[number].isComment && lines[number].indent == nil {
      let next = lines.indices.dropFirst(number + 1).first { !lines[$0].isBlank && !lines[$0].isComment }
      let before = lines.indices.prefix(number).last { !lines[$0].isBlank && !lines[$0].isComment }
      let old = lines[number].oldIndent
      // It goes with what follows, or with a block that is open around it.
      let block = blocks.last { $0.first <= number && number <= $0.last + 1 && $0.oldColumn == old }
      if let next, lines[next].oldIndent == old {
        lines[number].indent = lines[next].indent
      } else if let block {
        lines[number].indent = block.newColumn
      } else if let near = next ?? before {
        lines[number].indent = max(0, old + shift(near))
      }
    }
  }

  private func shift(_ number: Int) -> Int {
    (lines[number].indent ?? lines[number].oldIndent) - lines[number].oldIndent
  }

  /// Text of a literal goes two blanks deeper than the line of its sign; one that says how deep it is moves with it.
  private func literalIndent(_ number: Int, _ leader: Int) -> Int {
    let line = lines[number]
    if line.isBlank { return 0 }
    let sign = lines[leader].pieces.last?.text ?? ""
    if sign.contains(where: { $0.isNumber }) { return max(0, line.oldIndent + shift(leader)) }
    let first = lines[(leader + 1)...].first { !$0.isBlank }?.oldIndent ?? line.oldIndent
    return max(0, line.oldIndent - first + literalBase(leader))
  }

  /// Where the text below a sign begins: two blanks behind the key or the dash that the sign belongs to.
  private func literalBase(_ leader: Int) -> Int {
    let line = lines[leader]
    let base = line.indent ?? line.oldIndent
    // `- key: |` is as deep as the key is.
    var column = line.oldIndent
    var depth = base
    while column + 1 < line.old.count, line.old[column] == "-", line.old[column + 1] == " " {
      let next = line.old[(column + 1)...].firstIndex { $0 != " " } ?? line.old.count
      if line.pieces.last?.start == next { return depth + 2 }
      depth += 2
      column = next
    }
    return depth + 2
  }
}

extension String {
  static func of(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  var droppingBlanksAtEnd: String {
    var view = unicodeScalars
    while let last = view.last, last == " " || last == "\t" { view.removeLast() }
    return String(view)
  }
}
