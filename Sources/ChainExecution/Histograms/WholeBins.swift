import Columns

/// Bins over integers of 64 bits: edges are taken off as integers, where doubles have not all their digits.
package enum WholeBins: Sendable {
  /// Bins of one width. The first begins at `origin + offset`, and 0 <= offset < 1.
  case regular(origin: Int64, offset: Double, perUnit: Double)
  /// The least integer of each bin and of the overflow, which may lie beyond 64 bits.
  case edges([Int128])

  /// - Parameters:
  ///   - lower: where the first bin begins, and `upper` where the last ends, in the unit of the integers.
  /// - Returns: nil where 64 bits do not reach the beginning.
  package init?(count: Int, from lower: ExactNumber, to upper: ExactNumber) {
    guard let origin = Int64(exactly: lower.floor) else { return nil }
    let width = upper.minus(lower)?.value ?? (upper.value - lower.value)
    let perUnit = Double(count) / width
    guard perUnit.isFinite, perUnit > 0 else { return nil }
    self = .regular(origin: origin, offset: lower.fraction, perUnit: perUnit)
  }

  package init(_ edges: [ExactNumber]) {
    var first: [Int128] = []
    let most = Int128(1) << 100
    for (index, edge) in edges.enumerated() {
      // As near to an edge as makes no difference is on it: `edgeTolerance`, without the rounding of edges.
      func width(_ lower: ExactNumber, _ upper: ExactNumber) -> Double {
        upper.minus(lower)?.value ?? (upper.value - lower.value)
      }
      let least = edge.value == 0 ? Double.infinity : abs(edge.value)
      let above = index + 1 < edges.count ? width(edge, edges[index + 1]) : least
      let below = index > 0 ? width(edges[index - 1], edge) : least
      let slack = Axis.snap * min(above, below)
      let shift = (edge.fraction - slack).rounded(.up)
      first.append(min(max(edge.floor, -most), most) + Int128(min(max(shift, -1e30), 1)))
    }
    self = .edges(first)
  }

  /// The bin of an integer: 0 below the first, count + 1 above the last.
  func bin(of value: Int64, count: Int) -> Int32 {
    switch self {
    case .regular(let origin, let offset, let perUnit):
      let (distance, overflow) = value.subtractingReportingOverflow(origin)
      let position =
        ((overflow ? Double(value) - Double(origin) : Double(distance)) - offset) * perUnit + Axis.snap
      return position < 0 ? 0 : position >= Double(count) ? Int32(count + 1) : Int32(position) + 1
    case .edges(let first):
      // The number of bins that begin at or below the value is its bin number.
      let value = Int128(value)
      var low = 0, high = first.count
      while low < high {
        let middle = (low + high) / 2
        if first[middle] <= value { low = middle + 1 } else { high = middle }
      }
      return Int32(low)
    }
  }
}
