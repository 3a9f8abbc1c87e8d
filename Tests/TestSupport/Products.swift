/// The windows of a run summed, as one would have found them in a single window.
package struct Products: Equatable {
  package struct Bins: Equatable {
    package var edges: [Double]
    package var bins: [Double]
    package var underflow: Double
    package var overflow: Double
    package var unknown: Double

    /// The count of the bin that holds `x`; what lies beyond the last edge is in overflow.
    package func count(at x: Double) -> Double {
      if x < edges[0] { return underflow }
      guard let bin = bins.indices.first(where: { x < edges[$0 + 1] }) else { return overflow }
      return bins[bin]
    }

    package var total: Double { bins.reduce(0, +) + underflow + overflow }
  }

  package var counts: [String: Int] = [:]
  package var histograms: [String: Bins] = [:]
  /// y by x; several windows that hold a point of the same x add up.
  package var points: [String: [Double: Double]] = [:]

  package init(_ messages: [Message]) {
    for message in messages {
      for (name, count) in message.counts { counts[name, default: 0] += count }
      for (name, histogram) in message.histograms {
        if let x = histogram.x, let y = histogram.y {
          for (x, y) in zip(x, y) { points[name, default: [:]][x, default: 0] += y }
        } else if let edges = histogram.edges, let bins = histogram.bins {
          add(
            name,
            Bins(
              edges: edges, bins: bins, underflow: histogram.underflow ?? 0, overflow: histogram.overflow ?? 0,
              unknown: histogram.unknown ?? 0))
        }
      }
    }
  }

  private mutating func add(_ name: String, _ more: Bins) {
    guard var sum = histograms[name] else {
      histograms[name] = more
      return
    }
    precondition(sum.edges == more.edges, "the bins of \(name) differ between windows")
    for bin in sum.bins.indices { sum.bins[bin] += more.bins[bin] }
    sum.underflow += more.underflow
    sum.overflow += more.overflow
    sum.unknown += more.unknown
    histograms[name] = sum
  }
}
