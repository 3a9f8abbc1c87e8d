import Columns
import Diagnostics

extension Binning {
  static let hint =
    "write bins as `64 from 0 to 64`, `140 from -100 ns to 600 ns`, `60 log from 1 ns to 1 ms`, a list of edges, `integers 0..63`, or `categories A, B`"

  /// About a thousand bins for all integers from `first` to `last`, each as wide as the others; nil where the numbers
  /// are too large to write them.
  static func wider(_ first: Int64, _ last: Int64) -> String? {
    let count = Int128(last) - Int128(first) + 1
    let width = (count + 999) / 1000
    let bins = (count + width - 1) / width
    guard let end = Int64(exactly: Int128(first) + bins * width) else { return nil }
    return "\(bins) from \(first) to \(end)"
  }

  /// Reads the text forms; a list of edges is read by ``parse(edges:span:findings:)``.
  package static func parse(_ text: LocatedText, findings: Findings) -> Binning? {
    BinningParser(text: text, findings: findings).parse()
  }

  /// Reads a list of edges.
  package static func parse(edges nodes: [Node], span: Span, findings: Findings) -> Binning? {
    var edges: [Quantity] = []
    var before: LocatedText?
    func fail(_ message: String, _ span: Span, hint: String) -> Binning? {
      findings.error(.badBins, message, at: span, hint: hint)
      return nil
    }
    for node in nodes {
      guard let text = node.scalar else {
        return fail("a bin edge is \(node.kindName)", node.span, hint: "give numbers: `[0, 10, 50]`")
      }
      guard let edge = BinningParser(text: text, findings: findings).quantity(text) else { return nil }
      if let last = edges.last, let before {
        guard let value = edge.value(in: last.unit) else {
          return fail(
            "the edge \(text.written) is \(edge.unit.dimension.name), and the one before it, \(before.written), is \(last.unit.dimension.name)",
            node.span, hint: "give all edges the same unit")
        }
        guard value > last.value else {
          return fail(
            "the edge \(text.written) does not lie above the one before it, \(before.written)", node.span,
            hint: "list the edges from the lowest to the highest")
        }
        // The axis has the unit of the first edge.
        let unit = edges[0].unit
        guard let here = edge.value(in: unit), let below = last.value(in: unit), here.isFinite, here > below else {
          return fail(
            "the edges \(before.written) and \(text.written) cannot be told apart in \(unit.isNone ? "floats" : unit.symbol)",
            node.span, hint: "take edges nearer to 0, or all in one unit")
        }
      }
      edges.append(edge)
      before = text
    }
    guard edges.count >= 2 else {
      return fail("bins need at least two edges", span, hint: "give more edges: `[0, 10, 50]`")
    }
    let ends = [edges[0], edges[edges.count - 1]].compactMap { $0.value(in: edges[0].unit) }
    guard ends.count == 2, (ends[1] - ends[0]).isFinite else {
      return fail("the edges are too far apart to compute with", span, hint: "take edges nearer to 0")
    }
    return Binning(.edges(edges), span: span)
  }
}

/// Reads bins that are written as text. Messages quote what was typed: a variable may hold a secret.
private struct BinningParser {
  let text: LocatedText
  let findings: Findings

  func parse() -> Binning? {
    let words = text.words()
    guard let first = words.first else { return fail("no bins are given", text.span) }
    switch first.text {
    case "integers": return integers(text.text(after: first))
    case "categories": return categories(text.text(after: first))
    default: return regular(words)
    }
  }

  private func fail(_ message: String, _ span: Span, hint: String = Binning.hint) -> Binning? {
    findings.error(.badBins, message, at: span, hint: hint)
    return nil
  }

  private func integers(_ range: LocatedText) -> Binning? {
    let ends = range.split(separator: ".")
    guard ends.count == 3, ends[1].scalars.isEmpty, let from = Int64(ends[0].text), let to = Int64(ends[2].text) else {
      return fail(
        "`integers` takes a range", range.scalars.isEmpty ? text.span : range.span, hint: "write `integers 0..63`")
    }
    guard from <= to else {
      return fail(
        "the range \(range.written) ends before it begins", range.span,
        hint: "write `integers \(ends[2].written)..\(ends[0].written)`")
    }
    let (width, overflow) = to.subtractingReportingOverflow(from)
    guard !overflow, width < Int64(Binning.mostBins) else {
      return fail(
        "the range \(range.written) makes more than \(Binning.mostBins) bins", range.span,
        hint: Binning.wider(from, to).map { "take fewer, wider bins: `\($0)`" } ?? "take a narrower range")
    }
    // Edges are floats: beyond 2^53 they do not tell one integer from the next, and the last edge is one beyond `to`.
    guard from >= -(1 << 53), to < 1 << 53 else {
      return fail(
        "the range \(range.written) is too far from 0 for one bin an integer", range.span,
        hint: "subtract an offset in `of:` and bin what is left")
    }
    return Binning(.integers(from...to), span: text.span)
  }

  private func categories(_ list: LocatedText) -> Binning? {
    let names = list.split(separator: ",").filter { !$0.scalars.isEmpty }
    guard !names.isEmpty else {
      return fail(
        "`categories` names no values", text.span, hint: "write `\"categories 2, 5, 7\"` or `\"categories A, B\"`")
    }
    guard names.count <= Binning.mostCategories else {
      return fail("there are \(names.count) categories, and \(Binning.mostCategories) is the most", list.span)
    }
    var seen: Set<String> = []
    for name in names {
      // `2` and `02` are one value.
      guard seen.insert(Int64(name.text).map(String.init) ?? name.text).inserted else {
        return fail("the category `\(name.written)` is there twice", name.span, hint: "remove one of them")
      }
    }
    return Binning(.categories(names.map(\.text)), span: text.span)
  }

  /// `N from A to B`, `N log from A to B`.
  private func regular(_ words: [LocatedText.Word]) -> Binning? {
    let isLogarithmic = words.count > 1 && words[1].text == "log"
    guard let from = words.firstIndex(where: { $0.text == "from" }),
      let to = words.firstIndex(where: { $0.text == "to" }),
      from == (isLogarithmic ? 2 : 1), to > from + 1, to + 1 < words.count
    else { return fail("`\(text.written)` does not describe bins", text.span) }
    let first = text[words[0].range]
    guard let count = Int(first.text), count >= 1 else {
      return fail(
        "`\(first.written)` is not a number of bins", first.span, hint: "give a whole number of bins, at least 1")
    }
    guard count <= Binning.mostBins else {
      return fail(
        "\(first.written) bins are more than \(Binning.mostBins)", first.span,
        hint: "take fewer bins; each takes 8 bytes")
    }
    let lowerText = text.text(from: words[from + 1], to: words[to - 1])
    let upperText = text.text(from: words[to + 1], to: words[words.count - 1])
    guard let lower = quantity(lowerText), let upper = quantity(upperText) else { return nil }
    let whole = text.text(from: words[from + 1], to: words[words.count - 1])
    let (a, b) = (lowerText.written, upperText.written)
    guard let end = upper.value(in: lower.unit) else {
      let (plain, unit) = lower.unit.isNone ? (a, upper.unit) : (b, lower.unit)
      let isPlain = lower.unit.isNone || upper.unit.isNone
      return fail(
        "the bins begin at \(lower.unit.dimension.name) (\(a)) and end at \(upper.unit.dimension.name) (\(b))",
        whole.span,
        hint: isPlain ? "give both ends the same unit: `\(plain) \(unit.symbol)`" : "give both ends the same unit")
    }
    guard lower.value < end else {
      return lower.value == end
        ? fail("the bins begin and end at \(a)", whole.span, hint: "give an end above the beginning")
        : fail(
          "the bins end (\(b)) below where they begin (\(a))", whole.span,
          hint: "write `\(first.written)\(isLogarithmic ? " log" : "") from \(b) to \(a)`")
    }
    if isLogarithmic { return logarithmic(count, lowerText, lower, upper) }
    let width = (end - lower.value) / Double(count)
    guard width.isFinite else {
      return fail("the ends \(a) and \(b) are too far apart to compute with", whole.span, hint: "take ends nearer to 0")
    }
    guard width >= max(abs(lower.value), abs(end)).ulp, (1 / width).isFinite else {
      return fail(
        "the bins are narrower than the numbers can tell apart", whole.span,
        hint: "take fewer bins, or subtract an offset in `of:` and bin what is left")
    }
    return Binning(.regular(count: count, from: lower, to: upper), span: text.span)
  }

  private func logarithmic(_ count: Int, _ lowerText: LocatedText, _ lower: Quantity, _ upper: Quantity) -> Binning? {
    guard lower.value > 0 else {
      return fail(
        "logarithmic bins begin above 0, and these begin at \(lowerText.written)", lowerText.span,
        hint: upper.value > 0
          ? "begin at the smallest value that you want to tell apart, such as `\(count) log from \(Quantity(upper.value / 1000, upper.unit).text) to \(upper.text)`; what is below counts as underflow"
          : "take bins of equal width")
    }
    guard let end = upper.value(in: lower.unit), let edges = LogarithmicEdges(count: count, from: lower.value, to: end)
    else {
      return fail("the ends are too far apart to compute with", text.span, hint: "take ends nearer to 1")
    }
    // All bins are as wide as the first, on a logarithmic scale.
    guard edges[1] - edges[0] > edges[0] * 1e-9 else {
      return fail("the bins are narrower than the numbers can tell apart", text.span, hint: "take fewer bins")
    }
    return Binning(.logarithmic(count: count, from: lower, to: upper), span: text.span)
  }

  func quantity(_ text: LocatedText) -> Quantity? {
    do {
      return try Quantity.parse(text.text)
    } catch {
      switch error {
      case .unknownUnit:
        reportUnknownUnit(text, findings: findings)
      case .notANumber:
        findings.error(
          .badBins, "`\(text.written)` is not a number", at: text.span,
          hint: "give numbers, with a unit if there is one: `600 ns`")
      }
      return nil
    }
  }
}

/// Reports the unit of a quantity whose unit is unknown; points at the unit.
package func reportUnknownUnit(_ quantity: LocatedText, findings: Findings) {
  let scalars = quantity.scalars
  func isNumeric(_ index: Int) -> Bool {
    if ("0"..."9").contains(scalars[index]) || " +-._".unicodeScalars.contains(scalars[index]) { return true }
    guard scalars[index] == "e" || scalars[index] == "E", index + 1 < scalars.count else { return false }
    return ("0"..."9").contains(scalars[index + 1]) || "+-".unicodeScalars.contains(scalars[index + 1])
  }
  let start = scalars.indices.first { !isNumeric($0) } ?? 0
  let unit = quantity[start..<quantity.scalars.count].trimmed
  reportUnknown(unit: unit, findings: findings)
}

/// How others write units.
private let others = [
  "sec": "s", "secs": "s", "second": "s", "seconds": "s", "msec": "ms", "usec": "us", "nsec": "ns", "minute": "min",
  "minutes": "min", "hour": "h", "hours": "h", "hr": "h", "micron": "um", "microns": "um", "meter": "m", "metre": "m",
  "volt": "V", "volts": "V", "kelvin": "K", "hertz": "Hz",
]

/// Reports a text that should be a unit.
package func reportUnknown(unit: LocatedText, findings: Findings) {
  let symbols = Unit.known.map(\.symbol)
  // Every part is a unit, so it is the whole that is too much.
  if unit.text.split(separator: "/").allSatisfy({ Unit.named($0.filter { $0 != " " }) != nil }) {
    findings.error(
      .unknownUnit, "the unit `\(unit.written)` is too large or too small to compute with", at: unit.span,
      hint: "use a simpler unit, such as `um/ns`")
    return
  }
  // In a quotient one part is wrong.
  let part = unit.split(separator: "/").first { !$0.scalars.isEmpty && Unit.named($0.text) == nil } ?? unit
  let ascii = String(part.text.map { $0 == "µ" || $0 == "μ" ? "u" : $0 })
  let near = Unit.named(ascii) != nil ? ascii : others[ascii.lowercased()] ?? suggestion(for: part.text, from: symbols)
  findings.error(
    .unknownUnit, "`\(part.written)` is not a unit", at: part.span,
    hint: near.map { "did you mean `\($0)`?" }
      ?? "units are \(symbols.joined(separator: ", ")), and quotients such as `um/ns`")
}
