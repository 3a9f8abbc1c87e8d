import ChainExecution
import Connectors
import Foundation
import Runtime
import Testing

@testable import Emulation

/// What arrives is what was read, row for row.
@Suite struct EmulatorTests {
  private let folder = Folder()

  private func emulate(
    _ files: [String], of sections: String = telescopeRecord, to publisher: KeptMessages,
    _ change: (inout Emulator.Options) -> Void = { _ in }
  ) throws {
    let pipeline = try folder.pipeline(sections)
    var input = EmulationInput(nil)
    input.files = files
    var options = input.options
    options.rate = .unlimited
    // Time stands still, so that messages fill up however slow the machine is.
    options.clock = TestClock().clock
    change(&options)
    input.loops = options.loops
    let emulator = Emulator(
      format: pipeline.plan.format, key: RecordKey(pipeline.declaration, format: pipeline.plan.format),
      publisher: publisher, counts: publisher.counts, options: options,
      open: try input.opener(pipeline.plan.format, stop: { false }))
    try emulator.run()
  }

  private func lines(_ rows: [String]) -> String { rows.map { $0 + "\n" }.joined() }

  /// The rows of each partition, by the rule and not by the program.
  private func expected(_ rows: [String], partitions: Int = 4) -> [[String]] {
    var result = Array(repeating: [String](), count: partitions)
    for row in rows {
      let orbit = row.split(separator: ",")[3]
      result[Array(orbit.utf8).withUnsafeBytes { partition(forKey: $0, of: partitions) }].append(row)
    }
    return result
  }

  @Test(arguments: [1, 7, 500])
  func `Messages hold the rows of each partition, in order`(rowsPerMessage: Int) throws {
    let rows = telescopeRows(20_000)
    let file = folder.write(lines(rows).utf8, "rows.txt")
    let publisher = KeptMessages()
    try emulate([file], to: publisher) { $0.rowsPerMessage = rowsPerMessage }
    #expect((0..<4).map { publisher.rows(of: $0) } == expected(rows))
    #expect(publisher.counts.sent == 20_000)
    #expect(publisher.counts.acknowledged == 20_000)
    #expect(publisher.counts.failed == 0)
    // All messages are full but the last of each partition, and are keyed by their first row.
    for partition in 0..<4 {
      let messages = publisher.messages.filter { $0.partition == partition }
      #expect(messages.dropLast().allSatisfy { $0.rows == rowsPerMessage })
      #expect(messages.allSatisfy { $0.key == $0.text.split(separator: "\n")[0].split(separator: ",")[3].description })
      #expect(messages.allSatisfy { $0.text.split(separator: "\n").count == $0.rows })
    }
  }

  @Test func `Comments, blank lines and the header stay behind; malformed rows go with the row before them`() throws {
    let text = """
      HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS
      # a comment
      2,0,5,100,10,3

      2,0,69,x,11,0
      garbage
        # another
      2,0,5,101,7,12\r
      2,1,128,101
      """
    let publisher = KeptMessages(partitions: 1)
    try emulate([folder.write(text.utf8, "rows.txt")], to: publisher)
    #expect(
      publisher.messages.map { "\($0.key ?? "nil") \($0.text)" } == [
        "100 2,0,5,100,10,3", "100 2,0,69,x,11,0", "100 garbage", "101 2,0,5,101,7,12\r", "101 2,1,128,101",
      ])
    // In several partitions each row is where its key is.
    let several = KeptMessages(partitions: 8)
    try emulate([folder.write(text.utf8, "rows.txt")], to: several)
    #expect(Set(several.messages.map { "\($0.key ?? "nil") in \($0.partition)" }).count == 2)
  }

  @Test func `Malformed rows before the first key take that`() throws {
    let publisher = KeptMessages(partitions: 1)
    try emulate([folder.write("bad\nworse\n2,0,5,100,10,3\n2,0,5,101,10,3\n".utf8, "rows.txt")], to: publisher)
    #expect(publisher.messages.map(\.key) == ["100", "100", "100", "101"])
    #expect(publisher.messages.map(\.text) == ["bad", "worse", "2,0,5,100,10,3", "2,0,5,101,10,3"])
  }

  @Test func `Where no row can be decoded there is no key, and partition 0 takes all`() throws {
    let publisher = KeptMessages()
    try emulate([folder.write("bad\nworse\n".utf8, "rows.txt")], to: publisher)
    #expect(publisher.messages.map(\.key) == [nil, nil])
    #expect(publisher.messages.map(\.partition) == [0, 0])
  }

  @Test func `Many malformed rows, more than a batch, lose no row and no key`() throws {
    let rows = (0..<10_000).map { $0 % 3 == 0 ? "2,0,5,\($0),1,1" : "bad \($0)" }
    let publisher = KeptMessages(partitions: 1)
    try emulate([folder.write(lines(rows).utf8, "rows.txt")], to: publisher)
    #expect(publisher.messages.map(\.text) == rows)
    #expect(publisher.messages.map(\.key) == (0..<10_000).map { "\($0 / 3 * 3)" })
  }

  @Test func `A header in another order is an error, as rows of a topic have none`() throws {
    let file = folder.write("FPGA,HEAD,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS\n0,2,5,100,10,3\n".utf8, "rows.txt")
    let publisher = KeptMessages()
    #expect {
      try emulate([file], to: publisher)
    } throws: {
      "\($0)".contains("its header names the fields in another order")
    }
    #expect(publisher.messages.isEmpty)
  }

  @Test func `A header among the rows stays behind too, and one that names other columns is an error`() throws {
    let header = "HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS\n", row = "2,0,5,100,10,3\n"
    let publisher = KeptMessages(partitions: 1)
    try emulate([folder.write((header + row + header + row).utf8, "rows.txt")], to: publisher)
    #expect(publisher.messages.map(\.text) == ["2,0,5,100,10,3", "2,0,5,100,10,3"])
    let other = "FPGA,HEAD,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS\n"
    let kept = KeptMessages(partitions: 1)
    #expect {
      try emulate([folder.write((row + other + row).utf8, "other.txt")], to: kept)
    } throws: {
      "\($0)".contains("a header among the rows names other columns")
    }
    #expect(kept.messages.map(\.text) == ["2,0,5,100,10,3"])
  }

  @Test func `A line that is too long to be kept is a row that failed, and the others arrive`() throws {
    let long = String(repeating: "x", count: 2_000_000)
    let publisher = KeptMessages(partitions: 1)
    try emulate([folder.write("2,0,5,100,10,3\n\(long)\n2,0,5,101,10,3\n".utf8, "long.txt")], to: publisher)
    #expect(publisher.messages.map(\.text) == ["2,0,5,100,10,3", "2,0,5,101,10,3"])
    #expect(publisher.counts.failed == 1 && publisher.counts.sent == 3)
  }

  @Test func `Binary words go as they are, keyed by their bits; a word cut short is a row too`() throws {
    let sections = """
      record: {format: words, skip: 3, fields: {low: 5, orbit: 12 signed, rest: 40}}
      groups: {g: {by: orbit, n: count}}
      """
    var bytes: [UInt8] = [1, 2, 3]
    let orbits: [Int64] = [7, 7, -8, 2047, -2048]
    for orbit in orbits {
      let word = UInt64(bitPattern: (orbit & 0xfff) << 5 | 21) | 0xab << 20
      withUnsafeBytes(of: word.littleEndian) { bytes += $0 }
    }
    bytes += [9, 9]
    let publisher = KeptMessages(partitions: 1)
    try emulate([folder.write(bytes, "words.dat")], of: sections, to: publisher)
    #expect(publisher.messages.map(\.key) == ["7", "7", "-8", "2047", "-2048", "-2048"])
    #expect(publisher.messages.flatMap(\.value) == Array(bytes[3...]))
    #expect(publisher.messages.map(\.value.count) == [8, 8, 8, 8, 8, 2])
  }

  @Test func `Records of several rows a message stand one behind the other`() throws {
    let sections = """
      record: {format: records, fields: {a: u8, b: u16}}
      groups: {g: {by: a, n: count}}
      """
    let bytes: [UInt8] = [1, 0, 0, 1, 0, 1, 1, 0, 2, 1, 0, 3, 1, 0, 4]
    let publisher = KeptMessages()
    try emulate([folder.write(bytes, "records.dat")], of: sections, to: publisher) { $0.rowsPerMessage = 2 }
    #expect(publisher.messages.map(\.value) == [Array(bytes[0..<6]), Array(bytes[6..<12]), Array(bytes[12...])])
    #expect(publisher.messages.map(\.rows) == [2, 2, 1])
  }

  @Test func `Texts and several fields are keys too`() throws {
    let sections = """
      record: {format: csv, fields: {name: text, run: i16, x: f32}}
      groups: {g: {by: [name, run], n: count}}
      """
    let publisher = KeptMessages(partitions: 1)
    try emulate([folder.write("a,-5,1\nb,30000,2\n".utf8, "rows.txt")], of: sections, to: publisher)
    #expect(publisher.messages.map(\.key) == ["a,-5", "b,30000"])
  }

  @Test func `Without groups there is no key, and partitions take turns`() throws {
    let sections = "record: {format: csv, fields: {a: u8}}"
    let publisher = KeptMessages(partitions: 3)
    try emulate(
      [folder.write((0..<10).map { "\($0)\n" }.joined().utf8, "rows.txt")], of: sections, to: publisher
    ) {
      $0.rowsPerMessage = 2
    }
    #expect((0..<3).map { publisher.messages(of: $0) } == [["0\n1", "6\n7"], ["2\n3", "8\n9"], ["4\n5"]])
    #expect(publisher.messages.allSatisfy { $0.key == nil })
  }

  @Test func `A group of a computed column gives no key`() throws {
    let pipeline = try folder.pipeline(
      "record: {format: csv, fields: {a: u8}}\ncolumns: {b: a // 2}\ngroups: {g: {by: b, n: count}}")
    #expect(RecordKey(pipeline.declaration, format: pipeline.plan.format) == .computed(group: "g"))
  }

  @Test func `A loop starts again at the end, up to the rows wanted`() throws {
    let rows = telescopeRows(100)
    let file = folder.write(lines(rows).utf8, "rows.txt")
    let publisher = KeptMessages(partitions: 1)
    try emulate([file], to: publisher) {
      $0.loops = true
      $0.rows = 250
    }
    #expect(publisher.messages.map(\.text) == rows + rows + rows[..<50])
  }

  @Test func `A loop over nothing ends in an error`() throws {
    let file = folder.write("# nothing\n\n".utf8, "rows.txt")
    let publisher = KeptMessages()
    #expect(throws: ConnectorError.self) { try emulate([file], to: publisher) { $0.loops = true } }
  }

  @Test func `Fewer rows than there are`() throws {
    let rows = telescopeRows(5000)
    let publisher = KeptMessages()
    try emulate([folder.write(lines(rows).utf8, "rows.txt")], to: publisher) {
      $0.rows = 1234
      $0.rowsPerMessage = 10
    }
    #expect(publisher.counts.acknowledged == 1234)
    #expect((0..<4).map { publisher.rows(of: $0) } == expected(Array(rows[..<1234])))
  }

  @Test func `A full queue is waited for, and no row is lost or doubled`() throws {
    let rows = telescopeRows(3000)
    let publisher = KeptMessages()
    publisher.refusals = 2
    try emulate([folder.write(lines(rows).utf8, "rows.txt")], to: publisher) { $0.rowsPerMessage = 7 }
    #expect((0..<4).map { publisher.rows(of: $0) } == expected(rows))
    #expect(publisher.counts.acknowledged == 3000)
  }

  @Test func `Rows that fail are counted as failed`() throws {
    let rows = telescopeRows(1000)
    let publisher = KeptMessages()
    publisher.failsEvery = 10
    try emulate([folder.write(lines(rows).utf8, "rows.txt")], to: publisher)
    #expect(publisher.counts.failed == 100)
    #expect(publisher.counts.acknowledged == 900)
    #expect(publisher.counts.waiting == 0)
  }

  @Test func `Damage in a file ends it after the rows before it`() throws {
    let rows = telescopeRows(10)
    let good = folder.write(lines(rows).utf8, "a.txt")
    let bad = folder.write([0x1f, 0x8b, 8, 0, 1, 2, 3], "b.txt.gz")
    let publisher = KeptMessages()
    #expect(throws: (any Error).self) { try emulate([good, bad], to: publisher) { $0.rowsPerMessage = 100 } }
    #expect(publisher.counts.acknowledged == 10)
    #expect((0..<4).map { publisher.rows(of: $0) } == expected(rows))
  }
}
