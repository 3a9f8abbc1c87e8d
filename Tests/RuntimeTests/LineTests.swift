import TestSupport
import Testing

/// Lines that are too long, and a last one that may be cut off.
@Suite struct LineTests {
  private static let record = "pipeline: p\nrecord: {format: csv, comment: '#', fields: {a: u8, b: u8}}\n"
  private let scratch = Scratch()

  private func run(_ path: String, chunkBytes: Int, window: String = "") throws -> Outcome {
    try Job(Self.record + "histograms: {h: {plot: b, against: a}}\n" + window).reading(path).with {
      $0.chunkBytes = chunkBytes
    }.run()
  }

  private static let long = String(repeating: "7,", count: 700_000)

  @Test(arguments: [1 << 12, 1 << 20, 1 << 22])
  func `A line that is too long is one malformed row, and the rows round it count`(chunkBytes: Int) throws {
    // Its end alone would be a row.
    let path = scratch.write("a,b\n1,2\n\(Self.long)\n3,4\n\n\(Self.long)5,6\nx,9\n", "rows.csv")
    let outcome = try run(path, chunkBytes: chunkBytes)
    #expect(outcome.products.points["h"] == [1: 2, 3: 4])
    #expect(outcome.products.counts["malformed"] == 3 && outcome.error == nil)
    let dots = String(Self.long.prefix(80)) + "..."
    func reason(_ bytes: Int) -> String {
      "the line has \(bytes) bytes, more than the 1048576 of the longest row: \(dots)"
    }
    #expect(
      outcome.warnings == [
        "malformed row at \(path):3: \(reason(1_400_000))", "malformed row at \(path):6: \(reason(1_400_003))",
        "malformed row at \(path):7: a is not a number: x,9",
      ])
  }

  @Test func `The longest row, windows of rows, a long comment and a long last line`() throws {
    let blanks = String(repeating: " ", count: (1 << 20) - 3)
    let path = scratch.write("1,2\(blanks)\n3, \(blanks)4\n#\(Self.long)\n5,6\n\(Self.long)", "rows.csv")
    for chunkBytes in [1 << 12, 1 << 22] {
      let outcome = try run(path, chunkBytes: chunkBytes, window: "window: {rows: 2}\n")
      #expect(outcome.products.points["h"] == [1: 2, 5: 6])
      #expect(outcome.messages.map { $0.counts["malformed"] } == [1, 1])
    }
  }

  @Test func `A first line that is too long is an error, before there are rows`() throws {
    let path = scratch.write("\(Self.long)\n1,2\n", "rows.csv")
    #expect(
      try run(path, chunkBytes: 1 << 20).error
        == "\(path):1: the line has more than 1048576 bytes, and no row is so long: is it text, with a newline behind each row?"
    )
  }

  @Test(arguments: [1 << 12, 1 << 20, 1 << 22])
  func `Comments that are too long for rows stand before a header`(chunkBytes: Int) throws {
    let path = scratch.write("# run 7\n#\(Self.long)\n\n #\(Self.long)\nb,a\n1,2\nx,3\n", "rows.csv")
    let outcome = try run(path, chunkBytes: chunkBytes)
    #expect(outcome.products.points["h"] == [2: 1] && outcome.error == nil)
    #expect(outcome.warnings == ["malformed row at \(path):7: b is not a number: x,3"])
    // Lines of a device before it are no rows of two numbers.
    let device = scratch.write("Model\n#\(Self.long)\n1,2\n", "device.csv")
    let rows = try run(device, chunkBytes: chunkBytes)
    #expect(rows.products.points["h"] == [1: 2] && rows.error == nil)
    // Nothing is behind it.
    let empty = scratch.write("#\(Self.long)", "empty.csv")
    let both = Job(Self.record + "histograms: {h: {plot: b, against: a}}\n").reading(path, empty).with {
      $0.chunkBytes = chunkBytes
    }
    #expect(try both.run().products.points["h"] == [2: 1])
  }

  @Test func `More comments than a buffer holds stand before a header`() throws {
    let comments = String(repeating: "# a comment before the header\n", count: 80_000)
    let outcome = try run(scratch.write("\(comments)b,a\n1,2\nx,3\n", "rows.csv"), chunkBytes: 1 << 16)
    #expect(outcome.products.points["h"] == [2: 1])
    #expect(outcome.warnings.first?.contains("rows.csv:80003: b is not a number") == true)
  }

  @Test func `A file that does not end with a newline may be cut off, which one note says`() throws {
    let first = scratch.write("1,2\n3,41", "1.csv"), whole = scratch.write("5,6\n7,8\n", "2.csv")
    let third = scratch.write("9,10\n11,12", "3.csv"), comment = scratch.write("13,14\n# end", "4.csv")
    let job = Job(Self.record + "histograms: {h: {plot: b, against: a}}\n")
    #expect(
      try job.reading(first, whole).run().warnings == [
        "\(first) does not end with a newline: its last row may be cut off, and was read as it stands: 3,41"
      ])
    #expect(
      try job.reading(first, whole, third, comment).run().warnings == [
        "2 files do not end with a newline: their last rows may be cut off, and were read as they stand, such as in \(first): 3,41"
      ])
    #expect(try job.reading(whole, comment).run().warnings.isEmpty)
  }
}
