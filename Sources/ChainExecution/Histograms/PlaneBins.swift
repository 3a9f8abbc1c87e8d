import Columns
import Histograms

/// The bins of two columns together, each with its axis: in the order of ``BinGrid``, flow bins included, and one place
/// more for the rows that are unknown.
package struct PlaneBins: Sendable {
  let x: Axis
  let y: Axis
  let columns: (x: Slot, y: Slot)

  package init(x: Axis, y: Axis, columns: (x: Slot, y: Slot)) {
    self.x = x
    self.y = y
    self.columns = columns
  }

  /// Places of one cell.
  var slots: Int { (x.count + 2) * (y.count + 2) + 1 }
  /// As many places as there may be fit 32 bits.
  var unknownPlace: Int32 { Int32(truncatingIfNeeded: slots - 1) }
  var summary: String { "\(x.count) x \(y.count) bins" }

  /// The place of each row in its cell.
  func assign(_ input: FillInput) -> UnsafeMutablePointer<Int32> {
    let (xBins, yBins) = input.scratch
    x.assign(input.frame, columns.x, rows: input.rows, count: input.count, into: xBins)
    y.assign(input.frame, columns.y, rows: input.rows, count: input.count, into: yBins)
    let height = y.count + 2, unknown = slots - 1
    let (unknownX, unknownY) = (x.unknownBin, y.unknownBin)
    for i in 0..<input.count {
      let place = xBins[i] == unknownX || yBins[i] == unknownY ? unknown : Int(xBins[i]) &* height &+ Int(yBins[i])
      xBins[i] = Int32(truncatingIfNeeded: place)
    }
    return xBins
  }
}
