import CScan
import Glibc
import Testing

/// Loops over columns: every level against what its function says.
extension LevelTests {
  private static let fence: Int32 = -7

  /// Numbers of some of `count` rows, ascending: all, none, a stretch of them, or each with some probability.
  private func rows(_ count: Int, _ random: inout SystemRandomNumberGenerator) -> [[Int32]] {
    let some = (0..<Int32(count)).filter { _ in Int.random(in: 0..<10, using: &random) > 0 }
    return [Array(0..<Int32(count)), Array(0..<Int32(count)).suffix(count / 2), some, []]
  }

  private func values<T: FixedWidthInteger>(
    _ count: Int, _ range: ClosedRange<T>, _ random: inout SystemRandomNumberGenerator
  ) -> [T] {
    (0..<count).map { _ in
      switch Int.random(in: 0..<20, using: &random) {
      case 0: .min
      case 1: .max
      case 2: .min + 1
      default: T.random(in: range, using: &random)
      }
    }
  }

  /// What a function writes to `count` places, with the fence behind them, and what it gives.
  private func filled<T: FixedWidthInteger, R>(
    _ count: Int, _ fill: (UnsafeMutablePointer<T>) -> R
  ) -> (values: [T], result: R) {
    var out = [T](repeating: T(Self.fence), count: count + 40)
    let result = out.withUnsafeMutableBufferPointer { fill($0.baseAddress!) }
    return (out, result)
  }

  private func written<T: FixedWidthInteger>(_ count: Int, _ fill: (UnsafeMutablePointer<T>) -> Void) -> [T] {
    filled(count, fill).values
  }

  /// What was written, with the fence behind it.
  private func fenced<T: FixedWidthInteger>(_ values: [T]) -> [T] {
    values + Array(repeating: T(Self.fence), count: 40)
  }

  static let counts = [0, 1, 7, 8, 15, 16, 17, 33, 100, 1000]

  @Test(arguments: counts)
  func everyLevelGathersTheSame(count: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    var random = SystemRandomNumberGenerator()
    let narrow = values(count, -50...50, &random) as [Int32], wide = values(count, -50...50, &random) as [Int64]
    let table = (0..<16).map { _ in Int32.random(in: -2...40, using: &random) }
    for rows in rows(count, &random) {
      let picked = rows.map { narrow[Int($0)] }
      let shuffled = rows.shuffled(using: &random)
      for length in [1, 4, 15, 16] + (count > 100 ? [40] : []) {
        let table = (0..<length).map { table[$0 % 16] }
        let numbers = picked.map { value in
          (0..<Int64(length)).contains(Int64(value) + 3) ? table[Int(value + 3)] : value == .min ? -1 : -2
        }
        for level in Self.levels where scan_set_level(level) == level {
          let (found, least) = filled(rows.count) {
            scan_look_up(narrow, rows, rows.count, table, -3, UInt32(length), $0)
          }
          #expect(found == fenced(numbers), "level \(level.rawValue)")
          #expect(least == min(0, numbers.min() ?? 0), "level \(level.rawValue)")
        }
      }
      for level in Self.levels where scan_set_level(level) == level {
        #expect(
          written(rows.count) { scan_gather_int32(narrow, shuffled, rows.count, $0) }
            == fenced(shuffled.map { narrow[Int($0)] }), "level \(level.rawValue)")
        var longs = [Int64](repeating: -7, count: rows.count + 20)
        scan_gather_int64(wide, shuffled, rows.count, &longs)
        #expect(longs == shuffled.map { wide[Int($0)] } + Array(repeating: -7, count: 20), "level \(level.rawValue)")
        #expect(scan_count_unknown(narrow, rows, rows.count) == picked.count { $0 == .min }, "level \(level.rawValue)")
      }
    }
    let known = wide.filter { $0 != .min }
    for level in Self.levels where scan_set_level(level) == level {
      let extent = scan_extent_of(wide, count)
      #expect(extent.lowest == known.min() ?? .max, "level \(level.rawValue)")
      #expect(extent.highest == known.max() ?? .min, "level \(level.rawValue)")
      #expect((extent.has_unknown != 0) == (known.count < count), "level \(level.rawValue)")
    }
  }

  @Test(arguments: counts)
  func everyLevelMakesTheSameEntries(count: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    var random = SystemRandomNumberGenerator()
    // Also groups whose entries lie beyond 2^31.
    let groups = (0..<count).map { _ in
      Int32.random(in: -1...(Bool.random(using: &random) ? 300_000 : .max), using: &random)
    }
    for cellCount in [1, 2, 3, 4, 7, 64, 7000] as [Int32] {
      let cells = (0..<count).map { _ in Int32.random(in: -1..<cellCount, using: &random) }
      let entries = zip(groups, cells).map { group, cell -> Int64 in
        group < 0 || cell < 0 ? -1 : Int64(group) * Int64(cellCount) + Int64(cell)
      }
      let real = entries.filter { $0 >= 0 }
      for level in Self.levels where scan_set_level(level) == level {
        #expect(
          written(count) { scan_entries(groups, cells, count, cellCount, $0) } == fenced(entries),
          "level \(level.rawValue)")
        let (groups, cells): ([Int64], [Int32]) = filled(real.count) { groups in
          written(real.count) { scan_split_entries(real, real.count, cellCount, groups, $0) }
        }
        #expect(groups == fenced(real.map { $0 / Int64(cellCount) }), "level \(level.rawValue)")
        #expect(cells == fenced(real.map { Int32($0 % Int64(cellCount)) }), "level \(level.rawValue)")
      }
    }
  }

  @Test(arguments: counts)
  func everyLevelFindsTheSamePlaces(count: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    var random = SystemRandomNumberGenerator()
    let first = values(count, -3...6, &random) as [Int32], second = values(count, 0...200, &random) as [Int32]
    let pairs = zip(first, second).map { a, b in
      (-1...1).contains(a) && (5...132).contains(b) ? (a + 1) * 128 + b - 5 : 384
    }
    let table = (0..<50).map { _ in Int32.random(in: 1...12, using: &random) }
    for rows in rows(count, &random) {
      let bins = rows.map { row -> Int32 in
        let value = second[Int(row)]
        return value == .min ? 14 : value < 10 ? 0 : value < 60 ? table[Int(value) - 10] : 13
      }
      let cells = rows.map { _ in Int32.random(in: -1...9, using: &random) }
      let places = zip(bins, cells).map { $1 < 0 ? 150 : $1 * 15 + $0 }
      for level in Self.levels where scan_set_level(level) == level {
        let (inBins, inCells) = table.withUnsafeBufferPointer { table in
          let layout = scan_bins(table: table.baseAddress, lower: 10, length: 50, below: 0, above: 13, unknown: 14)
          return withUnsafePointer(to: layout) { layout in
            (
              written(rows.count) { scan_bin_places(second, rows, rows.count, layout, nil, 15, 150, $0) },
              written(rows.count) { scan_bin_places(second, rows, rows.count, layout, cells, 15, 150, $0) }
            )
          }
        }
        #expect(inBins == fenced(bins), "level \(level.rawValue)")
        #expect(inCells == fenced(places), "level \(level.rawValue)")
      }
      var tally = [UInt64](repeating: 1, count: 151)
      scan_increment(&tally, places, places.count)
      #expect(tally == (0..<151).map { place in 1 + UInt64(places.count { $0 == place }) })
    }
    for level in Self.levels where scan_set_level(level) == level {
      let found = first.withUnsafeBufferPointer { first in
        second.withUnsafeBufferPointer { second in
          written(count) {
            scan_pair_places(
              scan_side(values: first.baseAddress, lower: -1, count: 3),
              scan_side(values: second.baseAddress, lower: 5, count: 128), count, 384, $0)
          }
        }
      }
      #expect(found == fenced(pairs), "level \(level.rawValue)")
    }
  }

  @Test(arguments: counts)
  func everyLevelMarksTheSameBits(count: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    var random = SystemRandomNumberGenerator()
    let values = values(count, 4...75, &random) as [Int32]
    for rows in rows(count, &random) {
      let entries = rows.map { _ in Int64.random(in: -1...40, using: &random) }
      var expected = [UInt64](repeating: 0, count: 41)
      for (row, entry) in zip(rows, entries) where entry >= 0 && (7...70).contains(values[Int(row)]) {
        expected[Int(entry)] |= 1 << UInt64(values[Int(row)] - 7)
      }
      let marked = (0..<41).filter { expected[$0] != 0 }.map { Int64($0) + (1 << 33) }
      for level in Self.levels where scan_set_level(level) == level {
        // What rows without an entry write to lies in front.
        let masks = UnsafeMutablePointer<UInt64>.allocate(capacity: 42)
        defer { masks.deallocate() }
        masks.update(repeating: 0, count: 42)
        scan_mark_bits(values, rows, rows.count, 7, entries, masks + 1)
        #expect(Array(UnsafeBufferPointer(start: masks + 1, count: 41)) == expected, "level \(level.rawValue)")
        let (numbers, found): ([Int64], Int) = filled(42) { scan_marked(masks + 1, 41, 1 << 33, $0) }
        #expect(Array(numbers.prefix(found)) == marked, "level \(level.rawValue)")
        // One place more may be written to.
        #expect(numbers[(found + 1)...].allSatisfy { $0 == Int64(Self.fence) }, "level \(level.rawValue)")
        let bits = entries.map { $0 < 0 ? .min : Int32(expected[Int($0)].nonzeroBitCount) }
        #expect(
          written(rows.count) { scan_count_bits(masks + 1, entries, rows.count, $0) } == fenced(bits),
          "level \(level.rawValue)")
      }
    }
  }

  /// Memory of which only the pages that are touched exist.
  private func withSparse<T: BitwiseCopyable>(_ count: Int, of type: T.Type, _ body: (UnsafeMutablePointer<T>) -> Void)
  {
    let size = count * MemoryLayout<T>.stride
    let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else {
      Issue.record("no room for \(size) bytes of addresses")
      return
    }
    defer { munmap(memory, size) }
    body(memory.bindMemory(to: type, capacity: count))
  }

  /// 9 million groups of 256 cells each, or as many in one: entries from just below 2^31 on.
  @Test func entriesBeyond31BitsKeepTheirPlaces() {
    defer { scan_set_level(SCAN_AVX512) }
    let cellCount = 256
    let groups = (0..<40).map { Int32(8_388_600 + 1000 * $0 / 40 * 20) }
    let cells = (0..<40).map { Int32($0 * 97 % cellCount) }, rows = Array(Int32(0)..<40)
    let values = rows.map { 7 + $0 }
    let places = zip(groups, cells).map { Int($0) * cellCount + Int($1) }
    #expect(places.contains { $0 < 1 << 31 } && places.contains { $0 > 1 << 31 })
    withSparse(Int(groups.max()! + 1) * cellCount, of: UInt64.self) { masks in
      for level in Self.levels where scan_set_level(level) == level {
        for place in places { masks[place] = 0 }
        var entries = [Int64](repeating: 0, count: 40)
        scan_entries(groups, cells, 40, Int32(cellCount), &entries)
        #expect(entries == places.map { Int64($0) }, "level \(level.rawValue)")
        scan_mark_bits(values, rows, 40, 7, entries, masks)
        #expect(places.indices.allSatisfy { masks[places[$0]] == 1 << UInt64($0) }, "level \(level.rawValue)")
        #expect(written(40) { scan_count_bits(masks, entries, 40, $0) } == fenced([Int32](repeating: 1, count: 40)))
        let numbers: [Int64] = written(40) {
          masks.withMemoryRebound(to: Int64.self, capacity: 1) { [out = $0] in scan_pick_int64($0, entries, 40, out) }
        }
        #expect(numbers == fenced((0..<40).map { 1 << $0 }), "level \(level.rawValue)")
        // The lower half of each, as a column of half the width has it.
        let halves = entries.map { 2 * $0 }
        let narrow: [Int32] = written(40) {
          masks.withMemoryRebound(to: Int32.self, capacity: 1) { [out = $0] in scan_pick_int32($0, halves, 40, out) }
        }
        #expect(narrow == fenced((0..<40).map { $0 < 32 ? Int32(truncatingIfNeeded: 1 << $0) : 0 }))
      }
    }
  }

  @Test(arguments: counts)
  func keysAreNumberedAndParted(count: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    var random = SystemRandomNumberGenerator()
    let keys = (0..<count).map { _ in Int64.random(in: 1000...1099, using: &random) }
    var near = [Int32](repeating: -1, count: 200)
    if let first = keys.first { near[Int(first) - 900] = 0 }
    var bySlot = [Int64](repeating: 0, count: count + 2)
    bySlot[0] = keys.first ?? 0
    let known: Int32 = keys.isEmpty ? 0 : 1
    var slots = [Int32](repeating: Self.fence, count: count + 40)
    let total = scan_number_keys(keys, count, 900, &near, known, &bySlot, &slots)
    var order: [Int64] = []
    for key in keys where !order.contains(key) { order.append(key) }
    #expect(Array(bySlot.prefix(Int(total))) == order)
    #expect(slots == fenced(keys.map { Int32(order.firstIndex(of: $0)!) }))
    #expect(near.enumerated().allSatisfy { $1 == order.firstIndex(of: Int64($0) + 900).map(Int32.init) ?? -1 })
    let inside = (0..<Int32(count)).filter { (1010..<1090).contains(keys[Int($0)]) }
    let outside = (0..<Int32(count)).filter { !inside.contains($0) }
    for level in Self.levels where scan_set_level(level) == level {
      var (numbers, others) = (fenced([]) + keys.map { _ in Self.fence }, fenced([]) + keys.map { _ in Self.fence })
      let found = scan_partition(keys, count, 1010, 1090, &numbers, &others)
      #expect(Array(numbers.prefix(found)) == inside, "level \(level.rawValue)")
      #expect(Array(others.prefix(count - found)) == outside, "level \(level.rawValue)")
      #expect(numbers[(count + 1)...].allSatisfy { $0 == Int64(Self.fence) }, "level \(level.rawValue)")
      #expect(others[(count + 1)...].allSatisfy { $0 == Int64(Self.fence) }, "level \(level.rawValue)")
    }
  }

  @Test(arguments: counts)
  func everyLevelPartsTheSameRows(count: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    var random = SystemRandomNumberGenerator()
    let flags = (0..<40).map { _ in UInt8.random(in: 0...2, using: &random) } + [1, 1, 1]
    let slots = (0..<count).map { _ in Int32.random(in: -1..<40, using: &random) }
    for none in [0, 1, 2] as [UInt8] {
      func rows(_ flag: UInt8) -> [Int32] {
        (0..<Int32(count)).filter { slots[Int($0)] < 0 ? none == flag : flags[Int(slots[Int($0)])] == flag }
      }
      for level in Self.levels where scan_set_level(level) == level {
        var (ready, waiting) = (fenced([]) + slots.map { _ in Self.fence }, fenced([]) + slots.map { _ in Self.fence })
        var left = 0
        let found = scan_part(slots, count, flags, none, &ready, &waiting, &left)
        #expect(Array(ready.prefix(found)) == rows(1), "level \(level.rawValue)")
        #expect(Array(waiting.prefix(left)) == rows(0), "level \(level.rawValue)")
        #expect(ready[(count + 1)...].allSatisfy { $0 == Self.fence }, "level \(level.rawValue)")
        #expect(waiting[(count + 1)...].allSatisfy { $0 == Self.fence }, "level \(level.rawValue)")
      }
    }
  }

  @Test(arguments: counts)
  func everyLevelBinsTheSameIntegers(count: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    var random = SystemRandomNumberGenerator()
    let origin: Int64 = 1_700_000_000_000_000_000
    let ends: [Int64] = [.min, .min + 1, .max, 0, origin - 1, origin, origin + 1, origin + 2559, origin + 2560]
    let values = (0..<count).map { _ in
      Int.random(in: 0..<4, using: &random) == 0
        ? ends.randomElement(using: &random)! : origin + Int64.random(in: -300...2_900, using: &random)
    }
    // The first bin begins half a unit above the origin.
    let layout = scan_whole_bins(
      origin: origin, offset: 0.5, per_unit: 1.0 / 256, snap: 1e-9, count: 10, above: 11, unknown: 12)
    for rows in rows(count, &random) {
      let bins = rows.map { row -> Int32 in
        let value = values[Int(row)]
        if value == .min { return 12 }
        // Twice the distance, in whole numbers.
        let distance = 2 * (Int128(value) - Int128(origin)) - 1
        return distance < 0 ? 0 : distance >= 5120 ? 11 : Int32(distance / 512) + 1
      }
      let cells = rows.map { _ in Int32.random(in: -1...9, using: &random) }
      let places = zip(bins, cells).map { $1 < 0 ? 130 : $1 * 13 + $0 }
      for level in Self.levels where scan_set_level(level) == level {
        let (inBins, inCells): ([Int32], [Int32]) = withUnsafePointer(to: layout) { layout in
          (
            written(rows.count) { scan_whole_places(values, rows, rows.count, layout, nil, 13, 130, $0) },
            written(rows.count) { scan_whole_places(values, rows, rows.count, layout, cells, 13, 130, $0) }
          )
        }
        #expect(inBins == fenced(bins), "level \(level.rawValue)")
        #expect(inCells == fenced(places), "level \(level.rawValue)")
      }
    }
  }

  @Test(arguments: counts)
  func everyLevelBinsTheSameNumbers(count: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    var random = SystemRandomNumberGenerator()
    let edges: [Double] = [
      .nan, .infinity, -.infinity, -100, 600, 600 - 1e-12, -100 - 1e-12, 1e300, 0, -0.0, 4.9999999999,
    ]
    let values = (0..<count).map { _ in
      Int.random(in: 0..<4, using: &random) == 0
        ? edges.randomElement(using: &random)! : Double.random(in: -150...650, using: &random)
    }
    let perUnit = 140.0 / 700
    let layout = scan_regular_bins(lower: -100, per_unit: perUnit, snap: 1e-9, count: 140, above: 141, unknown: 142)
    for rows in rows(count, &random) {
      let bins = rows.map { row -> Int32 in
        // Rounded after each operation.
        let scaled = (values[Int(row)] + 100) * perUnit
        let position = scaled + 1e-9
        return position.isNaN ? 142 : position < 0 ? 0 : position >= 140 ? 141 : Int32(position) + 1
      }
      let cells = rows.map { _ in Int32.random(in: -1...9, using: &random) }
      let places = zip(bins, cells).map { $1 < 0 ? 1430 : $1 * 143 + $0 }
      for level in Self.levels where scan_set_level(level) == level {
        let (inBins, inCells) = withUnsafePointer(to: layout) { layout in
          (
            written(rows.count) { scan_regular_places(values, rows, rows.count, layout, nil, 143, 1430, $0) },
            written(rows.count) { scan_regular_places(values, rows, rows.count, layout, cells, 143, 1430, $0) }
          )
        }
        #expect(inBins == fenced(bins), "level \(level.rawValue)")
        #expect(inCells == fenced(places), "level \(level.rawValue)")
      }
    }
  }
}
