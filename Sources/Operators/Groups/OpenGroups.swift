import Columns

/// The groups of one window that may still get rows, and the rows that wait for them.
public final class OpenGroups {
  let tables: [GroupTable]
  let rows: DeferredRows?

  public init(_ plan: ChainPlan) {
    tables = plan.groups.map { $0.makeTable() }
    rows = plan.deferred.map {
      DeferredRows(lanes: $0.kept.map(\.slot.lane), groupCount: $0.groups.count)
    }
  }

  public var isEmpty: Bool { tables.allSatisfy { $0.count == 0 } && (rows?.count ?? 0) == 0 }

  public func removeAll() {
    for table in tables { table.removeAll() }
    rows?.removeAll()
  }

  /// Adds all of `other`'s groups and rows.
  func merge(_ other: OpenGroups, plan: ChainPlan) {
    let all = other.tables.map { Array(0..<Int32($0.count)) }
    take(all, rows: other.rows.map { Array(0..<Int32($0.count)) } ?? [], from: other, plan: plan)
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
    if let rows, let others = other.rows, !taken.isEmpty {
      rows.append(others, rows: taken, maps: plan.deferred!.groups.map { maps[$0] })
    }
  }
}
