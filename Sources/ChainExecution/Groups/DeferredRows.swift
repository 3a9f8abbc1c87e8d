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
      case .int32: gather(frame.int32(slot), rows, count: n, to: end(index))
      case .int64: gather(frame.int64(slot), rows, count: n, to: end(index))
      case .float64: gather(frame.float64(slot), rows, count: n, to: end(index))
      case .flag: gather(frame.flag(slot), rows, count: n, to: end(index))
      }
    }
    for (index, group) in groups.enumerated() { (slots[index] + count).update(from: group, count: n) }
    count += n
  }

  /// Where the next value of a column goes.
  private func end<T>(_ index: Int) -> UnsafeMutablePointer<T> {
    columns[index].assumingMemoryBound(to: T.self) + count
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

  private func move<T: BitwiseCopyable>(_ other: DeferredRows, _ index: Int, _ rows: [Int32], as type: T.Type) {
    gather(UnsafePointer(other.columns[index].assumingMemoryBound(to: T.self)), rows, count: rows.count, to: end(index))
  }

  func removeAll() { count = 0 }

  // MARK: Other processes

  /// Writes all rows: the slots of their groups, then column by column.
  func write(to writer: inout PartialWriter) {
    writer.count(count)
    guard count > 0 else { return }
    for column in slots {
      var last: Int64 = 0
      for row in 0..<count {
        writer.signed(Int64(column[row]) - last)
        last = Int64(column[row])
      }
    }
    for (index, lane) in lanes.enumerated() {
      switch lane {
      case .int32: write(index, as: Int32.self, to: &writer)
      case .int64: write(index, as: Int64.self, to: &writer)
      case .float64: write(index, as: Double.self, to: &writer)
      case .flag: write(index, as: UInt8.self, to: &writer)
      }
    }
  }

  private func write<T: PartialValue>(_ index: Int, as type: T.Type, to writer: inout PartialWriter) {
    let values = columns[index].assumingMemoryBound(to: T.self)
    for row in 0..<count { values[row].write(to: &writer) }
  }

  /// Appends rows that another process wrote, whose groups have other slots here: `maps[g][slot]`. `texts` has the code here
  /// for each code there of the columns that are texts, and is empty where they are the same.
  func add(
    from reader: inout PartialReader, maps: [[Int32]], areTexts: [Bool], texts: [Int32]
  ) throws(PartialError) {
    // A row without a column takes no bytes.
    let n = try reader.count(limit: lanes.isEmpty && slots.isEmpty ? 0 : nil)
    guard n > 0 else { return }
    reserve(count + n)
    for (column, map) in zip(slots, maps) {
      var last: Int64 = 0
      for row in 0..<n {
        last &+= try reader.signed()
        guard last == -1 || (last >= 0 && last < Int64(map.count)) else { throw reader.damaged() }
        column[count + row] = last < 0 ? -1 : map[Int(last)]
      }
    }
    for (index, lane) in lanes.enumerated() {
      switch lane {
      case .int32:
        try read(index, n, as: Int32.self, from: &reader)
        if areTexts[index], !texts.isEmpty { try translate(index, n, texts, reader) }
      case .int64: try read(index, n, as: Int64.self, from: &reader)
      case .float64: try read(index, n, as: Double.self, from: &reader)
      case .flag: try read(index, n, as: UInt8.self, from: &reader)
      }
    }
    count += n
  }

  private func read<T: PartialValue>(
    _ index: Int, _ n: Int, as type: T.Type, from reader: inout PartialReader
  ) throws(PartialError) {
    let values = columns[index].assumingMemoryBound(to: T.self) + count
    for row in 0..<n { values[row] = try T.read(from: &reader) }
  }

  private func translate(_ index: Int, _ n: Int, _ texts: [Int32], _ reader: PartialReader) throws(PartialError) {
    let codes = columns[index].assumingMemoryBound(to: Int32.self) + count
    for row in 0..<n where !codes[row].isUnknown {
      guard texts.indices.contains(Int(codes[row])) else { throw reader.damaged() }
      codes[row] = texts[Int(codes[row])] < 0 ? .unknown : texts[Int(codes[row])]
    }
  }
}
