import Columns
import Expressions

/// One entry of `groups:`, checked and with places in the frame of rows.
struct GroupPlan: Sendable {
  /// One value over the rows of a group.
  struct Function: Sendable {
    let name: String
    let type: ValueType
    /// The rows that count; nil for all.
    let condition: Slot?
    /// The column that splits it.
    let split: Split?
    let make: @Sendable () -> any GroupFunctionState
    /// For `explain`: `min(time) where ...`.
    let summary: String
  }

  /// A column with few values, each with a value of its own.
  struct Split: Sendable, Hashable {
    let column: String
    let slot: Slot
    let range: ClosedRange<Int64>
    let cells: Cells

    static func == (a: Split, b: Split) -> Bool { a.column == b.column }
    func hash(into hasher: inout Hasher) { hasher.combine(column) }
    var count: Int { cells.count }
  }

  /// One of the columns whose values make the key, and its place in the key's 64 bits.
  struct KeyPart: Sendable {
    let name: String?
    let slot: Slot
    let type: ValueType
    let shift: Int64
    let bits: Int64
  }

  let name: String
  let key: [KeyPart]
  /// How far a row can come behind the newest; nil: any distance.
  let disorder: Int64?
  /// 2 to this power is where the key starts from 0 again; nil where it does not.
  let wrapBits: Int64?
  var functions: [Function]

  func makeTable() -> GroupTable { GroupTable(self) }
}

/// The groups of some rows and their values so far.
final class GroupTable {
  let plan: GroupPlan
  private(set) var keys = KeyTable()
  let functions: [any GroupFunctionState]

  init(_ plan: GroupPlan) {
    self.plan = plan
    functions = plan.functions.map { $0.make() }
  }

  var count: Int { keys.count }

  func key(_ slot: Int) -> Int64 { keys.keys[slot] }

  /// Slots of a batch's keys, -1 for a key that is unknown.
  func assign(_ batch: UnsafePointer<Int64>, count n: Int, into slots: UnsafeMutablePointer<Int32>) {
    keys.assign(batch, count: n, into: slots)
    growStates()
  }

  /// The keys by slot.
  var keysBySlot: UnsafePointer<Int64> { UnsafePointer(keys.keys) }

  private func growStates() {
    for (function, state) in zip(plan.functions, functions) {
      state.grow(toEntries: count * (function.split?.count ?? 1))
    }
  }

  /// Slots of keys, made where there are none.
  func slots(of wanted: [Int64]) -> [Int32] {
    let mine = wanted.map { keys.slot(of: $0) }
    growStates()
    return mine
  }

  /// Adds the groups `slots` of `other`; gives the slot of each here.
  func merge(_ other: GroupTable, slots: [Int32]) -> [Int32] {
    let mine: [Int32]
    if count == 0 {
      keys.adopt(other.keys, slots: slots)
      mine = Array(0..<Int32(slots.count))
    } else {
      mine = slots.map { keys.slot(of: other.key(Int($0))) }
    }
    growStates()
    for (index, function) in plan.functions.enumerated() {
      functions[index].merge(other.functions[index], from: slots, to: mine, cells: function.split?.count ?? 1)
    }
    return mine
  }

  func removeAll() {
    for (function, state) in zip(plan.functions, functions) {
      state.reset(entries: count * (function.split?.count ?? 1))
    }
    keys.removeAll()
  }
}
