import Columns

/// A histogram over two columns, with an optional weight.
struct Histogram2D: AggregateKind {
  let x: Axis
  let y: Axis
  let columns: (x: Slot, y: Slot)
  let weight: Slot?

  func makeState() -> any AggregateState { State(self) }

  /// Flow bins included; one more number for the rows that are unknown.
  private var stride: Int { (x.count + 2) * (y.count + 2) + 1 }
  var bytesPerCell: Int { stride * 8 }
  var summary: String { "\(x.count) x \(y.count) bins" }

  final class State: AggregateState {
    private let plan: Histogram2D
    private var sums: Tally<Double>
    private var counts: Tally<UInt64>

    init(_ plan: Histogram2D) {
      self.plan = plan
      sums = Tally(stride: plan.weight == nil ? 0 : plan.stride)
      counts = Tally(stride: plan.stride)
    }

    func fill(_ input: FillInput) {
      counts.grow(toCells: input.cellCount)
      let (xBins, yBins) = input.scratch
      plan.x.assign(input.frame, plan.columns.x, rows: input.rows, count: input.count, into: xBins)
      plan.y.assign(input.frame, plan.columns.y, rows: input.rows, count: input.count, into: yBins)
      let stride = counts.stride, height = plan.y.count + 2, unknown = stride - 1
      let (unknownX, unknownY) = (plan.x.unknownBin, plan.y.unknownBin)
      // The place of each row, -1 for rows of no cell.
      for i in 0..<input.count {
        let place =
          xBins[i] == unknownX || yBins[i] == unknownY ? unknown : Int(xBins[i]) &* height &+ Int(yBins[i])
        guard let cells = input.cells else {
          xBins[i] = Int32(truncatingIfNeeded: place)
          continue
        }
        xBins[i] = Int32(truncatingIfNeeded: place)
        yBins[i] = cells[i]
      }
      let base = counts.base
      if plan.weight == nil {
        guard input.cells != nil else {
          for i in 0..<input.count { base[Int(xBins[i])] &+= 1 }
          return
        }
        for i in 0..<input.count where yBins[i] >= 0 { base[Int(yBins[i]) &* stride &+ Int(xBins[i])] &+= 1 }
        return
      }
      sums.grow(toCells: input.cellCount)
      let weights = ColumnReader(input.frame, plan.weight!)
      for i in 0..<input.count {
        let cell = input.cells == nil ? 0 : Int(yBins[i])
        guard cell >= 0 else { continue }
        let weight = weights[Int(input.rows[i])]
        let place = cell * stride + (weight.isUnknown ? unknown : Int(xBins[i]))
        base[place] &+= 1
        if !weight.isUnknown { sums.base[place] += weight }
      }
    }

    func merge(_ other: any AggregateState) {
      let other = other as! State
      counts.add(other.counts)
      if plan.weight != nil { sums.add(other.sums) }
    }

    func write(to writer: inout PartialWriter) {
      counts.write(to: &writer)
      if plan.weight != nil { sums.write(to: &writer) }
    }

    func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
      try counts.add(from: &reader, cells: cells)
      if plan.weight != nil { try sums.add(from: &reader, cells: cells) }
    }

    func reset() {
      counts.reset()
      sums.reset()
    }

    func result(cell: Int) -> AggregateResult {
      let entries = counts.cell(cell)
      // Not `map(Double.init)`: for a UInt64 that is Double(bitPattern:).
      let values = plan.weight == nil ? entries.dropLast().map { Double($0) } : Array(sums.cell(cell).dropLast())
      return .map(x: plan.x, y: plan.y, values: values, unknown: entries[entries.count - 1])
    }
  }
}
