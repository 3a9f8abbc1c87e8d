import CScan
import Testing

/// Rows by their flags.
extension LevelTests {
  @Test(arguments: [0, 1, 7, 15, 16, 17, 31, 32, 33, 63, 64, 100, 4096])
  func everyLevelSelectsTheSame(count: Int) {
    defer { scan_set_level(SCAN_AVX512) }
    // Behind the room of the rows, so that writing over its end is seen.
    let fence: Int32 = -7
    var random = SystemRandomNumberGenerator()
    for share in [0.0, 0.1, 0.5, 0.9, 1.0] {
      // 2 stands for unknown: neither true nor to be kept.
      let flags = (0..<count).map { _ in
        Double.random(in: 0..<1, using: &random) < share ? UInt8(1) : UInt8.random(in: 0...1, using: &random) * 2
      }
      for keep in [true, false] {
        let expected = (0..<count).filter { (flags[$0] == 1) == keep }.map(Int32.init)
        for level in Self.levels where scan_set_level(level) == level {
          var rows = [Int32](repeating: fence, count: count + 32)
          let found = scan_select(flags, count, keep ? 1 : 0, &rows)
          #expect(Array(rows.prefix(found)) == expected, "level \(level.rawValue)")
          #expect(rows[count...].allSatisfy { $0 == fence }, "level \(level.rawValue)")
        }
      }
    }
  }
}
