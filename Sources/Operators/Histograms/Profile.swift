import Columns

/// The mean of y in bins of x, and the error of the mean.
///
/// Kept as number, sum and sum of squares of y, so that states merge; the error is sqrt(variance / n).
struct Profile: AggregateKind {
  let axis: Axis
  let columns: (x: Slot, y: Slot)
  let yLabel: String
  let yUnit: String

  func makeState() -> any AggregateState { State(self) }

  var bytesPerCell: Int { axis.slots * 24 }
  var summary: String { "mean of \(yLabel) in \(axis.count) bins" }

  final class State: AggregateState {
    private let plan: Profile
    private var counts: Tally<UInt64>
    private var sums: Tally<Double>
    private var squares: Tally<Double>

    init(_ plan: Profile) {
      self.plan = plan
      counts = Tally(stride: plan.axis.slots)
      sums = Tally(stride: plan.axis.slots)
      squares = Tally(stride: plan.axis.slots)
    }

    func fill(_ input: FillInput) {
      counts.grow(toCells: input.cellCount)
      sums.grow(toCells: input.cellCount)
      squares.grow(toCells: input.cellCount)
      let bins = input.scratch.0
      plan.axis.assign(input.frame, plan.columns.x, rows: input.rows, count: input.count, into: bins)
      let values = ColumnReader(input.frame, plan.columns.y)
      for i in 0..<input.count {
        let cell = input.cells.map { $0[i] } ?? 0
        guard cell >= 0 else { continue }
        let value = values[Int(input.rows[i])]
        let place = Int(cell) * counts.stride + Int(value.isUnknown ? plan.axis.unknownBin : bins[i])
        counts.base[place] &+= 1
        guard !value.isUnknown else { continue }
        sums.base[place] += value
        squares.base[place] += value * value
      }
    }

    func merge(_ other: any AggregateState) {
      let other = other as! State
      counts.add(other.counts)
      sums.add(other.sums)
      squares.add(other.squares)
    }

    func reset() {
      counts.reset()
      sums.reset()
      squares.reset()
    }

    func result(cell: Int) -> AggregateResult {
      let n = plan.axis.count
      let entries = counts.cell(cell)
      return .profile(
        plan.axis, counts: entries, sums: sums.cell(cell), squares: squares.cell(cell), unit: plan.yUnit,
        label: plan.yLabel, unknown: entries[n + 2])
    }
  }
}
