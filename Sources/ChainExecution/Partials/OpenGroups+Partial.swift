import Columns

extension OpenGroups {
  /// Writes all groups and the rows that wait for them.
  func write(to writer: inout PartialWriter) {
    for table in tables {
      writer.keys(UnsafeBufferPointer(start: table.keysBySlot, count: table.count))
      for (function, state) in zip(table.plan.functions, table.functions) {
        state.write(to: &writer, entries: table.count * (function.split?.count ?? 1))
      }
    }
    rows?.write(to: &writer)
  }

  /// Adds what another process wrote. Gives the keys of its groups, for each definition.
  ///
  /// - Parameters:
  ///   - texts: the code here of each code there; empty where they are the same.
  ///   - shifts: what to add to the keys of each definition: a counter that wraps starts again in each process.
  func add(
    from reader: inout PartialReader, plan: ChainPlan, texts: [Int32], shifts: [Int64]
  ) throws(PartialError) -> [[Int64]] {
    var maps: [[Int32]] = []
    var all: [[Int64]] = []
    for (index, table) in tables.enumerated() {
      let keys = try reader.keys(of: table.plan, texts: texts, shift: shifts[index])
      guard let slots = table.slots(of: keys) else {
        throw PartialError("more than \(table.plan.mostOpen) groups of `\(table.plan.name)` are open at a time")
      }
      for (function, state) in zip(table.plan.functions, table.functions) {
        try state.add(from: &reader, to: slots, cells: function.split?.count ?? 1, texts: texts)
      }
      maps.append(slots)
      all.append(keys)
    }
    if let rows, let stage = plan.deferred {
      try rows.add(
        from: &reader, maps: stage.groups.map { maps[$0] }, areTexts: stage.kept.map(\.isText), texts: texts)
    }
    return all
  }
}

extension PartialWriter {
  mutating func keys(_ keys: some Collection<Int64>) {
    count(keys.count)
    var last: Int64 = 0
    for key in keys {
      // Keys of neighbours are near to each other; those that are not wrap around.
      signed(key &- last)
      last = key
    }
  }
}

extension PartialReader {
  /// The keys of a definition's groups that another process wrote, as they are here.
  mutating func keys(of plan: GroupPlan, texts: [Int32], shift: Int64) throws(PartialError) -> [Int64] {
    let count = try count()
    var keys: [Int64] = []
    keys.reserveCapacity(count)
    var last: Int64 = 0
    for _ in 0..<count {
      last &+= try signed()
      keys.append(try plan.key(last, texts: texts, self) &+ shift)
    }
    return keys
  }
}

extension GroupPlan {
  /// A key as it is here, whose texts have other codes there.
  fileprivate func key(_ key: Int64, texts: [Int32], _ reader: PartialReader) throws(PartialError) -> Int64 {
    guard !texts.isEmpty else { return key }
    var key = key
    for part in self.key where part.type.kind == .text {
      let (shift, mask) = part.bits >= 64 ? (0, -1) : (part.shift, Int64(1) << part.bits - 1)
      let code = (key >> shift) & mask
      guard texts.indices.contains(Int(clamping: code)), texts[Int(code)] >= 0 else { throw reader.damaged() }
      key = (key & ~(mask << shift)) | (Int64(texts[Int(code)]) << shift)
    }
    return key
  }
}
