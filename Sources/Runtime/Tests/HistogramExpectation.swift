import Columns
import Connectors
import Diagnostics
import ChainExecution
import Results
import Specifications

/// Compares a histogram with what a test expects of it.
struct HistogramExpectation {
  private let name: String
  private let content: ResultHistogram.Content
  private let findings: Findings

  init(_ name: String, _ histogram: ResultHistogram, findings: Findings) {
    self.name = name
    content = histogram.content
    self.findings = findings
  }

  /// One number of the histogram that is not 0, or that a test could name.
  private struct Part {
    let words: String
    let value: Double
  }

  func check(_ expected: Node) {
    switch expected.content {
    case .scalar(let text, _):
      guard let number = number(expected) else { return }
      if !isSame(number, total) {
        fail("`\(name)`: expected \(text.written) entries, found \(short(total))", at: expected.span)
      }
    case .list(let items): check(items, at: expected.span)
    case .mapping(let entries): check(entries, at: expected.span)
    case .empty: check([Node.Entry](), at: expected.span)
    }
  }

  /// Entries in all bins, without those beside them.
  private var total: Double {
    switch content {
    case .bins(let bins): values(bins).dropFirst().dropLast().reduce(0, +)
    case .profile(let profile): Double(profile.entries.dropFirst().dropLast().reduce(0, +))
    case .points(let points): Double(points.points.count)
    case .map(let map): parts(of: map).filter { !$0.isOutside }.reduce(0) { $0 + $1.value }
    }
  }

  private func values(_ bins: ResultHistogram.Bins) -> [Double] {
    bins.weights?.sums ?? bins.entries.map { Double($0) }
  }

  // MARK: Lists

  private func check(_ items: [Node], at span: Span) {
    switch content {
    case .bins(let bins):
      guard items.count == bins.axis.count else {
        fail("`\(name)` has \(bins.axis.count) bins, and the list has \(items.count)", at: span)
        return
      }
      for (index, item) in items.enumerated() {
        guard let expected = number(item) else { continue }
        let found = values(bins)[index + 1]
        if !isSame(expected, found) {
          fail(
            "`\(name)`, \(words(bins.axis, index)): expected \(item.scalar?.written ?? ""), found \(short(found))",
            at: item.span)
        }
      }
    case .points(let points): check(items, points, at: span)
    default: fail("`\(name)` takes a block of values and counts here", at: span)
    }
  }

  private func check(_ items: [Node], _ points: ResultHistogram.Points, at span: Span) {
    if items.count != points.points.count {
      let found = points.points.prefix(10).map { "[\(short($0.x)), \(short($0.y))]" }.joined(separator: ", ")
      fail(
        "`\(name)`: expected \(items.count) points, found \(points.points.count): \(found)\(points.points.count > 10 ? ", …" : "")",
        at: span)
      return
    }
    for (item, point) in zip(items, points.points) {
      guard let pair = item.list, pair.count == 2, let x = quantity(pair[0], points.axis.unit),
        let y = quantity(pair[1], points.y.unit)
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
    var rest = parts
    for entry in entries {
      guard let key = place(entry.key) else { continue }
      guard let part = rest.removeValue(forKey: key) else { continue }
      guard let expected = isMean(key) ? quantity(entry.value, unitOfMean) : number(entry.value) else { continue }
      if !isSame(expected, part.value) {
        fail(
          "`\(name)`, \(part.words): expected \(entry.value.scalar?.written ?? ""), found \(short(part.value))",
          at: entry.value.span)
      }
    }
    // What is not named is empty; a mean of nothing is no number.
    let others = rest.filter { !$0.value.value.isNaN && ($0.value.value != 0 || isMean($0.key)) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    guard !others.isEmpty else { return }
    let list = others.prefix(8).map { "\(short($0.value.value)) in \($0.value.words)" }.joined(separator: ", ")
    fail("`\(name)` has more than is expected: \(list)\(others.count > 8 ? ", …" : "")", at: span)
  }

  /// The numbers of the histogram by their place: bins by their numbers, the others by negative ones.
  private var parts: [[Int]: Part] {
    var parts: [[Int]: Part] = [:]
    switch content {
    case .bins(let bins):
      let values = values(bins)
      for index in 0..<bins.axis.count {
        parts[[index]] = Part(words: words(bins.axis, index), value: values[index + 1])
      }
      parts[Self.underflow] = Part(words: "underflow", value: values[0])
      parts[Self.overflow] = Part(words: "overflow", value: values[values.count - 1])
      parts[Self.unknown] = Part(words: "unknown", value: Double(bins.unknown))
    case .profile(let profile):
      for index in 0..<profile.axis.count {
        parts[[index]] = Part(words: words(profile.axis, index), value: profile.spreads[index + 1].mean)
      }
      parts[Self.underflow] = Part(words: "underflow", value: Double(profile.entries[0]))
      parts[Self.overflow] = Part(words: "overflow", value: Double(profile.entries[profile.entries.count - 1]))
      parts[Self.unknown] = Part(words: "unknown", value: Double(profile.unknown))
    case .map(let map):
      var outside = 0.0
      for part in self.parts(of: map) {
        if part.isOutside {
          outside += part.value
        } else {
          parts[[part.x, part.y]] = Part(
            words: "\(words(map.x, part.x)) and \(words(map.y, part.y))", value: part.value)
        }
      }
      parts[Self.outside] = Part(words: "outside", value: outside)
      parts[Self.unknown] = Part(words: "unknown", value: Double(map.unknown))
    case .points: break
    }
    return parts
  }

  private static let underflow = [-4], overflow = [-3], outside = [-2], unknown = [-1]

  private func isMean(_ key: [Int]) -> Bool { if case .profile = content { key[0] >= 0 } else { false } }

  private var unitOfMean: String { if case .profile(let profile) = content { profile.y.unit } else { "" } }

  private func parts(
    of map: ResultHistogram.Map
  ) -> [(x: Int, y: Int, value: Double, isOutside: Bool)] {
    let height = map.y.count + 2
    return map.values.enumerated().map { index, value in
      let (x, y) = (index / height - 1, index % height - 1)
      return (x, y, value, x < 0 || y < 0 || x >= map.x.count || y >= map.y.count)
    }
  }

  /// The place that a key names: `5`, `150 ns`, `"5, 120 ns"`, `overflow`; nil where that is reported.
  private func place(_ key: LocatedText) -> [Int]? {
    switch (key.text, content) {
    case ("unknown", .bins), ("unknown", .profile), ("unknown", .map): return Self.unknown
    case ("underflow", .bins), ("underflow", .profile): return Self.underflow
    case ("overflow", .bins), ("overflow", .profile): return Self.overflow
    case ("outside", .map): return Self.outside
    case (_, .bins(let bins)): return bin(key, bins.axis).map { [$0] }
    case (_, .profile(let profile)): return bin(key, profile.axis).map { [$0] }
    case (_, .map(let map)):
      let both = key.split(separator: ",")
      guard both.count == 2 else {
        fail("a bin of two axes is named by both, such as `\"5, 120 ns\"`", at: key.span)
        return nil
      }
      guard let x = bin(both[0], map.x), let y = bin(both[1], map.y) else { return nil }
      return [x, y]
    case (_, .points):
      fail("`\(name)` takes a list of points", at: key.span)
      return nil
    }
  }

  private func bin(_ key: LocatedText, _ axis: ResultAxis) -> Int? {
    if let categories = axis.categories {
      if let index = categories.firstIndex(of: key.text) { return index }
      fail("`\(key.written)` is none of \(alternatives(categories))", at: key.span)
      return nil
    }
    guard let value = quantity(Node(.scalar(key, quoted: false), span: key.span), axis.unit) else { return nil }
    // As near to an edge as makes no difference is on it, as when the histogram was filled.
    let width = (axis.edges[axis.edges.count - 1] - axis.edges[0]) / Double(axis.count)
    guard let index = (0..<axis.count).last(where: { value >= axis.edges[$0] - 1e-9 * width }),
      value < axis.edges[index + 1] - 1e-9 * width || index + 1 < axis.count
    else {
      fail(
        "`\(key.written)` is in no bin: they go from \(short(axis.edges[0])) to \(short(axis.edges[axis.count]))\(axis.unit.isEmpty ? "" : " \(axis.unit)")",
        at: key.span)
      return nil
    }
    return index
  }

  private func words(_ axis: ResultAxis, _ index: Int) -> String {
    if let categories = axis.categories { return categories[index] }
    let unit = axis.unit.isEmpty ? "" : " \(axis.unit)"
    return "bin \(short(axis.edges[index])) to \(short(axis.edges[index + 1]))\(unit)"
  }

  // MARK: Values

  private func number(_ node: Node) -> Double? { quantity(node, "") }

  private func quantity(_ node: Node, _ unit: String) -> Double? {
    ExpectedNumber(node, unit: unit, findings: findings)?.value
  }

  private func fail(_ message: String, at span: Span) { findings.error(ConfigurationTest.failure, message, at: span) }
}

/// A number that a test expects, in a given unit.
struct ExpectedNumber {
  let value: Double

  /// Nil where it is none, which is reported.
  init?(_ node: Node, unit: String, findings: Findings) {
    guard let text = node.scalar, let quantity = try? Quantity.parse(text.text) else {
      findings.error(
        ConfigurationTest.failure,
        "a number is needed here, not \(node.scalar.map { "`\($0.written)`" } ?? node.kindName)",
        at: node.span)
      return nil
    }
    guard let value = quantity.value(in: Unit.parse(unit) ?? .none) else {
      findings.error(
        ConfigurationTest.failure,
        "`\(text.written)` is \(quantity.unit.isNone ? "a plain number" : quantity.unit.dimension.name)",
        at: text.span, hint: unit.isEmpty ? "write a plain number" : "write it in \(unit), such as `5 \(unit)`")
      return nil
    }
    self.value = value
  }
}
