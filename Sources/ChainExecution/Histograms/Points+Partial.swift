import Histograms

extension PartialWriter {
  /// Writes points in ascending order of x. Whole numbers, which counters are, take the distance from the one before.
  mutating func points(_ points: [PlotPoint]) {
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
  mutating func points() throws(PartialError) -> [PlotPoint] {
    let count = try count(), areWhole = try byte() == 1
    var points: [PlotPoint] = []
    points.reserveCapacity(count)
    var last: Int64 = 0
    for _ in 0..<count {
      if areWhole {
        last &+= try signed()
        points.append(PlotPoint(x: Double(last), y: Double(try signed())))
      } else {
        points.append(PlotPoint(x: try double(), y: try double()))
      }
      guard let point = points.last, !point.x.isNaN, !point.y.isNaN else { throw damaged() }
    }
    return points
  }
}
