import Columns

/// The groups of one window that may still get rows, and the rows that wait for them.
package final class OpenGroups {
  let tables: [GroupTable]
  let rows: DeferredRows?

  package init(_ plan: ChainPlan) {
    tables = plan.groups.map { $0.makeTable() }
    rows = plan.deferred.map {
      DeferredRows(lanes: $0.kept.map(\.slot.lane), groupCount: $0.groups.count)
    }
  }

  package var isEmpty: Bool { tables.allSatisfy { $0.count == 0 } && (rows?.count ?? 0) == 0 }

  package func removeAll() {
    for table in tables { table.removeAll() }
    rows?.removeAll()
  }

  /// Adds all of `other`'s groups and rows.
  func merge(_ other: OpenGroups, plan: ChainPlan) {
    let all = other.tables.map { Array(0..<Int32($0.count)) }
    take(all, rows: other.rows.map { Array(0..<Int32($0.count)) } ?? [], from: other, plan: plan)
  }

  /// Moves the groups `slots` (for each definition), and the rows that wait for them alone, to `other`.
  func move(_ slots: [[Int32]], to other: OpenGroups, plan: ChainPlan) {
    let rest = OpenGroups(plan)
    var kept: [[Int32]] = []
    var moves: [[Bool]] = []
    for (table, slots) in zip(tables, slots) {
      var flags = Array(repeating: false, count: table.count)
      for slot in slots { flags[Int(slot)] = true }
      kept.append(flags.indices.filter { !flags[$0] }.map { Int32($0) })
      moves.append(flags)
    }
    var moved: [Int32] = []
    var left: [Int32] = []
    // Where rows wait for several groups, none of those moves.
    if let rows, let group = plan.deferred?.groups.first {
      for row in 0..<Int32(rows.count) {
        let slot = rows.slots[0][Int(row)]
        if slot >= 0, moves[group][Int(slot)] { moved.append(row) } else { left.append(row) }
      }
    }
    other.take(slots, rows: moved, from: self, plan: plan)
    rest.take(kept, rows: left, from: self, plan: plan)
    removeAll()
    merge(rest, plan: plan)
  }

  /// Adds the groups `slots` (for each definition) and some of the rows of `other`.
  func take(_ slots: [[Int32]], rows taken: [Int32], from other: OpenGroups, plan: ChainPlan) {
    var maps: [[Int32]] = []
    for (index, table) in tables.enumerated() {
      let mine = table.merge(other.tables[index], slots: slots[index])
      if taken.isEmpty { continue }
      var map = Array(repeating: Int32(-1), count: other.tables[index].count)
      for (theirs, here) in zip(slots[index], mine) { map[Int(theirs)] = here }
      maps.append(map)
    }
    if let rows, let others = other.rows, let deferred = plan.deferred, !taken.isEmpty {
      rows.append(others, rows: taken, maps: deferred.groups.map { maps[$0] })
    }
  }
}
