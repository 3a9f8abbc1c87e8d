import CScan
import Columns
import Histograms

extension Points {
  final class State: HistogramState {
    private let plan: Points
    private var cells: [PointList] = []
    /// Points that came when their cell's list was closed, by cell.
    private var beyond = EntryBuffer<UInt64>(empty: 0)
    private var bounds = PointBounds()
    /// No list of so many cells takes a point beyond this; infinite while any is open.
    private var closed = (cells: 0, ceiling: Double.infinity)

    init(_ plan: Points) { self.plan = plan }

    private func grow(to count: Int) {
      while cells.count < count { cells.append(PointList()) }
      beyond.grow(to: count)
    }

    func share(with other: any HistogramState) { bounds = (other as! State).bounds }

    func fill(_ input: FillInput) {
      grow(to: input.cellCount)
      if isBeyond(input) {
        if let cells = input.cells {
          scan_increment(beyond.base, cells, input.count)
        } else {
          beyond.base[0] += UInt64(input.count)
        }
        return
      }
      gather(input)
      let wasOpen = closed.ceiling == .infinity
      closed = (input.cellCount, cells.reduce(-.infinity) { max($0, $1.ceiling) })
      // Hardly any point comes after that. To sort now is work that several workers share; later it would be one's.
      if wasOpen, closed.ceiling < .infinity {
        for index in cells.indices { cells[index].order(limit: plan.limit) }
      }
    }

    /// Whether all rows have points, and all of these lie beyond what any list takes. Where x is a counter that is the case
    /// for nearly all rows of a long window, and known from its column alone.
    private func isBeyond(_ input: FillInput) -> Bool {
      guard closed.cells == input.cellCount, closed.ceiling < 9e15, plan.columns.x.lane == .int64,
        plan.columns.y.lane == .int32, let last = UnsafeBufferPointer(start: input.rows, count: input.count).last
      else { return false }
      // Rows that do not count are looked at, too: that is no harm where they lie beyond as well.
      let first = Int(input.rows[0])
      let extent = scan_extent_of(input.frame.int64(plan.columns.x) + first, Int(last) - first + 1)
      return extent.has_unknown == 0 && extent.lowest > Int64(saturating: closed.ceiling.rounded(.up))
        && scan_count_unknown(input.frame.int32(plan.columns.y), input.rows, input.count) == 0
    }

    private func gather(_ input: FillInput) {
      let x = ColumnReader(input.frame, plan.columns.x), y = ColumnReader(input.frame, plan.columns.y)
      let limit = plan.limit, bounds = bounds
      cells.withUnsafeMutableBufferPointer { lists in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * input.count) { values in
          let xs = values.baseAddress!, ys = xs + input.count
          x.copy(input.rows, count: input.count, to: xs)
          y.copy(input.rows, count: input.count, to: ys)
          for i in 0..<input.count {
            let cell = input.cells.map { Int($0[i]) } ?? 0
            // A point needs both its values.
            if cell < 0 || xs[i].isUnknown || ys[i].isUnknown { continue }
            if xs[i] > lists[cell].ceiling {
              lists[cell].omitted &+= 1
            } else {
              lists[cell].add(PlotPoint(x: xs[i], y: ys[i]), limit: limit)
            }
          }
        }
        for cell in lists.indices {
          let news = lists[cell].takeNews()
          if news.count > 0 { lists[cell].close(at: bounds.note(cell, news, limit: limit)) }
        }
      }
    }

    /// Counts what came when lists were closed with the other points that they do not have.
    private func settle() {
      for index in cells.indices {
        cells[index].omitted += beyond.base[index]
        beyond.base[index] = 0
      }
    }

    func merge(_ other: any HistogramState) {
      let other = other as! State
      grow(to: other.cells.count)
      settle()
      other.settle()
      for (index, list) in other.cells.enumerated() { cells[index].merge(list, limit: plan.limit) }
    }

    func write(to writer: inout PartialWriter) {
      settle()
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
        for point in points {
          if point.x > cells[cell].ceiling {
            cells[cell].omitted += 1
          } else {
            cells[cell].add(point, limit: plan.limit)
          }
        }
      }
    }

    func reset() {
      for index in cells.indices { cells[index].removeAll() }
      beyond.reset(cells.count)
      bounds = PointBounds()
      closed = (0, .infinity)
    }

    func content(cell: Int) -> any HistogramContent {
      guard cell < cells.count else { return content(PointList()) }
      settle()
      cells[cell].trim(to: plan.limit)
      return content(cells[cell])
    }

    private func content(_ list: PointList) -> PointsContent {
      PointsContent(axis: plan.xAxis, y: plan.yAxis, points: list.points, omitted: list.omitted)
    }
  }
}
