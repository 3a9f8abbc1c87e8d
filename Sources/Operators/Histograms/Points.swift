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

  /// The points of one cell. Points gather up to twice the limit, then the larger half goes: each point is looked at a
  /// constant number of times on average. They are sorted only when the window is published.
  struct Gathered {
    var points: [Point] = []
    var omitted: UInt64 = 0
    /// Once the limit was reached, points beyond this x cannot be among the smallest.
    var ceiling = Double.infinity

    mutating func add(_ point: Point, limit: Int) {
      guard point.x <= ceiling else {
        omitted += 1
        return
      }
      points.append(point)
      if points.count >= 2 * limit { trim(to: limit) }
    }

    mutating func trim(to limit: Int) {
      guard points.count > limit else { return }
      points.withUnsafeMutableBufferPointer { Gathered.partition($0, at: limit - 1) }
      omitted += UInt64(points.count - limit)
      points.removeLast(points.count - limit)
      ceiling = points[limit - 1].x
    }

    /// Puts the point of that rank at its place, all smaller ones before it and no smaller one behind it (Hoare's
    /// quickselect, the pivot being the median of three).
    private static func partition(_ points: UnsafeMutableBufferPointer<Point>, at rank: Int) {
      var low = 0, high = points.count - 1
      while low < high {
        let middle = low + (high - low) / 2
        if Point.precedes(points[middle], points[low]) { points.swapAt(middle, low) }
        if Point.precedes(points[high], points[low]) { points.swapAt(high, low) }
        if Point.precedes(points[high], points[middle]) { points.swapAt(high, middle) }
        let pivot = points[middle]
        var i = low, j = high
        while i <= j {
          while Point.precedes(points[i], pivot) { i += 1 }
          while Point.precedes(pivot, points[j]) { j -= 1 }
          if i <= j {
            points.swapAt(i, j)
            i += 1
            j -= 1
          }
        }
        if rank <= j { high = j } else if rank >= i { low = i } else { return }
      }
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
      for (index, gathered) in other.cells.enumerated() {
        cells[index].omitted += gathered.omitted
        for point in gathered.points { cells[index].add(point, limit: plan.limit) }
      }
    }

    func write(to writer: inout PartialWriter) {
      let used = (cells.lastIndex { !$0.points.isEmpty || $0.omitted > 0 } ?? -1) + 1
      writer.count(used)
      for index in 0..<used {
        cells[index].trim(to: plan.limit)
        cells[index].points.sort(by: Point.precedes)
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
      for index in cells.indices {
        cells[index].points.removeAll(keepingCapacity: true)
        cells[index].omitted = 0
        cells[index].ceiling = .infinity
      }
    }

    func result(cell: Int) -> AggregateResult {
      var gathered = cell < cells.count ? cells[cell] : Gathered()
      gathered.trim(to: plan.limit)
      gathered.points.sort(by: Point.precedes)
      return .points(
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
