import Columns
import Histograms

/// What a histogram reads from a batch: columns of the frame, some of its rows, and the cell of each row.
package struct FillInput {
  let frame: Frame
  /// The rows that count, ascending.
  let rows: UnsafePointer<Int32>
  let count: Int
  /// One cell a row of `rows`, -1 where the row belongs to none; nil where the histogram is not split.
  let cells: UnsafePointer<Int32>?
  /// How many cells there are.
  let cellCount: Int
  /// Room for two numbers a row.
  let scratch: (UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>)
}

/// Counts of one histogram in one window. Two states of the same histogram merge into the state that one would have that
/// had seen the rows of both, whatever the split. Another histogram's state is never met: states are made, kept and read by
/// the number of their histogram, so that `merge` and `share` may take the other for one of their own type.
package protocol HistogramState: AnyObject {
  func fill(_ input: FillInput)
  /// Adds what `other`, a state of the same histogram, holds.
  func merge(_ other: any HistogramState)
  /// Writes what it holds, for another process.
  func write(to writer: inout PartialWriter)
  /// Adds what another process wrote of the same histogram. Its cell i is `cells[i]` here, -1 for one that is left out; an
  /// histogram that is not split has one cell.
  func add(from reader: inout PartialReader, cells: [Int32]) throws(PartialError)
  /// Tells it of another state of the same window that counts at the same time, before either counts.
  func share(with other: any HistogramState)
  /// Back to nothing, keeping the memory.
  func reset()
  /// What is published of one cell.
  func content(cell: Int) -> any HistogramContent
}

extension HistogramState {
  func share(with other: any HistogramState) {}
}

/// One entry of `histograms:` once checked: its kind, its columns, its bins.
package protocol HistogramKind: Sendable {
  func makeState() -> any HistogramState
  /// Bytes of one cell.
  var bytesPerCell: Int { get }
  /// For `explain`: `64 bins from 0 to 64`.
  var summary: String { get }
}
