import Columns
import Histograms

/// A histogram over two columns, with an optional weight.
package struct Histogram2D: HistogramKind {
  let bins: PlaneBins
  let weight: Slot?

  package init(_ bins: PlaneBins, weight: Slot?) {
    self.bins = bins
    self.weight = weight
  }

  package func makeState() -> any HistogramState { weight == nil ? Counted(self) : Weighted(self) }

  package var bytesPerCell: Int { bins.slots * (weight == nil ? 8 : 24) }
  package var summary: String { bins.summary }

  /// Every row counts 1.
  final class Counted: HistogramState {
    private let plan: Histogram2D
    private var counts: Tally<UInt64>

    init(_ plan: Histogram2D) {
      self.plan = plan
      counts = Tally(stride: plan.bins.slots)
    }

    func fill(_ input: FillInput) {
      counts.grow(toCells: input.cellCount)
      let places = plan.bins.assign(input), base = counts.base, stride = counts.stride
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

    func content(cell: Int) -> any HistogramContent {
      let all = counts.cell(cell)
      // Not `map(Double.init)`: for a UInt64 that is Double(bitPattern:).
      return MapContent(
        x: ResultAxis(plan.bins.x), y: ResultAxis(plan.bins.y), values: all.dropLast().map { Double($0) }, weights: nil,
        unknown: all[all.count - 1])
    }
  }

  /// Every row counts with its weight.
  final class Weighted: HistogramState {
    private let plan: Histogram2D
    private var sums: Tally<WeightSums>

    init(_ plan: Histogram2D) {
      self.plan = plan
      sums = Tally(stride: plan.bins.slots)
    }

    func fill(_ input: FillInput) {
      // Made where there is a weight.
      sums.add(
        input, bins: plan.bins.assign(input), unknown: plan.bins.unknownPlace,
        weights: ColumnReader(input.frame, plan.weight!))
    }

    func merge(_ other: any HistogramState) { sums.add((other as! Weighted).sums) }

    func write(to writer: inout PartialWriter) { sums.write(to: &writer) }

    func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
      try sums.add(from: &reader, cells: cells)
    }

    func reset() { sums.reset() }

    func content(cell: Int) -> any HistogramContent {
      let all = sums.cell(cell), bins = all.dropLast()
      return MapContent(
        x: ResultAxis(plan.bins.x), y: ResultAxis(plan.bins.y), values: bins.map(\.sum),
        weights: (bins.map(\.count), bins.map(\.squares)),
        unknown: all[all.count - 1].count)
    }
  }
}
