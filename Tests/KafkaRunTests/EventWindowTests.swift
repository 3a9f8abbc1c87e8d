import Simulation
import TestSupport
import Testing

/// Event windows over partitions that are read each at its own pace: all products, whatever the messages are like.
@Suite(.waiting) struct EventWindowTests {
  static let window = "span: 3000 of ORBIT_CNT, late: 500"

  /// What every series of event windows must be: each window once, positions that never go back.
  static func faults(in messages: [Message], partitions: Int) -> [String] {
    var faults: [String] = []
    let indices = messages.map(\.window.index)
    if Set(indices).count != indices.count { faults.append("windows twice: \(indices)") }
    var read: [String: Int64] = [:]
    for message in messages {
      let source = message.source
      let names = (0..<partitions).map(String.init)
      if Set(source.resume.keys) != Set(names) { faults.append("resume of \(source.resume.keys.sorted())") }
      for (name, place) in source.read ?? [:] {
        if place < read[name] ?? 0 { faults.append("read \(name) goes back to \(place)") }
        if place < source.resume[name] ?? .max { faults.append("resume \(name) is beyond what was read") }
        if let range = source.offsets[name], range[0] >= range[1] || range[1] > place {
          faults.append("offsets of \(name): \(range), read up to \(place)")
        }
        read[name] = place
      }
    }
    return faults
  }

  @Test(arguments: [1, 4, 12], [1, 500])
  func `All products of a topic`(partitions: Int, rowsPerMessage: Int) throws {
    let telescope = Telescope(seed: UInt64(partitions), rows: 12_000)
    let lab = try Lab(partitions: partitions)
    try lab.produce(telescope.rows, rowsPerMessage: rowsPerMessage)
    let ended = try lab.job(window: Self.window).watch()
    #expect(ended.error == nil)
    let messages = try lab.results()
    let products = Products(messages)
    #expect(telescope.expected.differences(from: products) == [])
    for count in ["late", "stray", "disordered", "gaps", "malformed"] {
      #expect(products.counts[count] == 0, "\(count)")
    }
    #expect(Self.faults(in: messages, partitions: partitions) == [])
    #expect(messages.map(\.window.index) == messages.map(\.window.index).sorted())
    #expect(messages.count > 5)
    #expect(
      messages.allSatisfy { $0.source.topic == "hits" && $0.source.partitions == partitions && $0.partial == nil })
    // The last window leaves nothing to read again.
    let read = try #require(messages.last?.source.read)
    #expect(read == messages.last?.source.resume)
  }

  @Test(arguments: [1, 100])
  func `Messages without keys: an orbit's rows lie in several partitions`(rowsPerMessage: Int) throws {
    let telescope = Telescope(seed: 21, rows: 12_000)
    let lab = try Lab(partitions: 4)
    try lab.produce(telescope.rows, rowsPerMessage: rowsPerMessage, isKeyed: false)
    let ended = try lab.job(window: Self.window).watch()
    #expect(ended.error == nil)
    let messages = try lab.results()
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    #expect(Products(messages).counts["late"] == 0)
    #expect(Products(messages).counts["disordered"] == 0)
    #expect(Self.faults(in: messages, partitions: 4) == [])
  }

  /// Rows that came with a key, and rows of the same orbits, in whatever partition, that came without.
  @Test func `Messages with keys and without, as they come`() throws {
    let telescope = Telescope(seed: 24, rows: 8_000)
    let lab = try Lab(partitions: 4)
    var dice = Dice(24)
    let feeder = try Feeder(
      lab,
      telescope.rows.enumerated().map { number, row in
        var message = Feeder.Message(row)
        if number > 2_000, dice.chance(0.5) { (message.key, message.partition) = (nil, dice.int(0...3)) }
        return message
      }, perSecond: 8_000)
    let rows = Int64(telescope.rows.count)
    let running = lab.job(window: Self.window, source: "until: forever").start { $0.rows >= rows }
    try feeder.end()
    #expect(try running.end().error == nil)
    #expect(try lab.job(window: Self.window).watch().error == nil)
    let messages = try lab.results()
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    #expect(Products(messages).counts["late"] == 0)
    #expect(Products(messages).counts["disordered"] == 0)
    #expect(Self.faults(in: messages, partitions: 4) == [])
  }

  /// The clock waits for partitions that are read but not yet counted.
  @Test func `Partitions of very different length`() throws {
    let telescope = Telescope(seed: 22, rows: 60_000)
    let lab = try Lab(partitions: 4)
    let writer = try lab.writer()
    for row in telescope.rows {
      // One orbit in 64 each is in partitions 1, 2 and 3.
      let partition = row.orbit % 64 < 4 ? Int(row.orbit % 64) : 0
      try writer.write([row], key: "\(row.orbit)", to: partition)
    }
    try writer.close()
    let ended = try lab.job(window: Self.window).watch()
    #expect(ended.error == nil)
    let messages = try lab.results()
    #expect(telescope.expected.differences(from: Products(messages)) == [])
    #expect(Products(messages).counts["late"] == 0)
    #expect(Self.faults(in: messages, partitions: 4) == [])
  }

  @Test(.needs(SharedData.telescope), arguments: [1, 500])
  func `200,000 rows of the telescope in four partitions`(rowsPerMessage: Int) throws {
    let lab = try Lab(partitions: 4)
    let writer = try lab.writer()
    var gathered = Array(repeating: [UInt8](), count: 4)
    var counts = Array(repeating: 0, count: 4)
    for line in try SharedData.bytes(SharedData.telescope).split(separator: 0x0A).dropFirst() {
      let orbit = Int(String(decoding: line.split(separator: 0x2C)[3], as: UTF8.self))!
      let partition = orbit % 4
      if counts[partition] > 0 { gathered[partition].append(0x0A) }
      gathered[partition] += line
      counts[partition] += 1
      if counts[partition] == rowsPerMessage {
        try writer.write(gathered[partition], key: "\(orbit)", to: partition)
        (gathered[partition], counts[partition]) = ([], 0)
      }
    }
    for (partition, rest) in gathered.enumerated() where !rest.isEmpty {
      try writer.write(rest, key: "0", to: partition)
    }
    try writer.close()
    let ended = try lab.job(window: "span: 5000 of ORBIT_CNT, late: 200").watch()
    #expect(ended.error == nil)
    let messages = try lab.results()
    #expect(try SharedData.expected("telescope_200k").differences(from: Products(messages)) == [])
    #expect(Self.faults(in: messages, partitions: 4) == [])
  }
}
