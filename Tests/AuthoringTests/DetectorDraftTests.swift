import Authoring
import Foundation
import Testing

/// What is made of files of which one knows what is in them.
@Suite struct DetectorDraftTests {
  /// The fields as the plugin declares them.
  private func fields(_ draft: DetectorDraft) -> [String] {
    draft.plugin.split(separator: "\n").drop { !$0.hasPrefix("  fields:") }.dropFirst().prefix { $0.hasPrefix("    ") }
      .map { line in String(line.drop { $0 == " " }.prefix { $0 != "#" }).trimmingCharacters(in: .whitespaces) }
  }

  /// The draft of a file in a workshop: lint finds nothing, its own tests pass, and every field's histogram has every row.
  private func check(
    _ draft: DetectorDraft, in workshop: Workshop, records: Int, malformed: Int = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (pipeline, findings) = try workshop.load(draft, "x")
    #expect(findings == [], sourceLocation: sourceLocation)
    #expect(try workshop.failures("x") == [], sourceLocation: sourceLocation)
    let outcome = try workshop.run(try #require(pipeline, sourceLocation: sourceLocation))
    #expect(outcome.counts["records"] == records, sourceLocation: sourceLocation)
    #expect(outcome.counts["malformed"] == malformed, sourceLocation: sourceLocation)
    for field in draft.fields where field.range != nil {
      #expect(outcome.inside[field.name] == records, "\(field.name)", sourceLocation: sourceLocation)
      #expect(outcome.outside[field.name] == 0, "\(field.name)", sourceLocation: sourceLocation)
    }
  }

  @Test func `A muon counter: comments, blanks, dates, rows that cannot be used`() throws {
    let workshop = Workshop()
    let (text, usable) = Samples.muons()
    let draft = try DetectorDraft("x", from: DataSample(path: workshop.write(text, "muons.txt")))
    #expect(fields(draft) == ["date: date", "time: time", "adc: u16", "amplitude: f64 mV", "T: f64"])
    #expect(
      draft.summary
        == "text, 1,003 rows of 5 fields separated by blanks; 3 comment lines (#), 4 blank lines, 3 rows that do not fit"
    )
    #expect(draft.plugin.contains("  separator: blanks\n  comment: \"#\"\n  header: \"no\"\n"))
    #expect(draft.plugin.contains("-4.1 to 19"))
    #expect(draft.plugin.contains("  moment: date + time "))
    #expect(draft.pipeline.contains("  adc: {of: adc, bins: "))
    #expect(draft.pipeline.contains("  time: {of: time, bins: 96 from 0 h to 24 h, title: time}"))
    try check(draft, in: workshop, records: usable, malformed: 3)
  }

  @Test func `A binary file: header, length, widths and order of bytes`() throws {
    let workshop = Workshop()
    let draft = try DetectorDraft("x", from: DataSample(path: workshop.write(Samples.times(), "times.bin")))
    #expect(draft.summary == "binary, 3,000 records of 10 bytes after a header of 40, little-endian")
    #expect(fields(draft) == ["time: i64", "field2: u16"])
    #expect(draft.plugin.contains("grows, with 6 steps back, by up to 2"))
    try check(draft, in: workshop, records: 3000)
  }

  @Test(arguments: [0, 7, 16, 40, 512])
  func `Headers of any length`(header: Int) throws {
    let bytes = Samples.times(records: 2000, header: header)
    let draft = try DetectorDraft("x", from: DataSample(path: "x", bytes: bytes))
    #expect(draft.summary.hasPrefix("binary, 2,000 records of 10 bytes"))
    #expect(draft.plugin.contains("  skip: \(header)\n") == (header > 0))
  }

  @Test func `Names and lengths can be given`() throws {
    var hints = DetectorDraft.Hints()
    hints.names = ["t", "channel"]
    hints.bytes = 10
    hints.skip = 40
    let draft = try DetectorDraft("x", from: DataSample(path: "x", bytes: Samples.times()), hints: hints)
    #expect(fields(draft) == ["t: i64", "channel: u16"])
    hints.names = ["t"]
    let error = #expect(throws: DetectorDraft.Failure.self) {
      try DetectorDraft("x", from: DataSample(path: "x", bytes: Samples.times()), hints: hints)
    }
    #expect(error?.description == "--names has 1 names, and x seems to have 2 fields")
  }

  @Test func `Channels that take turns do not make longer records`() throws {
    var dice = Dice(8)
    var bytes = [UInt8](repeating: 0x20, count: 40)
    for event in 0..<2001 {
      let time = Int64(event * 1_600_000 + Int.random(in: 0...900_000, using: &dice))
      for (time, channel) in [(time, UInt16(1)), (time + Int64(Int.random(in: 0...99_999, using: &dice)), 2)] {
        withUnsafeBytes(of: time.littleEndian) { bytes += $0 }
        withUnsafeBytes(of: channel.littleEndian) { bytes += $0 }
      }
    }
    // An odd number of records.
    bytes.removeLast(10)
    let draft = try DetectorDraft("x", from: DataSample(path: "x", bytes: bytes))
    #expect(draft.summary == "binary, 4,001 records of 10 bytes after a header of 40, little-endian")
    #expect(fields(draft) == ["time: i64", "field2: u16"])
  }

  @Test func `Units come with names`() throws {
    let workshop = Workshop()
    var hints = DetectorDraft.Hints()
    hints.names = ["t[ps]", "channel"]
    let draft = try DetectorDraft("x", from: DataSample(path: workshop.write(Samples.times(), "x.bin")), hints: hints)
    #expect(fields(draft) == ["t: i64 ps", "channel: u16"])
    #expect(!draft.plugin.contains("its unit"))
    try check(draft, in: workshop, records: 3000)
    for (name, why) in [
      ("t[parsec]", "hitmon has no unit parsec, which --names gives t"),
      ("t[ps/]", "hitmon has no unit ps/, which --names gives t"),
    ] {
      hints.names[0] = name
      let error = #expect(throws: DetectorDraft.Failure.self) {
        try DetectorDraft("x", from: DataSample(path: "x", bytes: Samples.times()), hints: hints)
      }
      #expect(error?.description == why)
    }
  }

  @Test func `A column called mV is in mV, and times reach from the first row to the last`() throws {
    let workshop = Workshop()
    let rows =
      (0..<200).map { "2024-01-31 23:\(50 + $0 / 60):\($0 % 60 + 10) \($0 % 7) \($0 % 9).5 \($0 % 5)\n" }
      + (0..<200).map { "2024-02-01 00:\(10 + $0 / 60):\($0 % 60 + 10) \($0 % 7) \($0 % 9).5 \($0 % 5)\n" }
    let text = "# date time adc mV min\n" + rows.filter { !$0.contains(":6") }.joined()
    let draft = try DetectorDraft("x", from: DataSample(path: workshop.write(text, "x.txt")))
    #expect(fields(draft) == ["date: date", "time: time", "adc: u8", "mV: f64 mV", "min: u8"])
    #expect(draft.pipeline.contains("  moment: {of: moment, bins: 71 from 1706745000 s to 1706746420 s"))
    try check(draft, in: workshop, records: rows.count { !$0.contains(":6") })
  }

  @Test func `Big-endian numbers and floats`() throws {
    var dice = Dice(6)
    var bytes: [UInt8] = []
    for event in 0..<1000 {
      withUnsafeBytes(of: UInt32(1000 + 3 * event).bigEndian) { bytes += $0 }
      withUnsafeBytes(of: Float.random(in: 0.5..<200, using: &dice).bitPattern.bigEndian) { bytes += $0 }
      withUnsafeBytes(of: Int16.random(in: -300...300, using: &dice).bigEndian) { bytes += $0 }
    }
    let workshop = Workshop()
    let draft = try DetectorDraft("x", from: DataSample(path: workshop.write(bytes, "x.bin")))
    #expect(draft.plugin.contains("  order: big\n"))
    #expect(fields(draft) == ["time: u32", "field2: f32", "field3: i16"])
    try check(draft, in: workshop, records: 1000)
  }

  @Test func `The telescope as text`() throws {
    let workshop = Workshop()
    let draft = try DetectorDraft(
      "x", from: DataSample(path: workshop.write(Samples.telescope(rows: 5000).text, "telescope.txt")))
    #expect(
      fields(draft) == [
        "HEAD: u8", "FPGA: u8", "TDC_CHANNEL: u16", "ORBIT_CNT: u32", "BX_COUNTER: u16", "TDC_MEAS: f64",
      ])
    #expect(!draft.plugin.contains("header:"))
    try check(draft, in: workshop, records: 5000)
  }

  @Test func `The telescope as words of bits`() throws {
    let workshop = Workshop()
    let words = Samples.telescope(rows: 5000).words
    let draft = try DetectorDraft("x", from: DataSample(path: workshop.write(words, "telescope.bin")))
    #expect(draft.plugin.contains("  format: words\n"))
    let bits = draft.plugin.split(separator: "\n").drop { !$0.hasPrefix("  fields:") }.dropFirst().prefix {
      $0.hasPrefix("    ")
    }
    .compactMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
    #expect(bits.reduce(0, +) == 64)
    #expect(bits.prefix(2) == [5, 12], "the fine time and the crossing")
    try check(draft, in: workshop, records: words.count / 8)
  }

  @Test(arguments: ["txt", "dat"])
  func `Run 333, in both forms`(form: String) throws {
    let shared = ProcessInfo.processInfo.environment["HITMON_SHARED"] ?? "../shared"
    let path = "\(shared)/data/minidt_run333_\(form)/data_000637.\(form)"
    guard FileManager.default.fileExists(atPath: path) else { return }
    let workshop = Workshop()
    let draft = try DetectorDraft("x", from: DataSample(path: path))
    if form == "txt" {
      #expect(
        fields(draft) == [
          "HEAD: u8", "FPGA: u8", "TDC_CHANNEL: u16", "ORBIT_CNT: u32", "BX_COUNTER: u16", "TDC_MEAS: u8",
        ])
      try check(draft, in: workshop, records: 135_248, malformed: 1)
    } else {
      #expect(fields(draft).map { $0.split(separator: " ")[1] } == ["5", "12", "32", "9", "4", "2"])
      try check(draft, in: workshop, records: 229_376)
    }
  }

  @Test(arguments: [
    ("a;b\n1;2.5\n3;4.25\n", ["a: u8", "b: f64"], "separator: \";\""),
    ("1\t2\n3\t4\n5\t6\n", ["field1: u8", "field2: u8"], "separator: tab"),
    ("a,b\n1,x\n2,y\n3,x\n", ["a: u8", "b: text"], "format: csv"),
    ("time [ns], charge [mV]\n1,-2\n3,4\n", ["time: u8 ns", "charge: i8 mV"], "format: csv"),
    ("t,n\n2023-11-14T22:13:20Z,300\n2023-11-14T22:13:21Z,70000\n", ["t: datetime", "n: u32"], "format: csv"),
    ("// n: a b\n1 2\n3 4\n", ["a: u8", "b: u8"], "comment: \"//\""),
    ("if,not\n1,2\n3,4\n", ["if_: u8", "not_: u8"], "header: \"yes\""),
    ("\"a\",\"b\"\n\"1\",\"x, y\"\n\"2\",\"z\"\n", ["a: u8", "b: text"], "quote: '\"'"),
    ("1\r\n2\r\n3\r\n", ["field1: u8"], "header: \"no\""),
    ("a|b\n1|2\n", ["a: u8", "b: u8"], "separator: \"|\""),
    ("5 -1 1e3\n6 2 2.5e-3\n", ["field1: u8", "field2: i8", "field3: f64"], "separator: blanks"),
  ])
  func `Other texts`(text: String, expected: [String], setting: String) throws {
    let workshop = Workshop()
    let draft = try DetectorDraft("x", from: DataSample(path: workshop.write(text, "x.txt")))
    #expect(fields(draft) == expected)
    #expect(draft.plugin.contains("  \(setting)\n"), "\(draft.plugin)")
    let rows = text.split(whereSeparator: \.isNewline).count - (text.first!.isNumber ? 0 : 1)
    try check(draft, in: workshop, records: rows)
  }

  @Test func `Empty files, and files of nothing but comments`() throws {
    for (text, words) in [("", "x is empty"), ("# a\n\n", "x has no rows: all lines are blank or comments")] {
      let error = #expect(throws: DetectorDraft.Failure.self) {
        try DetectorDraft("x", from: DataSample(path: "x", bytes: Array(text.utf8)))
      }
      #expect(error?.description == words)
    }
  }

  /// Nothing that is in a file makes it stop, and what comes out is always a pipeline without errors.
  @Test func `Rows of more fields than a record has are refused`() throws {
    let row = (0..<160_000).map { "\($0 % 10)" }.joined(separator: ",")
    let error = #expect(throws: DetectorDraft.Failure.self) {
      try DetectorDraft("wide", from: DataSample(path: "wide.csv", bytes: Array("\(row)\n".utf8)))
    }
    #expect(
      error?.description
        == "wide.csv has rows of 160000 fields separated by commas, more than the 1000 for which a record is drafted: is each line one row?"
    )
  }

  @Test func `Rubbish ends in a sentence or in a pipeline`() throws {
    var dice = Dice(7)
    let workshop = Workshop()
    let signs = Array(" ,;\t\n\n0123456789.-:#abc\"$'{}%é")
    for round in 0..<150 {
      let bytes: [UInt8]
      if round % 3 == 0 {
        bytes = (0..<Int.random(in: 1...3000, using: &dice)).map { _ in
          UInt8.random(in: 0...(round % 2 == 0 ? 255 : 3), using: &dice)
        }
      } else {
        bytes = Array(
          String((0..<Int.random(in: 1...400, using: &dice)).map { _ in signs.randomElement(using: &dice)! }).utf8)
      }
      guard let draft = try? DetectorDraft("x", from: DataSample(path: workshop.write(bytes, "x"))) else { continue }
      let (pipeline, findings) = try workshop.load(draft, "x")
      #expect(pipeline != nil, "\(round): \(findings)\n\(draft.plugin)\n\(draft.pipeline)")
    }
  }
}
