import Columns
import Diagnostics

/// The bins of one axis as the user declares them.
public struct Binning: Sendable {
  public enum Shape: Sendable {
    /// `64 from 0 to 64`: bins of equal width.
    case regular(count: Int, from: Quantity, to: Quantity)
    /// `[0 ns, 10 ns, 50 ns]`: the bin edges, ascending.
    case edges([Quantity])
    /// `integers 0..63`: one bin for each integer.
    case integers(ClosedRange<Int64>)
    /// `categories 2, 5, 7` or `categories A, B`: one bin for each value.
    case categories([String])
  }

  public let shape: Shape
  public let span: Span

  public init(_ shape: Shape, span: Span) {
    self.shape = shape
    self.span = span
  }

  /// The most bins of one axis; 8 bytes each, and as many again for every value of a `per` column.
  public static let mostBins = 10_000_000

  public var count: Int {
    switch shape {
    case .regular(let count, _, _): count
    case .edges(let edges): edges.count - 1
    case .integers(let range): range.count
    case .categories(let names): names.count
    }
  }

  static let hint = "write bins as `64 from 0 to 64`, `140 from -100 ns to 600 ns`, a list of edges, `integers 0..63`, or `categories A, B`"

  /// Reads the text forms; a list of edges is read by ``parse(edges:findings:)``.
  public static func parse(_ text: LocatedText, findings: Findings) -> Binning? {
    let words = text.words()
    func fail(_ message: String, _ span: Span, hint: String = Binning.hint) -> Binning? {
      findings.error("bad-bins", message, at: span, hint: hint)
      return nil
    }
    guard let first = words.first else { return fail("no bins are given", text.span) }
    if first.text == "integers" {
      let rest = text.text(after: first)
      let ends = rest.text.split(separator: ".", omittingEmptySubsequences: false)
      guard ends.count == 3, ends[1].isEmpty, let from = Int64(ends[0].trimmed), let to = Int64(ends[2].trimmed) else {
        return fail("`integers` takes a range such as 0..63", rest.span)
      }
      guard from <= to else {
        return fail("the range \(from)..\(to) is empty", rest.span, hint: "write `integers \(to)..\(from)`")
      }
      guard to.subtractingReportingOverflow(from).overflow == false, to - from < Int64(mostBins) else {
        return fail("more than \(mostBins) bins", rest.span, hint: "take fewer, wider bins: `1000 from \(from) to \(to)`")
      }
      return Binning(.integers(from...to), span: text.span)
    }
    if first.text == "categories" {
      let names = text.text(after: first).split(separator: ",").filter { !$0.scalars.isEmpty }
      guard !names.isEmpty else { return fail("`categories` takes values, separated by commas", text.span) }
      var seen: Set<String> = []
      for name in names where !seen.insert(name.text).inserted {
        return fail("the category `\(name.text)` stands twice", name.span, hint: "remove one of them")
      }
      return Binning(.categories(names.map(\.text)), span: text.span)
    }
    // N from A to B
    guard let from = words.firstIndex(where: { $0.text == "from" }), let to = words.firstIndex(where: { $0.text == "to" }),
      from == 1, to > from + 1, to + 1 < words.count
    else {
      return fail("`\(text.written)` does not describe bins", text.span)
    }
    guard let count = Int(first.text), count >= 1 else {
      return fail("`\(first.text)` is not a number of bins", first.span, hint: "give a whole number of bins, at least 1")
    }
    guard count <= mostBins else {
      return fail("\(count) bins are more than \(mostBins)", first.span, hint: "take fewer bins; each takes 8 bytes")
    }
    guard let lower = quantity(text.text(from: words[from + 1], to: words[to - 1]), findings),
      let upper = quantity(text.text(from: words[to + 1], to: words[words.count - 1]), findings)
    else { return nil }
    let whole = text.text(from: words[from + 1], to: words[words.count - 1])
    guard let scaled = upper.value(in: lower.unit) else {
      return fail(
        "the bins go from \(lower.unit.dimension.name) to \(upper.unit.dimension.name)", whole.span,
        hint: "give both ends the same unit, such as `\(count) from \(lower.text) to \(Quantity(upper.value, lower.unit).text)`")
    }
    guard lower.value < scaled else {
      return fail(
        "the bins end (\(upper.text)) before they begin (\(lower.text))", whole.span,
        hint: lower.value == scaled ? "give different ends" : "write `\(count) from \(upper.text) to \(lower.text)`")
    }
    return Binning(.regular(count: count, from: lower, to: upper), span: text.span)
  }

  /// Reads a list of edges.
  public static func parse(edges nodes: [Node], span: Span, findings: Findings) -> Binning? {
    var edges: [Quantity] = []
    for node in nodes {
      guard let text = node.scalar else {
        findings.error("bad-bins", "a bin edge is \(node.kindName)", at: node.span, hint: "give numbers: `[0, 10, 50]`")
        return nil
      }
      guard let edge = quantity(text, findings) else { return nil }
      if let last = edges.last {
        guard let value = edge.value(in: last.unit) else {
          findings.error(
            "bad-bins", "the edge \(edge.text) is \(edge.unit.dimension.name), the one before is \(last.unit.dimension.name)",
            at: node.span, hint: "give all edges the same unit")
          return nil
        }
        guard value > last.value else {
          findings.error(
            "bad-bins", "the edge \(edge.text) does not lie above the one before, \(last.text)", at: node.span,
            hint: "list the edges in ascending order")
          return nil
        }
      }
      edges.append(edge)
    }
    guard edges.count >= 2 else {
      findings.error("bad-bins", "bins need at least two edges", at: span, hint: "give more edges: `[0, 10, 50]`")
      return nil
    }
    return Binning(.edges(edges), span: span)
  }

  private static func quantity(_ text: LocatedText, _ findings: Findings) -> Quantity? {
    do {
      return try Quantity.parse(text.text)
    } catch {
      switch error {
      case .notANumber:
        findings.error("bad-bins", "`\(text.written)` is not a number", at: text.span, hint: hint)
      case .unknownUnit(let symbol):
        reportUnknownUnit(symbol, at: text.span, findings: findings)
      }
    }
    return nil
  }
}

func reportUnknownUnit(_ symbol: String, at span: Span, findings: Findings) {
  let hint = suggestion(for: symbol, from: Unit.known.map(\.symbol)).map { "did you mean \($0)?" }
  findings.error(
    "unknown-unit", "`\(symbol)` is not a unit", at: span,
    hint: hint ?? "units are \(Unit.known.map(\.symbol).joined(separator: ", "))")
}

extension Substring {
  var trimmed: Substring {
    var text = self.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
