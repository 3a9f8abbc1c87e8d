import Columns
import Expressions
import Synchronization

/// One entry of `groups:`, checked and with places in the frame of rows.
package struct GroupPlan: Sendable {
  /// One value over the rows of a group.
  package struct Function: Sendable {
    package let name: String
    package let type: ValueType
    /// The rows that count; nil for all.
    let condition: Slot?
    /// The column that splits it.
    package let split: Split?
    let make: @Sendable () -> any GroupFunctionState
    /// For `explain`: `min(time) where ...`.
    package let summary: String

    package init(
      name: String, type: ValueType, condition: Slot?, split: Split?,
      make: @escaping @Sendable () -> any GroupFunctionState, summary: String
    ) {
      self.name = name
      self.type = type
      self.condition = condition
      self.split = split
      self.make = make
      self.summary = summary
    }
  }

  /// A column with few values, each with a value of its own.
  package struct Split: Sendable, Hashable {
    package let column: String
    let slot: Slot
    let range: ClosedRange<Int64>
    let cells: Cells

    package init(column: String, slot: Slot, range: ClosedRange<Int64>, cells: Cells) {
      self.column = column
      self.slot = slot
      self.range = range
      self.cells = cells
    }

    package static func == (a: Split, b: Split) -> Bool { a.column == b.column }
    package func hash(into hasher: inout Hasher) { hasher.combine(column) }
    var count: Int { cells.count }
  }

  /// One of the columns whose values make the key, and its place in the key's 64 bits.
  package struct KeyPart: Sendable {
    package let name: String?
    package let slot: Slot
    let type: ValueType
    let shift: Int64
    let bits: Int64

    package init(name: String?, slot: Slot, type: ValueType, shift: Int64, bits: Int64) {
      self.name = name
      self.slot = slot
      self.type = type
      self.shift = shift
      self.bits = bits
    }
  }

  package let name: String
  package let key: [KeyPart]
  /// How far a row can come behind the newest; nil: any distance.
  package let disorder: Int64?
  /// Whether each file has groups of its own.
  package let isWithinFile: Bool
  /// 2 to this power is where the key starts from 0 again; nil where it does not.
  package let wrapBits: Int64?
  package var functions: [Function]
  /// The most groups that are open at a time; another number than the most that there can be is for tests.
  var mostOpen = KeyTable.mostKeys
  let refusals = GroupRefusals()

  package init(
    name: String, key: [KeyPart], disorder: Int64?, isWithinFile: Bool, wrapBits: Int64?, functions: [Function],
    mostOpen: Int = KeyTable.mostKeys
  ) {
    self.name = name
    self.key = key
    self.disorder = disorder
    self.isWithinFile = isWithinFile
    self.wrapBits = wrapBits
    self.functions = functions
    self.mostOpen = mostOpen
  }

  func makeTable() -> GroupTable { GroupTable(self) }
}

/// Rows of groups for which there was no room. Shared by all tables of a definition.
final class GroupRefusals: Sendable {
  private let rows = Atomic<Int>(0)

  var count: Int { rows.load(ordering: .relaxed) }
  func add(_ count: Int) { rows.wrappingAdd(count, ordering: .relaxed) }
}

extension ChainPlan {
  /// What to tell of definitions of groups of which there were more at a time than can be numbered.
  package var refusedGroups: [String] {
    groups.filter { $0.refusals.count > 0 }.map {
      "more than \($0.mostOpen) groups of `\($0.name)` were open at a time: \($0.refusals.count) rows of further ones are in no group; set `disorder`, or take shorter windows"
    }
  }
}

/// The groups of some rows and their values so far.
final class GroupTable {
  let plan: GroupPlan
  private(set) var keys: KeyTable
  let functions: [any GroupFunctionState]

  init(_ plan: GroupPlan) {
    self.plan = plan
    keys = KeyTable(limit: plan.mostOpen)
    functions = plan.functions.map { $0.make() }
  }

  var count: Int { keys.count }

  func key(_ slot: Int) -> Int64 { keys.keys[slot] }

  /// Slots of a batch's keys, -1 for a key that is unknown.
  func assign(_ batch: UnsafePointer<Int64>, count n: Int, into slots: UnsafeMutablePointer<Int32>) {
    keys.assign(batch, count: n, into: slots)
    noteRefused()
    growStates()
  }

  private func noteRefused() {
    if keys.refused > 0 { plan.refusals.add(keys.takeRefused()) }
  }

  /// The keys by slot.
  var keysBySlot: UnsafePointer<Int64> { UnsafePointer(keys.keys) }

  private func growStates() {
    for (function, state) in zip(plan.functions, functions) {
      state.grow(toEntries: count * (function.split?.count ?? 1))
    }
  }

  /// Slots of keys, made where there are none; nil where there is no room for all.
  func slots(of wanted: [Int64]) -> [Int32]? {
    let mine = wanted.map { keys.slot(of: $0) }
    guard keys.refused == 0 else { return nil }
    growStates()
    return mine
  }

  /// Adds the groups `slots` of `other`; gives the slot of each here, -1 for those for which there is no room.
  func merge(_ other: GroupTable, slots: [Int32]) -> [Int32] {
    let mine: [Int32]
    if count == 0 {
      keys.adopt(other.keys, slots: slots)
      mine = Array(0..<Int32(slots.count))
    } else {
      mine = slots.map { keys.slot(of: other.key(Int($0))) }
    }
    growStates()
    var (from, to) = (slots, mine)
    if keys.refused > 0 {
      noteRefused()
      from = zip(slots, mine).filter { $1 >= 0 }.map(\.0)
      to = mine.filter { $0 >= 0 }
    }
    for (index, function) in plan.functions.enumerated() {
      functions[index].merge(other.functions[index], from: from, to: to, cells: function.split?.count ?? 1)
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
