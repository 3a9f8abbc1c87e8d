import Connectors
import Foundation
import Runtime
import TestSupport
import Testing

/// Lines that name columns: each is believed, or ends the run with what is wrong. None is passed over.
@Suite struct HeaderTests {
  private let scratch = Scratch()

  /// Which channels had hits at which times; `keys` are the record's other keys.
  private func run(
    _ fields: String, _ files: [String], keys: String = "", plot: String = "time", against: String = "channel",
    sections: String = ""
  ) throws -> Outcome {
    try Job(
      """
      pipeline: p
      record: {format: csv, \(keys)\(keys.isEmpty ? "" : ", ")fields: {\(fields)}}
      histograms: {h: {plot: \(plot), against: \(against)}}
      \(sections)
      """
    ).with { $0.inputs = files }.run()
  }

  private func file(_ text: String, _ name: String = "a.csv") -> String { scratch.write(text, name) }

  @Test(arguments: [
    "\u{FEFF}# run 7\nchannel,time\n1,100\n2,200\n", "\u{FEFF}\n\u{FEFF}channel,time\n1,100\n2,200",
    "Model,TBS1000\nSample Interval,4.0e-10\nRecord Length,3\n\nchannel,time\n1,100\n2,200\n",
    "\"channel\",\"time\"\n1,100\n2,200\n", "channel [count],time\n1,100\n2,200\n",
    "channel,time\n1,100\nchannel,time\n2,200\nchannel,time\n",
  ])
  func `Headers in another order, behind marks, comments and other lines, and again`(text: String) throws {
    let outcome = try run("time: u32, channel: u16", [file(text)], keys: "comment: '#'")
    #expect(outcome.products.points["h"] == [1: 100, 2: 200])
    #expect(outcome.products.counts["malformed"] == 0 && outcome.error == nil)
  }

  @Test(arguments: [
    ("f64 ns", "us", 1000), ("f32 us", "ns", 0.001), ("f64 ns", "s", 1e9), ("f64 ns", " ns ", 1), ("f64", "us", 1),
    ("u32 us", "us", 1),
  ])
  func `A unit in the header is brought to the declared one`(type: String, unit: String, factor: Double) throws {
    for head in ["time [\(unit)],channel", "time (\(unit)),channel"] {
      let outcome = try run("time: \(type), channel: u16", [file("\(head)\n2,1\n4,2\n")])
      #expect(outcome.products.points["h"] == [1: 2 * factor, 2: 4 * factor])
    }
  }

  @Test func `Each file goes by its own units, also from another source`() throws {
    let a = file("time [us],channel\n1.5,1\n"), b = file("channel,time [ns]\n2,2500\n", "b.csv")
    #expect(try run("time: f64 ns, channel: u16", [a, b]).products.points["h"] == [1: 1500, 2: 2500])
    let outcome = try Job(
      """
      pipeline: p
      record: {format: csv, fields: {time: f64 ns, channel: u16}}
      sources: {a: {file: {path: '\(a)'}}, b: {file: {path: '\(b)'}}}
      histograms: {h: {plot: time, against: channel}}
      """
    ).run()
    #expect(outcome.products.points["h"] == [1: 1500, 2: 2500])
  }

  @Test(arguments: [
    (
      "channel,time,channel", 1,
      "the header names channel, time, channel; the record declares time, channel: columns 1 and 3 of the file are both called channel; give one of them another name in the file"
    ),
    (
      "channel,t", 1,
      "the header names channel, t; the record declares time, channel: no column is called time; declare the fields by the names in the file"
    ),
    (
      "Time,channel", 1,
      "the header names Time, channel; the record declares time, channel: write `Time` in the record instead of `time`, as the file has it"
    ),
    (
      "time [mV],channel", 1,
      "the header says `time [mV]`, and the record declares `time: u32 ns`, which is a time: declare the unit that the file has"
    ),
    (
      "time [us],channel", 1,
      "the header says `time [us]`, and the record declares `time: u32 ns`: write `time: u32 us`, or `time: f64 ns`, which is converted"
    ),
    (
      "time [ticks],channel", 1,
      "the header says `time [ticks]`, and the record declares `time: u32 ns`; `ticks` is no unit that hitmon knows: declare the field without a unit to take its numbers as they are"
    ),
    (
      "# a\ntdc,wire", 2,
      "the line names tdc, wire; the record declares time, channel: declare the fields by the names in the file, or write `header: \"yes\"` where the line names them in the declared order"
    ),
    (
      "5,1\n6,2\nchannel,time", 3,
      "a header among the rows names channel, time, and the rows before it have time, channel, or other units: cut the file in two there"
    ),
    (
      "5,1\ntime [us],channel", 2,
      "a header among the rows: the header says `time [us]`, and the record declares `time: u32 ns`: write `time: u32 us`, or `time: f64 ns`, which is converted"
    ),
  ])
  func `A header that does not fit ends the run`(text: String, line: Int, message: String) throws {
    let path = file("\(text)\n7,3\n8,4\n")
    let outcome = try run("time: u32 ns, channel: u16", [path], keys: "comment: '#'")
    #expect(outcome.error == "\(path):\(line): \(message)")
    #expect(outcome.products.points["h"]?.isEmpty ?? true)
  }

  @Test(arguments: [1, 3])
  func `A header far in a file of rubbish is found all the same`(threads: Int) throws {
    let path = file(String(repeating: "1,2\nx,y,z\n", count: 5000) + "channel,time\n1,2\n")
    let job = Job(
      "pipeline: p\nrecord: {format: csv, fields: {time: u32, channel: u16}}\nhistograms: {h: {of: time, bins: 1 from 0 to 9}}"
    ).reading(path).with { ($0.threads, $0.chunkBytes) = (threads, 1 << 16) }
    #expect(try job.run().error?.hasPrefix("\(path):10001: a header among the rows names channel, time") == true)
  }

  @Test func `The header of the first file holds for those behind it that have none`() throws {
    let first = file("CHANNEL;x;BOARD\n3;a;0\n"), second = file("4;b;1\n", "b.csv"), third = file("5;c;2\n", "c.csv")
    let outcome = try run(
      "BOARD: u8, CHANNEL: u8", [first, second, third], keys: "separator: ';'", plot: "BOARD", against: "CHANNEL")
    #expect(outcome.products.points["h"] == [3: 0, 4: 1, 5: 2])
    #expect(
      outcome.warnings == ["2 files, such as \(second), have no header: their columns go by that of \(first)"])
    let other = file("4;1\n", "d.csv")
    let refused = try run(
      "BOARD: u8, CHANNEL: u8", [first, other], keys: "separator: ';'", plot: "BOARD", against: "CHANNEL")
    #expect(
      refused.error
        == "\(other):1: the file has no header, and the columns of the files before it, CHANNEL, x, BOARD, do not fit this row of 2 columns: give the file a header, or read it with a source of its own"
    )
  }

  @Test func `A header behind a file without one shows that its columns may be others`() throws {
    let plain = file("1,100\n"), ordered = file("channel,time\n2,200\n", "b.csv")
    let outcome = try run("time: u32, channel: u16", [plain, ordered])
    let error = try #require(outcome.error.map { "\($0)" })
    #expect(error.contains("b.csv:1: the header names channel, time, and "), "\(error)")
    #expect(error.hasSuffix("read the file with the header first"), "\(error)")
    // Where the header has the order of the record, nothing can be wrong.
    let same = try run("channel: u16, time: u32", [plain, ordered])
    #expect(same.error == nil && same.products.points["h"] == [1: 100, 2: 200])
  }

  /// Lines before the rows are those of their own file.
  @Test func `A file behind one that has no rows`() throws {
    let empty = file("# nothing\nchannel,time\n"), bad = file("channel,time\n1,100\nx,y,z\n", "b.csv")
    let outcome = try run("channel: u16, time: u32", [empty, bad], keys: "comment: '#'")
    #expect(outcome.warnings.first?.contains("b.csv:3: ") == true, "\(outcome.warnings)")
    let marked = file("\u{FEFF}channel,time\n2,200\n", "c.csv")
    #expect(try run("channel: u16, time: u32", [empty, marked], keys: "comment: '#'").products.points["h"] == [2: 200])
  }

  @Test(arguments: [
    ("time [us],channel", "channel,time"), ("channel,time", "time,channel"), ("time,channel", "channel,time"),
  ])
  func `A file without a header behind files whose headers differ is refused`(first: String, second: String) throws {
    let a = file("\(first)\n1,2\n"), b = file("\(second)\n3,4\n", "b.csv"), plain = file("# 1\n5,6\n", "c.csv")
    let names = { (line: String) in line.replacing(",", with: ", ") }
    let message =
      "\(plain):2: the file has no header, and those of other files differ: that of \(a) names \(names(first)), and that of \(b) \(names(second)): give the file a header"
    let record = "record: {format: csv, comment: '#', fields: {time: f64 ns, channel: u16}}"
    let job = Job("pipeline: p\n\(record)\nhistograms: {h: {plot: time, against: channel}}\n")
    #expect(try job.reading(a, b, plain).run().error == message)
    #expect(try job.reading(a, b).run().error == nil)
    // Parts of the input are counted by who does not see the other files.
    let parts = Parts(pipeline: try job.load(scratch), scratch: scratch)
    func header(_ paths: [String]) throws -> String? {
      try parts.pipeline.header(of: paths.map { InputPlace(path: $0) }, source: nil, stop: { false })
    }
    #expect(try header([a, b]) == first)
    let error = #expect(throws: ConnectorError.self) { try header([a, b, plain]) }
    #expect(error.map { "\($0)" } == message)
    // Its header comes too late for the file before it.
    let late = first == "time,channel" ? b : a
    #expect(throws: ConnectorError.self) { try header([plain, late]) }
  }

  @Test func `A file without a header goes by the first one that was met`() throws {
    let first = file("channel,time\n1,100\n"), plain = file("2,200\n", "b.csv")
    let other = file("time,channel\n300,3\n", "c.csv")
    let outcome = try run("time: u32, channel: u16", [first, plain, other])
    #expect(outcome.products.points["h"] == [1: 100, 2: 200, 3: 300])
    #expect(outcome.warnings == ["\(plain) has no header: its columns go by that of \(first)"])
    let last = file("4,400\n", "d.csv")
    let refused = try run("time: u32, channel: u16", [first, plain, other, last])
    #expect(
      refused.error
        == "\(last):1: the file has no header, and those of other files differ: that of \(first) names channel, time, and that of \(other) time, channel: give the file a header"
    )
  }

  @Test func `Parts of an input are given the header of its first file`() throws {
    let first = file("channel,x,time\n1,a,100\n"), second = file("2,b,200\n3,c,300\n", "b.csv")
    let job = Job(
      """
      pipeline: p
      record: {format: csv, fields: {time: u32, channel: u16}}
      histograms: {h: {plot: time, against: channel}}
      """)
    let parts = Parts(pipeline: try job.load(scratch), scratch: scratch)
    let header = try #require(
      try parts.pipeline.header(of: [InputPlace(path: first), InputPlace(path: second)], source: nil, stop: { false }))
    #expect(header == "channel,x,time")
    let counted = try [(first, 0..<Int64.max), (second, 0..<8), (second, 8..<Int64.max)].map { path, bytes in
      try parts.count(path, bytes) {
        $0.input = .piece(FilePiece(path: path, name: path, bytes: bytes, header: header))
      }
    }
    let message = try JSONDecoder().decode(Message.self, from: Data(parts.merge(counted).lines[0]))
    #expect(Products([message]).points["h"] == [1: 100, 2: 200, 3: 300])
  }

  @Test func `Two files that say different units of a field that is declared without one`() throws {
    let a = file("time [us],channel\n1.5,1\n"), b = file("time [ns],channel\n2500,2\n", "b.csv")
    #expect(
      try run("time: f64, channel: u16", [a, b]).error
        == "\(b):1: the header says that time is in ns, and that of \(a) says us: declare the field with its unit, such as `time: f64 us`"
    )
  }

  @Test func `A first line of numbers is no header where the record says that there is one`() throws {
    let path = file("1,100\n2,200\n")
    #expect(
      try run("channel: u16, time: u32", [path], keys: "header: 'yes'").error
        == "\(path):1: the first line is a row, and the record says `header: \"yes\"`: write `header: auto`")
  }

  @Test func `Rows of words, and first rows that are malformed, are no headers`() throws {
    let texts = try Job(
      "pipeline: p\nrecord: {format: csv, fields: {name: text, kind: text}}\nhistograms: {n: {count: hits}}"
    ).reading(file("left,right\nup,down\n")).run()
    #expect(texts.products.counts["records"] == 2 && texts.error == nil)
    for row in ["word", "nan,NA", "x,5", "5", "oops", ",", "1;2"] {
      let outcome = try run("time: u32, channel: u16", [file("\(row)\n7,3\n")])
      #expect(outcome.products.points["h"] == [3: 7] && outcome.products.counts["malformed"] == 1, "\(row)")
    }
  }

  @Test func `Text in UTF-16, and lines that end in carriage returns alone`() throws {
    let wide = scratch.write([0xFF, 0xFE, 0x31, 0, 0x2C, 0, 0x32, 0, 0x0A, 0], "wide.csv")
    #expect(
      try run("time: u32, channel: u16", [wide]).error
        == "\(wide) is text in UTF-16: change it, such as with `iconv -f UTF-16 -t UTF-8 \(wide)`")
    let old = file("time,channel\r1,2\r3,4\r")
    #expect(
      try run("time: u32, channel: u16", [old]).error
        == "\(old):1: lines end with a carriage return alone: change them, such as with `tr '\\r' '\\n' < \(old)`")
  }
}
