import ChainExecution
import Runtime
import Simulation
import TestSupport
import Testing

/// Messages that are no rows: counted, told with their place, and in the way of no other row.
@Suite(.waiting) struct UnusableMessageTests {
  private static let words =
    "record={format: words, fields: {TDC_MEAS: 5, BX_COUNTER: 12, ORBIT_CNT: 32, TDC_CHANNEL: 9, FPGA: 3, HEAD: 3}}"

  @Test(arguments: Mess.text.indices)
  func `A message of text that is no row`(index: Int) throws {
    let mess = Mess.text[index]
    let telescope = Telescope(seed: 41, rows: 400)
    let lab = try Lab(partitions: 1)
    try lab.produce(telescope.rows[..<200])
    try lab.produce(mess.value, to: 0)
    try lab.produce(telescope.rows[200...])
    for window in ["all", EventWindowTests.window] {
      let ended = try lab.job(window: window, source: "until: end, start: earliest").watch()
      #expect(ended.error == nil, "\(mess.name)")
      #expect(ended.totals.counts.malformed == mess.malformed, "\(mess.name)")
      let first = try #require(ended.told.warnings.first, "\(mess.name)")
      #expect(first.contains("partition 0 offset 200: "), "\(mess.name): \(first)")
    }
    let messages = try lab.results()
    let products = Products([messages[0]])
    #expect(telescope.expected.with { $0.malformed = mess.malformed }.differences(from: products) == [], "\(mess.name)")
    let spans = Products(Array(messages.dropFirst()))
    #expect(telescope.expected.with { $0.malformed = mess.malformed }.differences(from: spans) == [], "\(mess.name)")
  }

  @Test(arguments: Mess.words.indices)
  func `A message of words that is none`(index: Int) throws {
    let mess = Mess.words[index]
    var telescope = Telescope(seed: 42, rows: 500)
    telescope.rows.removeAll { $0.word == nil }
    let lab = try Lab(partitions: 1)
    try lab.produce(telescope.rows[..<200], rowsPerMessage: 10) { $0.appendWord(to: &$1) }
    try lab.produce(mess.value, to: 0)
    try lab.produce(telescope.rows[200...], rowsPerMessage: 10) { $0.appendWord(to: &$1) }
    let job = lab.job(window: EventWindowTests.window).with { $0.overrides.append(Self.words) }
    let ended = try job.watch()
    #expect(ended.error == nil)
    let zeroes = (mess.value ?? []).count / 8
    let expected = telescope.expected.with {
      $0.malformed = mess.malformed
      $0.records! += zeroes
    }
    #expect(expected.differences(from: Products(try lab.results())) == [], "\(mess.name)")
    let first = try #require(ended.told.warnings.first)
    #expect(first.contains("partition 0 offset 20: "), "\(first)")
  }

  /// Messages without a key among keyed ones do not tear orbits apart.
  @Test(arguments: [1, 20])
  func `Messages of every kind between those of an orbit`(rowsPerMessage: Int) throws {
    let telescope = Telescope(seed: 43, rows: 12_000)
    let lab = try Lab(partitions: 4)
    let writer = try lab.writer()
    var dice = Dice(43)
    var malformed = 0
    for start in stride(from: 0, to: telescope.rows.count, by: rowsPerMessage) {
      let rows = telescope.rows[start..<min(start + rowsPerMessage, telescope.rows.count)]
      for (partition, rows) in Dictionary(grouping: rows, by: { Int($0.orbit) % 4 }).sorted(by: { $0.key < $1.key }) {
        try writer.write(rows, key: "\(rows[0].orbit)", to: partition)
      }
      if dice.chance(0.02) {
        let mess = dice.pick(Mess.text)
        malformed += mess.malformed
        try writer.write(mess.value, key: dice.chance(0.5) ? "1" : nil, to: dice.int(0...3))
      }
    }
    try writer.close()
    let ended = try lab.job(window: EventWindowTests.window).watch()
    #expect(ended.error == nil)
    let messages = try lab.results()
    #expect(telescope.expected.with { $0.malformed = malformed }.differences(from: Products(messages)) == [])
    #expect(EventWindowTests.faults(in: messages, partitions: 4) == [])
    #expect(ended.told.warnings.count <= 6)
  }

  @Test(arguments: ["all", EventWindowTests.window])
  func `Messages of 5 MB`(window: String) throws {
    let telescope = Telescope(seed: 44, rows: 180_000)
    let lab = try Lab(partitions: 4)
    let bytes = telescope.text(header: false)
    #expect(bytes.count > 4_500_000)
    try lab.produce(bytes, to: 0)
    let lines = Mess.garbage(5_000_000, seed: 3)
    try lab.produce(lines.value, to: 1)
    try lab.produce(Array(repeating: 0x78, count: 5_000_000), to: 2)
    let small = Telescope(seed: 45, rows: 1_000) { $0.firstOrbit += 600_000 }
    let writer = try lab.writer()
    for row in small.rows { try writer.write([row], key: "\(row.orbit)", to: 3) }
    try writer.close()
    let ended = try lab.job(window: window).watch()
    #expect(ended.error == nil)
    var both = telescope
    both.rows += small.rows
    let messages = try lab.results()
    let expected = both.expected.with { $0.malformed = lines.malformed + 1 }
    #expect(expected.differences(from: Products(messages)) == [])
    #expect(messages.last?.source.resume == ["0": 1, "1": 1, "2": 1, "3": 1_000])
  }
}

extension ExpectedProducts {
  func with(_ change: (inout ExpectedProducts) -> Void) -> ExpectedProducts {
    var products = self
    change(&products)
    return products
  }
}

extension TelescopeRow {
  /// As a word of 8 bytes; only for rows that fit one.
  func appendWord(to bytes: inout [UInt8]) {
    withUnsafeBytes(of: word!.littleEndian) { bytes += $0 }
  }
}
