import Histograms

/// The points of one cell. They are sorted when there are twice as many as the limit, of which the larger half goes, and
/// when the window is published.
struct PointList {
  private(set) var points: [PlotPoint] = []
  var omitted: UInt64 = 0
  /// Points beyond this x are not among the smallest.
  private(set) var ceiling = Double.infinity
  private var highest = -Double.infinity
  /// So many from the first on are in order.
  private var sorted = 0
  /// What was added since the others were last told.
  private var news = (count: 0, highest: -Double.infinity)

  /// From here on room for all points that there may be is taken in one go: memory that nothing is written to costs
  /// nothing, and to grow by copying does.
  private static let few = 1024

  /// Adds a point that is not beyond the ceiling.
  @inline(__always)
  mutating func add(_ point: PlotPoint, limit: Int) {
    if points.count == points.capacity, points.count >= Self.few { points.reserveCapacity(limit + limit / 4) }
    points.append(point)
    highest = max(highest, point.x)
    news = (news.count + 1, max(news.highest, point.x))
    // As many as are kept lie at or below the highest: where x ascends, hardly any comes after them.
    if points.count == limit { close(at: highest) }
    if points.count >= 2 * limit { trim(to: limit) }
  }

  /// No point beyond x can be among the smallest.
  mutating func close(at x: Double) { ceiling = min(ceiling, x) }

  /// What was added since this was last asked.
  mutating func takeNews() -> (count: Int, highest: Double) {
    defer { news = (0, -.infinity) }
    return news
  }

  /// Puts the points in order; what came since the last time is sorted by itself.
  mutating func order(limit: Int) {
    guard sorted < points.count else { return }
    if sorted == 0 {
      omitted += UInt64(Points.select(&points, limit: limit))
      Points.sort(&points)
    } else {
      var rest = Array(points[sorted...])
      Points.sort(&rest)
      var (mine, theirs) = (sorted - 1, rest.count - 1)
      points.withUnsafeMutableBufferPointer { points in
        for place in points.indices.reversed() {
          if theirs < 0 { break }
          if mine >= 0, PlotPoint.precedes(rest[theirs], points[mine]) {
            points[place] = points[mine]
            mine -= 1
          } else {
            points[place] = rest[theirs]
            theirs -= 1
          }
        }
      }
    }
    sorted = points.count
  }

  /// Takes the smallest points of another.
  mutating func merge(_ other: PointList, limit: Int) {
    guard !other.points.isEmpty else {
      omitted += other.omitted
      return close(at: other.ceiling)
    }
    var other = other
    order(limit: limit)
    other.order(limit: limit)
    let (mine, theirs) = (points, other.points)
    let count = min(limit, mine.count + theirs.count)
    points = [PlotPoint](unsafeUninitializedCapacity: count) { points, initialized in
      var (a, b) = (0, 0)
      for place in 0..<count {
        if b == theirs.count || (a < mine.count && !PlotPoint.precedes(theirs[b], mine[a])) {
          points[place] = mine[a]
          a += 1
        } else {
          points[place] = theirs[b]
          b += 1
        }
      }
      initialized = count
    }
    sorted = count
    omitted += other.omitted + UInt64(mine.count + theirs.count - count)
    highest = max(highest, other.highest)
    close(at: other.ceiling)
    if count == limit { close(at: points[limit - 1].x) }
  }

  /// Sorts the points and keeps the smallest.
  mutating func trim(to limit: Int) {
    order(limit: limit)
    guard points.count >= limit else { return }
    omitted += UInt64(points.count - limit)
    points.removeLast(points.count - limit)
    sorted = limit
    close(at: points[limit - 1].x)
    highest = ceiling
  }

  mutating func removeAll() {
    points.removeAll(keepingCapacity: true)
    omitted = 0
    ceiling = .infinity
    highest = -.infinity
    sorted = 0
    news = (0, -.infinity)
  }
}
