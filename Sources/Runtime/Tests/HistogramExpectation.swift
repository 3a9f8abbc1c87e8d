import Diagnostics
import Histograms
import Specifications

/// Compares a histogram with what a test expects of it.
struct HistogramExpectation {
  private let name: String
  private let content: any ComparedContent
  private let findings: Findings

  init(_ name: String, _ content: any ComparedContent, findings: Findings) {
    self.name = name
    self.content = content
    self.findings = findings
  }

  func check(_ expected: Node) {
    switch expected.content {
    case .scalar(let text, _):
      guard let number = quantity(expected, "") else { return }
      if !isSame(number, content.total) {
        fail("`\(name)`: expected \(text.written) entries, found \(short(content.total))", at: expected.span)
      }
    case .list(let items): check(items, at: expected.span)
    case .mapping(let entries): check(entries, at: expected.span)
    case .empty: check([Node.Entry](), at: expected.span)
    }
  }

  // MARK: Lists

  private func check(_ items: [Node], at span: Span) {
    switch content.list {
    case .bins(let bins):
      guard items.count == bins.count else {
        fail("`\(name)` has \(bins.count) bins, and the list has \(items.count)", at: span)
        return
      }
      for (item, bin) in zip(items, bins) { check(item, bin, unit: "") }
    case .points(let points, let units): check(items, points, units, at: span)
    case nil: fail("`\(name)` takes a block of values and counts here", at: span)
    }
  }

  private func check(_ item: Node, _ bin: ComparedNumber, unit: String) {
    guard let expected = quantity(item, unit) else { return }
    if !isSame(expected, bin.value) {
      fail(
        "`\(name)`, \(bin.words): expected \(item.scalar?.written ?? ""), found \(short(bin.value))", at: item.span)
    }
  }

  private func check(_ items: [Node], _ points: [PlotPoint], _ units: (x: String, y: String), at span: Span) {
    if items.count != points.count {
      let found = points.prefix(10).map { "[\(short($0.x)), \(short($0.y))]" }.joined(separator: ", ")
      fail(
        "`\(name)`: expected \(items.count) points, found \(points.count): \(found)\(points.count > 10 ? ", …" : "")",
        at: span)
      return
    }
    for (item, point) in zip(items, points) {
      guard let pair = item.list, pair.count == 2, let x = quantity(pair[0], units.x),
        let y = quantity(pair[1], units.y)
      else {
        fail("a point is a pair such as `[100, 2]`", at: item.span)
        continue
      }
      if !isSame(x, point.x) || !isSame(y, point.y) {
        fail(
          "`\(name)`: expected [\(short(x)), \(short(y))], found [\(short(point.x)), \(short(point.y))]", at: item.span)
      }
    }
  }

  // MARK: Blocks

  private func check(_ entries: [Node.Entry], at span: Span) {
    var rest = content.numbers
    for entry in entries {
      guard let place = place(entry.key), let number = rest.removeValue(forKey: place) else { continue }
      check(entry.value, number, unit: isMean(place) ? content.meanUnit ?? "" : "")
    }
    // What is not named is empty; a mean of nothing is no number.
    let others = rest.filter { !$0.value.value.isNaN && ($0.value.value != 0 || isMean($0.key)) }
      .sorted { $0.key < $1.key }
    guard !others.isEmpty else { return }
    let list = others.prefix(8).map { "\(short($0.value.value)) in \($0.value.words)" }.joined(separator: ", ")
    fail("`\(name)` has more than is expected: \(list)\(others.count > 8 ? ", …" : "")", at: span)
  }

  private func isMean(_ place: ComparedPlace) -> Bool {
    if case .bin = place { content.meanUnit != nil } else { false }
  }

  /// The place that a key names: `5`, `150 ns`, `"5, 120 ns"`, `overflow`; nil where that is reported.
  private func place(_ key: LocatedText) -> ComparedPlace? {
    let axes = content.comparedAxes
    guard !axes.isEmpty else {
      fail("`\(name)` takes a list of points", at: key.span)
      return nil
    }
    if let place = content.placesBeside.first(where: { $0.words == key.text }) { return place }
    let texts = axes.count == 1 ? [key] : key.split(separator: ",")
    guard texts.count == axes.count else {
      fail("a bin of two axes is named by both, such as `\"5, 120 ns\"`", at: key.span)
      return nil
    }
    var bins: [Int] = []
    for (text, axis) in zip(texts, axes) {
      guard let bin = bin(text, axis) else { return nil }
      bins.append(bin)
    }
    return .bin(bins)
  }

  private func bin(_ key: LocatedText, _ axis: ResultAxis) -> Int? {
    if let categories = axis.categories {
      if let index = categories.firstIndex(of: key.text) { return index }
      fail("`\(key.written)` is none of \(alternatives(categories))", at: key.span)
      return nil
    }
    guard let value = quantity(Node(.scalar(key, quoted: false), span: key.span), axis.unit) else { return nil }
    // As near to an edge as makes no difference is on it, as when the histogram was filled.
    func isBelow(_ edge: Int) -> Bool { value < axis.edges[edge] - edgeTolerance(axis.edges, at: edge) }
    guard !isBelow(0), isBelow(axis.count), let index = (0..<axis.count).last(where: { !isBelow($0) }) else {
      fail(
        "`\(key.written)` is in no bin: they go from \(short(axis.edges[0])) to \(short(axis.edges[axis.count]))\(axis.unit.isEmpty ? "" : " \(axis.unit)")",
        at: key.span)
      return nil
    }
    return index
  }

  private func quantity(_ node: Node, _ unit: String) -> Double? {
    ExpectedNumber(node, unit: unit, findings: findings)?.value
  }

  private func fail(_ message: String, at span: Span) { findings.error(ConfigurationTest.failure, message, at: span) }
}
