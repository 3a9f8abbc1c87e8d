import Columns

/// A histogram over two columns, with an optional weight.
package struct Histogram2D: HistogramKind {
  let x: Axis
  let y: Axis
  let columns: (x: Slot, y: Slot)
  let weight: Slot?

  package init(x: Axis, y: Axis, columns: (x: Slot, y: Slot), weight: Slot?) {
    self.x = x
    self.y = y
    self.columns = columns
    self.weight = weight
  }

  package func makeState() -> any HistogramState { weight == nil ? Counted(self) : Weighted(self) }

  /// Flow bins included; one more number for the rows that are unknown.
  private var stride: Int { (x.count + 2) * (y.count + 2) + 1 }
  package var bytesPerCell: Int { stride * (weight == nil ? 8 : 24) }
  package var summary: String { "\(x.count) x \(y.count) bins" }

  /// The place of each row in its cell. As many places as there may be fit 32 bits.
  private func assign(_ input: FillInput) -> UnsafeMutablePointer<Int32> {
    let (xBins, yBins) = input.scratch
    x.assign(input.frame, columns.x, rows: input.rows, count: input.count, into: xBins)
    y.assign(input.frame, columns.y, rows: input.rows, count: input.count, into: yBins)
    let height = y.count + 2, unknown = stride - 1
    let (unknownX, unknownY) = (x.unknownBin, y.unknownBin)
    for i in 0..<input.count {
      let place = xBins[i] == unknownX || yBins[i] == unknownY ? unknown : Int(xBins[i]) &* height &+ Int(yBins[i])
      xBins[i] = Int32(truncatingIfNeeded: place)
    }
    return xBins
  }

  /// Every row counts 1.
  final class Counted: HistogramState {
    private let plan: Histogram2D
    private var counts: Tally<UInt64>

    init(_ plan: Histogram2D) {
      self.plan = plan
      counts = Tally(stride: plan.stride)
    }

    func fill(_ input: FillInput) {
      counts.grow(toCells: input.cellCount)
      let places = plan.assign(input), base = counts.base, stride = counts.stride
      guard let cells = input.cells else {
        for i in 0..<input.count { base[Int(places[i])] &+= 1 }
        return
      }
      for i in 0..<input.count where cells[i] >= 0 { base[Int(cells[i]) &* stride &+ Int(places[i])] &+= 1 }
    }

    func merge(_ other: any HistogramState) { counts.add((other as! Counted).counts) }

    func write(to writer: inout PartialWriter) { counts.write(to: &writer) }

    func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
      try counts.add(from: &reader, cells: cells)
    }

    func reset() { counts.reset() }

    func result(cell: Int) -> HistogramResult {
      let all = counts.cell(cell)
      // Not `map(Double.init)`: for a UInt64 that is Double(bitPattern:).
      return .map(
        x: plan.x, y: plan.y, values: all.dropLast().map { Double($0) }, weights: nil, unknown: all[all.count - 1])
    }
  }

  /// Every row counts with its weight.
  final class Weighted: HistogramState {
    private let plan: Histogram2D
    private var sums: Tally<WeightSums>

    init(_ plan: Histogram2D) {
      self.plan = plan
      sums = Tally(stride: plan.stride)
    }

    func fill(_ input: FillInput) {
      sums.add(
        input, bins: plan.assign(input), unknown: Int32(truncatingIfNeeded: plan.stride - 1),
        weights: ColumnReader(input.frame, plan.weight!))
    }

    func merge(_ other: any HistogramState) { sums.add((other as! Weighted).sums) }

    func write(to writer: inout PartialWriter) { sums.write(to: &writer) }

    func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
      try sums.add(from: &reader, cells: cells)
    }

    func reset() { sums.reset() }

    func result(cell: Int) -> HistogramResult {
      let all = sums.cell(cell), bins = all.dropLast()
      return .map(
        x: plan.x, y: plan.y, values: bins.map(\.sum), weights: (bins.map(\.count), bins.map(\.squares)),
        unknown: all[all.count - 1].count)
    }
  }
}
