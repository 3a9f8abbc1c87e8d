/// Edges of bins that are equally wide on a logarithmic scale.
///
/// Results of two machines are added only where their edges are the same to the last bit, and libraries and processors
/// differ in the last bit of a logarithm. So edges are computed by roots and products alone, which IEEE 754 fixes, and
/// rounded to twelve digits: `3 log from 1 to 1000` has the edges 1, 10, 100 and 1000.
enum LogarithmicEdges {
  /// `count + 1` edges; `lower` and `upper` are positive, and stay as they are.
  static func edges(count: Int, from lower: Double, to upper: Double) -> [Double] {
    // By how much half, a quarter, an eighth ... of the way multiplies. Two roots of ends, whose quotient may be infinite.
    var roots = [upper.squareRoot() / lower.squareRoot()]
    while roots.count < 60 { roots.append(roots[roots.count - 1].squareRoot()) }
    return (0...count).map { number in
      if number == 0 || number == count { return number == 0 ? lower : upper }
      var share = Double(number) / Double(count), edge = lower
      for root in roots where share > 0 {
        share *= 2
        if share >= 1 {
          edge *= root
          share -= 1
        }
      }
      return rounded(edge)
    }
  }

  /// To twelve digits, and as it is where powers of ten are not exact.
  private static func rounded(_ value: Double) -> Double {
    var scale = 1.0
    if value >= 1e12 {
      while value / scale >= 1e12, scale < 1e22 { scale *= 10 }
      return scale < 1e22 ? (value / scale).rounded() * scale : value
    }
    while value * scale < 1e11, scale < 1e22 { scale *= 10 }
    return scale < 1e22 ? (value * scale).rounded() / scale : value
  }
}
