import Connectors
import ChainExecution
import Support

/// Which window the rows that are read now belong to, where windows cut the input.
struct Feed {
  private let plan: WindowPlan
  private let begin: Int64
  private var index: Int64 = 0
  private var rowsInWindow: Int64 = 0

  /// `firstRow`: how many rows of the input come before, where windows are of rows.
  init(window: WindowPlan, begin: Int64, firstRow: Int64 = 0) {
    plan = window
    self.begin = begin
    if case .rows(let size) = window { (index, rowsInWindow) = (firstRow / size, firstRow % size) }
  }

  /// The window of rows read now; nil where their clock decides.
  var window: Int64? { plan.cutsInput ? index : nil }

  /// The window to publish at the end even if it has no rows. A window by rows or by clock that has none does not exist.
  var lastWindow: Int64? {
    switch plan {
    case .every, .all: index
    case .rows: index == 0 ? 0 : nil
    case .span: nil
    }
  }

  /// When the window ends, on the monotonic clock.
  var deadline: Int64 {
    if case .every(let length) = plan { begin + (index + 1) * length } else { .max }
  }

  /// The most rows to read at a time.
  var rowLimit: Int64? {
    if case .rows(let rows) = plan { rows - rowsInWindow } else { nil }
  }

  /// Closes the windows whose time is over: `close` gets each one's number and end.
  mutating func closeElapsed(_ close: (_ index: Int64, _ end: Int64) -> Void) {
    guard case .every = plan else { return }
    let now = monotonicNanoseconds()
    while now >= deadline {
      close(index, deadline)
      index += 1
    }
  }

  /// Forgets the rows of the window that is open: they will be read again.
  mutating func restart() { rowsInWindow = 0 }

  /// Counts rows that were read, and closes the window that they fill.
  mutating func took(_ rows: Int64, _ close: (Int64) -> Void) {
    guard case .rows(let size) = plan else { return }
    rowsInWindow += rows
    if rowsInWindow >= size {
      close(index)
      index += 1
      rowsInWindow = 0
    }
  }
}
