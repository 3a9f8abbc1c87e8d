import Columns
import Simulation
import TestSupport
import Testing

@testable import ChainExecution

/// The slots of keys, against a dictionary.
struct KeyTableTests {
  private func slots(_ table: inout KeyTable, _ keys: [Int64]) -> [Int32] {
    var slots = [Int32](repeating: -2, count: keys.count)
    keys.withUnsafeBufferPointer { keys in
      slots.withUnsafeMutableBufferPointer { table.assign(keys.baseAddress!, count: keys.count, into: $0.baseAddress!) }
    }
    return slots
  }

  /// Keys as detectors have them, and as nobody would.
  private static let makers: [@Sendable (inout Dice, Int) -> Int64] = [
    { dice, row in 3_387_200_947 + Int64(row / 3) - Int64(dice.int(0...20)) },
    { dice, _ in Int64(dice.int(-40...40)) },
    { dice, _ in Int64(truncatingIfNeeded: dice.next()) },
    { dice, row in row % 2 == 0 ? Int64(dice.int(0...99)) : .max - Int64(dice.int(0...99)) },
    { dice, _ in Int64(dice.int(0...1000)) << 40 },
  ]

  @Test(arguments: makers.indices)
  func `Each key has one slot, in the order in which keys came`(maker: Int) {
    var dice = Dice(UInt64(maker) + 3)
    var table = KeyTable()
    var known: [Int64: Int32] = [:]
    var row = 0
    for _ in 0..<40 {
      let keys = (0..<dice.int(1...Frame.standardCapacity)).map { _ -> Int64 in
        row += 1
        let key = Self.makers[maker](&dice, row)
        return dice.chance(0.02) || key == .unknown ? .unknown : key
      }
      let expected = keys.map { key -> Int32 in
        if key == .unknown { return -1 }
        if let slot = known[key] { return slot }
        known[key] = Int32(known.count)
        return Int32(known.count - 1)
      }
      #expect(slots(&table, keys) == expected)
    }
    #expect(table.count == known.count)
    for (key, slot) in known { #expect(table.keys[Int(slot)] == key) }
  }

  @Test func `An emptied table begins at slot 0, whatever it held`() {
    var table = KeyTable()
    for base in [Int64(0), 1_000_000_000_000, -5] {
      #expect(slots(&table, [base + 7, base, base + 7]) == [0, 1, 0])
      table.removeAll()
      #expect(table.count == 0)
    }
  }

  @Test func `Keys beyond the limit have no slot, and are counted`() {
    var table = KeyTable(limit: 3)
    #expect(slots(&table, [1, 2, 3, 4, 1, 5, 4]) == [0, 1, 2, -1, 0, -1, -1])
    #expect(table.takeRefused() == 3)
    #expect(table.takeRefused() == 0)
  }
}
