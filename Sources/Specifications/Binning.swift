import Columns
import Diagnostics

/// The bins of one axis as the user declares them.
package struct Binning: Sendable {
  package enum Shape: Sendable {
    /// `64 from 0 to 64`: bins of equal width.
    case regular(count: Int, from: Quantity, to: Quantity)
    /// `60 log from 1 ns to 1 ms`: each bin wider than the one before by the same factor. The first edge is above 0.
    case logarithmic(count: Int, from: Quantity, to: Quantity)
    /// `[0 ns, 10 ns, 50 ns]`: the bin edges, ascending.
    case edges([Quantity])
    /// `integers 0..63`: one bin for each integer.
    case integers(ClosedRange<Int64>)
    /// `categories 2, 5, 7` or `categories A, B`: one bin for each value.
    case categories([String])
  }

  package let shape: Shape
  package let span: Span

  package init(_ shape: Shape, span: Span) {
    self.shape = shape
    self.span = span
  }

  /// The most bins of one axis; 8 bytes each, and as many again for every value of a `per` column.
  package static let mostBins = 10_000_000
  /// The most values of `categories`: as many as a column of text tells apart.
  package static let mostCategories = 65_536

  /// The edges in `unit`, one more than bins; nil for categories, or where they measure something else.
  package func edges(in unit: Unit) -> [Double]? {
    switch shape {
    case .regular(let count, let from, let to):
      guard let lower = from.value(in: unit), let upper = to.value(in: unit) else { return nil }
      let width = upper - lower
      // Each edge from the ends, so that errors of rounding do not add up along the axis.
      return (0...count).map { number in
        if number == count { return upper }
        let far = width * Double(number)
        return lower + (far.isFinite ? far / Double(count) : width * (Double(number) / Double(count)))
      }
    case .logarithmic(let count, let from, let to):
      guard let lower = from.value(in: unit), let upper = to.value(in: unit) else { return nil }
      return LogarithmicEdges(count: count, from: lower, to: upper)?.all
    case .edges(let list):
      let edges = list.compactMap { $0.value(in: unit) }
      return edges.count == list.count ? edges : nil
    case .integers(let integers): return (integers.lowerBound...integers.upperBound + 1).map(Double.init)
    case .categories: return nil
    }
  }

  package var count: Int {
    switch shape {
    case .regular(let count, _, _), .logarithmic(let count, _, _): count
    case .edges(let edges): edges.count - 1
    case .integers(let range): range.count
    case .categories(let names): names.count
    }
  }
}
