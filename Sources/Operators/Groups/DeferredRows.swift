import Columns

/// Rows that wait for their groups to be complete, because something plotted of them uses a value of the group: only the
/// columns that will be needed, one behind the other.
final class DeferredRows {
  private let lanes: [Lane]
  private let groupCount: Int
  private(set) var count = 0
  private var capacity = 0
  private var columns: [UnsafeMutableRawPointer] = []
  /// For each group definition the slot of each row's group.
  private(set) var slots: [UnsafeMutablePointer<Int32>] = []

  init(lanes: [Lane], groupCount: Int) {
    self.lanes = lanes
    self.groupCount = groupCount
  }

  deinit {
    for column in columns { column.deallocate() }
    for column in slots { column.deallocate() }
  }

  private func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    let target = max(wanted, capacity * 2, Frame.standardCapacity)
    columns = lanes.enumerated().map { index, lane in
      let grown = UnsafeMutableRawPointer.allocate(byteCount: target * lane.stride, alignment: 64)
      if capacity > 0 {
        grown.copyMemory(from: columns[index], byteCount: count * lane.stride)
        columns[index].deallocate()
      }
      return grown
    }
    slots = (0..<groupCount).map { index in
      let grown = UnsafeMutablePointer<Int32>.allocate(capacity: target)
      if capacity > 0 {
        grown.update(from: slots[index], count: count)
        slots[index].deallocate()
      }
      return grown
    }
    capacity = target
  }

  func column(_ index: Int) -> UnsafeMutableRawPointer { columns[index] }

  /// Appends `rows` of a frame: `sources` are its columns in the order of the lanes, `groups` the slots of the rows' groups.
  func append(
    _ frame: Frame, sources: [Slot], rows: UnsafePointer<Int32>, count n: Int, groups: [UnsafeMutablePointer<Int32>]
  ) {
    reserve(count + n)
    for (index, slot) in sources.enumerated() {
      switch slot.lane {
      case .int32: gather(frame.int32(slot), rows, n, columns[index])
      case .int64: gather(frame.int64(slot), rows, n, columns[index])
      case .float64: gather(frame.float64(slot), rows, n, columns[index])
      case .flag: gather(frame.flag(slot), rows, n, columns[index])
      }
    }
    for (index, group) in groups.enumerated() { (slots[index] + count).update(from: group, count: n) }
    count += n
  }

  @inline(__always)
  private func gather<T>(
    _ values: UnsafeMutablePointer<T>, _ rows: UnsafePointer<Int32>, _ n: Int, _ column: UnsafeMutableRawPointer
  ) {
    let out = column.assumingMemoryBound(to: T.self) + count
    for i in 0..<n { out[i] = values[Int(rows[i])] }
  }

  /// Appends rows of another store whose groups have other slots here: `maps[g][slot]`.
  func append(_ other: DeferredRows, rows: [Int32], maps: [[Int32]]) {
    reserve(count + rows.count)
    for (index, lane) in lanes.enumerated() {
      switch lane {
      case .int32: move(other, index, rows, as: Int32.self)
      case .int64: move(other, index, rows, as: Int64.self)
      case .float64: move(other, index, rows, as: Double.self)
      case .flag: move(other, index, rows, as: UInt8.self)
      }
    }
    for group in slots.indices {
      let out = slots[group] + count
      for (i, row) in rows.enumerated() {
        let slot = other.slots[group][Int(row)]
        out[i] = slot < 0 ? -1 : maps[group][Int(slot)]
      }
    }
    count += rows.count
  }

  private func move<T>(_ other: DeferredRows, _ index: Int, _ rows: [Int32], as type: T.Type) {
    let values = other.columns[index].assumingMemoryBound(to: T.self)
    let out = columns[index].assumingMemoryBound(to: T.self) + count
    for (i, row) in rows.enumerated() { out[i] = values[Int(row)] }
  }

  func removeAll() { count = 0 }
}
