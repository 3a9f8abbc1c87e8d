import Columns
import Histograms

/// The means of a column in bins, of one axis or of two.
///
/// Kept as sums over the distances from a number near the values, so that states merge and times far from 0 keep their
/// digits; the error is sqrt(variance / n).
final class MeansState: HistogramState {
  private let column: Slot
  private let places: (FillInput) -> UnsafeMutablePointer<Int32>
  private let publish: (_ bins: [Spread], _ unknown: UInt64) -> any HistogramContent
  private var values: Tally<Deviations>

  /// - Parameters:
  ///   - slots: the places of a cell, of which the last is for rows that are unknown.
  ///   - column: whose mean is taken.
  ///   - places: the place of each row of a batch in its cell.
  ///   - publish: makes the content of a cell.
  init(
    slots: Int, column: Slot, places: @escaping (FillInput) -> UnsafeMutablePointer<Int32>,
    publish: @escaping (_ bins: [Spread], _ unknown: UInt64) -> any HistogramContent
  ) {
    self.column = column
    self.places = places
    self.publish = publish
    values = Tally(stride: slots)
  }

  func fill(_ input: FillInput) {
    values.add(
      input, bins: places(input), unknown: Int32(truncatingIfNeeded: values.stride - 1), values: column)
  }

  func merge(_ other: any HistogramState) { values.add((other as! MeansState).values) }

  func write(to writer: inout PartialWriter) { values.write(to: &writer) }

  func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError) {
    try values.add(from: &reader, cells: cells)
  }

  func reset() { values.reset() }

  func content(cell: Int) -> any HistogramContent {
    let all = values.cell(cell)
    return publish(all.dropLast().map(\.spread), all[all.count - 1].count)
  }
}
