/// Edges of bins that are equally wide on a logarithmic scale.
///
/// Results of two machines are added only where their edges are the same to the last bit, and libraries and processors
/// differ in the last bit of a logarithm. So edges are computed by roots and products alone, which IEEE 754 fixes, and
/// rounded to twelve digits: `3 log from 1 to 1000` has the edges 1, 10, 100 and 1000.
struct LogarithmicEdges {
  let count: Int
  private let lower: Double
  private let upper: Double
  /// By how much half, a quarter, an eighth ... of the way multiplies.
  private let roots: [Double]

  /// Nil where the ends are too far apart to compute with. Both are positive.
  init?(count: Int, from lower: Double, to upper: Double) {
    // Two roots of ends, whose quotient may be infinite.
    let half = upper.squareRoot() / lower.squareRoot()
    guard half.isFinite else { return nil }
    (self.count, self.lower, self.upper) = (count, lower, upper)
    var roots = [half]
    while roots.count < 60 { roots.append(roots[roots.count - 1].squareRoot()) }
    self.roots = roots
  }

  /// Edge `number`, from 0 to `count`; the ends stay as they are.
  subscript(number: Int) -> Double {
    if number == 0 || number == count { return number == 0 ? lower : upper }
    var share = Double(number) / Double(count), edge = lower
    for root in roots where share > 0 {
      share *= 2
      if share >= 1 {
        edge *= root
        share -= 1
      }
    }
    return Self.rounded(edge)
  }

  var all: [Double] { (0...count).map { self[$0] } }

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
