import Diagnostics

/// Anchors and tags, which stand in front of a node.
extension YAMLComposer {
  /// Where a node starts behind its anchor and tag.
  func contentStart(_ event: YAMLEvent) -> Int {
    var index = event.range.lowerBound
    var properties = (event.anchor == nil ? 0 : 1) + (event.hasTag ? 1 : 0)
    while properties > 0, source[index] == "&" || source[index] == "!" {
      let end = propertyEnd(index)
      let next = skipSpace(end)
      properties -= 1
      // A node without content ends with its anchor.
      if next >= event.range.upperBound { return min(end, event.range.upperBound) }
      index = next
    }
    return index
  }

  /// Reports the tag of a node: what it would mean to YAML is not what it means here.
  func reportTag(_ event: YAMLEvent) {
    var start = event.range.lowerBound
    if source[start] == "&" { start = skipSpace(propertyEnd(start)) }
    let range = start..<propertyEnd(start)
    findings.error(
      .yamlTag, "`\(source.text(range))` is a tag, and tags are not used here", at: source.span(range),
      hint: "delete it, or put the value in quotes if the `!` belongs to it")
  }

  /// The end of the anchor or tag that starts at `start`. libyaml's anchors are of ASCII letters, digits, `_` and `-`.
  private func propertyEnd(_ start: Int) -> Int {
    if source[start] == "!" { return source.end(from: start) { YAMLScalar.isBlank($0) || YAMLScalar.isBreak($0) } }
    return source.end(from: start + 1) { scalar in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_", "-": false
      default: true
      }
    }
  }

  /// Blanks, line ends and comments may stand between an anchor and its node.
  private func skipSpace(_ start: Int) -> Int {
    var index = start
    while true {
      index = source.end(from: index) { !YAMLScalar.isBlank($0) && !YAMLScalar.isBreak($0) }
      guard source[index] == "#" else { return index }
      index = source.end(from: index) { YAMLScalar.isBreak($0) }
    }
  }
}
