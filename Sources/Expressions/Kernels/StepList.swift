import CKernels
import Columns

/// The steps of a program as the loops in C take them.
final class StepList: Sendable {
  let count: Int
  nonisolated(unsafe) private let steps: UnsafeMutablePointer<kernel_step>
  /// What steps point to.
  private let tables: [LookupTable]
  private let stripRows: Int

  /// Bytes that the rows of a strip may take together in the columns and strips of a program: a part of the first-level
  /// cache, in which there is other work too.
  private static let stripBytes = 20_480
  /// A strip has no fewer rows: calling the loops would take longer than what the cache gains.
  private static let fewestRows = 384

  /// `rowBytes` are the bytes of a row in all columns and strips.
  init(_ lowered: [kernel_step], tables: [LookupTable], rowBytes: Int) {
    count = lowered.count
    steps = .allocate(capacity: lowered.count)
    steps.initialize(from: lowered, count: lowered.count)
    self.tables = tables
    let rows = Self.stripBytes / max(1, rowBytes) / 64 * 64
    stripRows = min(max(rows, Self.fewestRows), Int(KERNEL_STRIP_ROWS))
  }

  deinit { steps.deallocate() }

  /// Steps beyond the most that run together start again with the first row: what lies between them is in columns.
  func run(_ frame: Frame) {
    var first = 0
    while first < count {
      let some = min(count - first, Int(KERNEL_STEPS))
      kernel_run(steps + first, some, frame.allColumns, frame.count, stripRows)
      first += some
    }
  }
}
