import ChainExecution
import Foundation
import Runtime
import TestSupport
import Testing

/// What cannot be counted in parts, or not be put together, is told with what to do.
@Suite struct PartialErrorTests {
  private static let job = samplePipeline("histograms: {a: {of: a, bins: 5 from -50 to 50}}\n")

  private func parts(_ job: Job, _ scratch: Scratch) throws -> Parts {
    Parts(pipeline: try job.load(scratch), scratch: scratch)
  }

  private func problem(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return ""
  }

  @Test func `Windows that depend on what came before`() throws {
    let scratch = Scratch()
    let path = scratch.write("1,1,1,1,up\n", "rows.txt")
    for (window, option) in [("every: 2 s", "--arrived"), ("rows: 10", "--first-row")] {
      let parts = try parts(Self.job.with { $0.window = window }, scratch)
      #expect(problem { _ = try parts.count(path, 0..<11) }.contains("give \(option)"))
    }
  }

  @Test func `What goes by the hit before`() throws {
    let scratch = Scratch()
    let path = scratch.write("1,1,1,1,up\n", "rows.txt")
    for part in ["cleansing: [{dead_time: 5, of: key, per: kind}]", "columns: {before: {last: a}}"] {
      let of = part.hasPrefix("columns") ? "a - before" : "a"
      let job = samplePipeline(
        """
        window: all
        \(part)
        histograms: {a: {of: \(of), bins: 5 from -50 to 50}}
        """)
      let parts = try parts(job, scratch)
      #expect(problem { _ = try parts.count(path, 0..<11) }.contains("need the hit before"))
    }
  }

  @Test func `The same rows twice, and rows that are missing`() throws {
    let scratch = Scratch()
    let path = scratch.write(String(repeating: "1,1,1,1,up\n", count: 10), "rows.txt")
    let parts = try parts(Self.job.with { $0.window = "all" }, scratch)
    let (first, second, last) = (
      try parts.count(path, 0..<55), try parts.count(path, 44..<77), try parts.count(path, 99..<110)
    )
    #expect(problem { _ = try parts.merge([second, first]) }.contains("both have \(path) from 44 to 55"))
    #expect(problem { _ = try parts.merge([first, first]) }.contains("the same rows twice"))
    let (lines, notes) = try parts.merge([last, first])
    #expect(notes == ["\(path) from 55 to 99 is in no partial result"])
    #expect(lines.count == 1)
    // The first part of the file and the last one are missed like those between.
    #expect(try parts.merge([first]).notes == ["\(path) from 55 to 110 is in no partial result"])
    #expect(
      try parts.merge([second]).notes == [
        "\(path) from 0 to 44 is in no partial result", "\(path) from 77 to 110 is in no partial result",
      ])
  }

  @Test func `A partial result of another pipeline, with both fingerprints`() throws {
    let scratch = Scratch()
    let path = scratch.write("1,1,1,1,up\n", "rows.txt")
    let mine = try parts(Self.job.with { $0.window = "all" }, scratch)
    let file = try mine.count(path, 0..<11)
    let others = [
      Self.job.with { $0.window = "span: 10 of key" },
      samplePipeline("window: all\nhistograms: {a: {of: a, bins: 6 from -50 to 50}}\n"),
      samplePipeline("window: all\nhistograms: {a: {of: a, bins: 5 from -50 to 50, where: a > 0}}\n"),
    ]
    for other in others {
      let other = try parts(other, scratch)
      let told = problem { _ = try other.merge([file]) }
      #expect(told.contains(hexadecimal(mine.pipeline.identity.fingerprint)))
      #expect(told.contains(hexadecimal(other.pipeline.identity.fingerprint)))
    }
    // Blanks, comments, and what has nothing to do with counting make no difference.
    let same = samplePipeline(
      "window: all # one\nhistograms:\n  a: {of: a, bins: 5 from -50 to 50}\nsinks: [{file: {path: x.jsonl}}]\n")
    #expect(try same.load(scratch).identity == mine.pipeline.identity)
  }

  @Test func `Files that are cut off or damaged, anywhere`() throws {
    let scratch = Scratch()
    let job = samplePipeline(
      """
      window: {span: 10 of key, late: 100}
      groups: {g: {by: key, n: count, names: distinct(name)}}
      columns: {n: g.n}
      histograms: {a: {of: a, bins: 5 from -50 to 50, where: g.n > 1, per: name}, n: {plot: g.names, against: key}}
      """)
    let rows = Sample.rows(200, seed: 2, disorder: 5).text
    let path = scratch.write(rows, "rows.txt")
    let parts = try parts(job, scratch)
    let file = try parts.count(path, 0..<Int64(rows.utf8.count))
    let bytes = scratch.bytes(String(file.split(separator: "/").last!))
    for length in stride(from: 0, to: bytes.count, by: 7) {
      let cut = scratch.write(Array(bytes[..<length]), "cut.part")
      let told = problem { _ = try parts.merge([cut]) }
      #expect(told.contains(length < 8 ? "is no partial result" : "is cut off"), "\(length): \(told)")
      if length >= 8 { #expect(told.contains("byte \(length)")) }
    }
    var dice = Dice(4)
    for _ in 0..<400 {
      var changed = bytes
      let place = dice.int(0...bytes.count - 1)
      changed[place] ^= UInt8(1 << dice.int(0...7))
      #expect(problem { _ = try parts.merge([scratch.write(changed, "changed.part")]) } != "", "byte \(place)")
    }
  }

  @Test func `Rows further behind than late allows`() throws {
    let scratch = Scratch()
    let rows = (0..<4000).map { "\($0),1,1,1,up\n" } + ["5,1,1,1,up\n"] + (4000..<4100).map { "\($0),1,1,1,up\n" }
    let path = scratch.write(rows.joined(), "rows.txt")
    let parts = try parts(Self.job.with { $0.window = "span: 100 of key, late: 50" }, scratch)
    let size = Int64(rows.joined().utf8.count)
    let file = try parts.count(path, 0..<size, chunkBytes: 1000)
    let told = problem { _ = try parts.merge([file]) }
    #expect(told.hasPrefix("1 window (the first is 0) got rows further behind the clock than `late` allows"))
    #expect(told.contains("--late count"))
    let (lines, notes) = try parts.merge([file]) { $0.countsLate = true }
    #expect(lines.count == 41)
    #expect(notes.count == 1)
  }

  @Test func `A counter that starts again between two parts`() throws {
    let scratch = Scratch()
    func job(_ span: Int) -> Job {
      Job(
        """
        pipeline: wrapping
        record: {format: csv, fields: {key: u16, a: i16}}
        window: {span: \(span) of key, late: 10}
        groups: {g: {by: key, disorder: 10, n: count}}
        histograms: {n: {of: g.n, bins: integers 1..9}}
        """)
    }
    let rows = (65_000..<66_500).flatMap { key in ["\(key % 65_536),1\n", "\(key % 65_536),2\n"] }
    let path = scratch.write(rows.joined(), "rows.txt")
    for span in [256, 100] {
      // Between two rows of one group, behind the end of the range.
      let cut = Int64(rows[..<1201].joined().utf8.count), size = Int64(rows.joined().utf8.count)
      let whole = try job(span).reading(path).run()
      let parts = try parts(job(span), scratch)
      let first = try parts.count(path, 0..<cut), second = try parts.count(path, cut..<size)
      if span == 256 {
        #expect(try parts.merge([second, first]).lines.map { withoutRun($0) } == whole.lines.map { withoutRun($0) })
      } else {
        let told = problem { _ = try parts.merge([second, first]) }
        #expect(told.contains("key starts again between \(first) and \(second)"))
        let told2 = try parts.count(path, cut..<size) { $0.clockNear = 65_599 }
        #expect(try parts.merge([told2, first]).lines.map { withoutRun($0) } == whole.lines.map { withoutRun($0) })
      }
    }
  }
}
