import Columns

/// Values of one column against another, point by point: `plot: orbit.active, against: ORBIT_CNT`.
///
/// A plot keeps the `limit` points with the smallest x and counts the others, so that a window of any length has a message
/// of bounded size. Which points those are does not depend on how the input was split.
struct Points: AggregateKind {
  let columns: (x: Slot, y: Slot)
  let limit: Int
  let xAxis: (label: String, unit: String)
  let yAxis: (label: String, unit: String)

  func makeState() -> any AggregateState { State(self) }

  var bytesPerCell: Int { limit * 16 }
  var summary: String { "up to \(limit) points" }

  struct Point: BitwiseCopyable {
    var x: Double
    var y: Double

    static func precedes(_ a: Point, _ b: Point) -> Bool { a.x != b.x ? a.x < b.x : a.y < b.y }
  }

  /// The points of one cell. They are sorted when there are twice as many as the limit, of which the larger half goes, and
  /// when the window is published.
  struct Gathered {
    var points: [Point] = []
    var omitted: UInt64 = 0
    /// Points beyond this x are not among the smallest.
    var ceiling = Double.infinity
    private var highest = -Double.infinity
    private var isSorted = true

    @inline(__always)
    mutating func add(_ point: Point, limit: Int) {
      guard point.x <= ceiling else {
        omitted += 1
        return
      }
      points.append(point)
      isSorted = false
      highest = max(highest, point.x)
      // As many as are kept lie at or below the highest: where x ascends, hardly any comes after them.
      if points.count == limit { ceiling = min(ceiling, highest) }
      if points.count >= 2 * limit { trim(to: limit) }
    }

    /// Takes what another has gathered. Those of a few workers are sorted together, once.
    mutating func merge(_ other: Gathered, limit: Int) {
      omitted += other.omitted
      ceiling = min(ceiling, other.ceiling)
      highest = max(highest, other.highest)
      points += other.points
      isSorted = false
      if points.count >= 4 * limit { trim(to: limit) }
    }

    /// Sorts the points and keeps the smallest.
    mutating func trim(to limit: Int) {
      let count = points.count
      if !isSorted {
        select(&points, limit: limit)
        sort(&points)
        isSorted = true
      }
      guard count >= limit else { return }
      omitted += UInt64(count - limit)
      points.removeLast(points.count - limit)
      ceiling = points[limit - 1].x
      highest = ceiling
    }

    mutating func removeAll() {
      points.removeAll(keepingCapacity: true)
      omitted = 0
      ceiling = .infinity
      highest = -.infinity
      isSorted = true
    }
  }

  final class State: AggregateState {
    private let plan: Points
    private var cells: [Gathered] = []

    init(_ plan: Points) { self.plan = plan }

    private func grow(to count: Int) {
      while cells.count < count { cells.append(Gathered()) }
    }

    func fill(_ input: FillInput) {
      grow(to: input.cellCount)
      let x = ColumnReader(input.frame, plan.columns.x), y = ColumnReader(input.frame, plan.columns.y)
      let limit = plan.limit
      cells.withUnsafeMutableBufferPointer { gathered in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * input.count) { values in
          let xs = values.baseAddress!, ys = xs + input.count
          x.copy(input.rows, count: input.count, to: xs)
          y.copy(input.rows, count: input.count, to: ys)
          for i in 0..<input.count {
            let cell = input.cells.map { Int($0[i]) } ?? 0
            // A point needs both its values.
            if cell < 0 || xs[i].isUnknown || ys[i].isUnknown { continue }
            if xs[i] > gathered[cell].ceiling {
              gathered[cell].omitted &+= 1
            } else {
              gathered[cell].add(Point(x: xs[i], y: ys[i]), limit: limit)
            }
          }
        }
      }
    }

    func merge(_ other: any AggregateState) {
      let other = other as! State
      grow(to: other.cells.count)
      for (index, gathered) in other.cells.enumerated() { cells[index].merge(gathered, limit: plan.limit) }
    }

    func write(to writer: inout PartialWriter) {
      let used = (cells.lastIndex { !$0.points.isEmpty || $0.omitted > 0 } ?? -1) + 1
      writer.count(used)
      for index in 0..<used {
        cells[index].trim(to: plan.limit)
        writer.unsigned(cells[index].omitted)
        writer.points(cells[index].points)
      }
    }

    func add(from reader: inout PartialReader, cells map: [Int32]) throws(PartialError) {
      let count = try reader.count(limit: map.count)
      grow(to: Int((map.prefix(count).max() ?? -1) + 1))
      for index in 0..<count {
        let omitted = try reader.unsigned(), points = try reader.points()
        guard omitted < 1 << 62 else { throw reader.damaged() }
        let cell = Int(map[index])
        guard cell >= 0 else { continue }
        cells[cell].omitted += omitted
        for point in points { cells[cell].add(point, limit: plan.limit) }
      }
    }

    func reset() {
      for index in cells.indices { cells[index].removeAll() }
    }

    func result(cell: Int) -> AggregateResult {
      guard cell < cells.count else { return result(Gathered()) }
      cells[cell].trim(to: plan.limit)
      return result(cells[cell])
    }

    private func result(_ gathered: Gathered) -> AggregateResult {
      .points(
        label: plan.xAxis.label, unit: plan.xAxis.unit, x: gathered.points.map(\.x), y: gathered.points.map(\.y),
        omitted: gathered.omitted, yLabel: plan.yAxis.label, yUnit: plan.yAxis.unit)
    }
  }
}

extension AggregatePlan {
  /// The most points that a message has of each plot; nil for other forms.
  public var pointLimit: Int? { (kind as? Points)?.limit }
}

extension PartialWriter {
  /// Writes points in ascending order of x. Whole numbers, which counters are, take the distance from the one before.
  fileprivate mutating func points(_ points: [Points.Point]) {
    func isWhole(_ value: Double) -> Bool { value == value.rounded() && abs(value) < 1e15 && value.sign == .plus }
    let areWhole = points.allSatisfy { isWhole($0.x) && isWhole($0.y) }
    count(points.count)
    byte(areWhole ? 1 : 0)
    var last: Int64 = 0
    for point in points {
      if areWhole {
        signed(Int64(point.x) - last)
        signed(Int64(point.y))
        last = Int64(point.x)
      } else {
        double(point.x)
        double(point.y)
      }
    }
  }
}

extension PartialReader {
  fileprivate mutating func points() throws(PartialError) -> [Points.Point] {
    let count = try count(), areWhole = try byte() == 1
    var points: [Points.Point] = []
    points.reserveCapacity(count)
    var last: Int64 = 0
    for _ in 0..<count {
      if areWhole {
        last &+= try signed()
        points.append(Points.Point(x: Double(last), y: Double(try signed())))
      } else {
        points.append(Points.Point(x: try double(), y: try double()))
      }
      guard let point = points.last, !point.x.isNaN, !point.y.isNaN else { throw damaged() }
    }
    return points
  }
}
