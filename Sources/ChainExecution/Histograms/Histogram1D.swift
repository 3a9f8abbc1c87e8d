import Columns
import Histograms

/// A histogram of one column, with an optional weight.
package struct Histogram1D: HistogramKind {
  let axis: Axis
  let column: Slot
  let weight: Slot?

  package init(axis: Axis, column: Slot, weight: Slot?) {
    self.axis = axis
    self.column = column
    self.weight = weight
  }

  package func makeState() -> any HistogramState { weight == nil ? Counted(self) : Weighted(self) }

  package var bytesPerCell: Int { axis.slots * (weight == nil ? 8 : 24) }

  package var summary: String {
    if let categories = axis.categories {
      return "\(axis.count) categories \(categories.prefix(5).joined(separator: ", "))"
    }
    let kind = ResultAxis(axis).isLogarithmic ? "log bins" : "bins"
    return "\(axis.count) \(kind) from \(shortNumber(axis.edges[0])) to \(shortNumber(axis.edges[axis.count]))"
      + (axis.unit.isEmpty ? "" : " \(axis.unit)")
  }

  /// Every row counts 1.
  final class Counted: HistogramState {
    private let plan: Histogram1D
    private var counts: Tally<UInt64>

    init(_ plan: Histogram1D) {
      self.plan = plan
      counts = Tally(stride: plan.axis.slots)
    }

    func fill(_ input: FillInput) {
      counts.grow(toCells: input.cellCount)
      if plan.axis.count(input, plan.column, in: counts) { return }
      let bins = input.scratch.0
      plan.axis.assign(input.frame, plan.column, rows: input.rows, count: input.count, into: bins)
      let base = counts.base
      guard let cells = input.cells else {
        for i in 0..<input.count { base[Int(bins[i])] &+= 1 }
        return
      }
      let stride = counts.stride
      for i in 0..<input.count where cells[i] >= 0 {
        base[Int(cells[i]) &* stride &+ Int(bins[i])] &+= 1
      }
    }

    func merge(_ other: any HistogramState) {
      counts.add((other as! Counted).counts)
    }

    func write(to writer: inout PartialWriter) { counts.write(to: &writer) }

    func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
      try counts.add(from: &reader, cells: cells)
    }

    func reset() { counts.reset() }

    func content(cell: Int) -> any HistogramContent {
      let all = counts.cell(cell)
      let n = plan.axis.count
      return CountsContent(
        axis: ResultAxis(plan.axis), entries: Array(all[...(n + 1)]), weights: nil, unknown: all[n + 2])
    }
  }

  /// Every row counts with its weight; the squares give the error of a bin, sqrt(sum of squared weights).
  final class Weighted: HistogramState {
    private let plan: Histogram1D
    private var sums: Tally<WeightSums>

    init(_ plan: Histogram1D) {
      self.plan = plan
      sums = Tally(stride: plan.axis.slots)
    }

    func fill(_ input: FillInput) {
      let bins = input.scratch.0
      plan.axis.assign(input.frame, plan.column, rows: input.rows, count: input.count, into: bins)
      // Made where there is a weight.
      sums.add(input, bins: bins, unknown: plan.axis.unknownBin, weights: ColumnReader(input.frame, plan.weight!))
    }

    func merge(_ other: any HistogramState) { sums.add((other as! Weighted).sums) }

    func write(to writer: inout PartialWriter) { sums.write(to: &writer) }

    func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
      try sums.add(from: &reader, cells: cells)
    }

    func reset() { sums.reset() }

    func content(cell: Int) -> any HistogramContent {
      let last = plan.axis.count + 1
      let all = sums.cell(cell), bins = all[...last]
      return CountsContent(
        axis: ResultAxis(plan.axis), entries: bins.map(\.count),
        weights: .init(sums: bins.map(\.sum), squares: bins.map(\.squares)), unknown: all[last + 1].count)
    }
  }
}

/// A number as one would type it.
package func shortNumber(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? String(Int64(saturating: value)) : String(value)
}
