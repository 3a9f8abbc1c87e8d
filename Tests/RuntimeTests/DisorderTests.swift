import Foundation
import Runtime
import TestSupport
import Testing

/// Rows that come further behind than `disorder` says: what is counted then, and that it is told.
@Suite struct DisorderTests {
  private static let ways: [(threads: Int, chunkBytes: Int)] = [
    (1, 1 << 20), (1, 40_000), (2, 40_000), (3, 9_000), (1, 3_001), (2, 700),
  ]

  private static func job(_ group: String, window: String = "all") -> Job {
    samplePipeline(
      """
      window: \(window)
      groups: {g: {by: key, \(group)n: count, values: distinct(a)}}
      histograms:
        n: {of: g.n, bins: 'integers 0..60'}
        values: {of: g.values, bins: 'integers 0..60'}
        waiting: {of: a, bins: 'integers -50..50', where: g.n > 3}
      """)
  }

  /// What must be counted of groups, found with a dictionary: histograms of their sizes and of their different values, and
  /// the rows of those of more than three.
  private struct Truth: Equatable {
    var sizes = Array(repeating: 0.0, count: 61)
    var values = Array(repeating: 0.0, count: 61)
    var waiting = Array(repeating: 0.0, count: 101)

    init(_ runs: [[Sample]]) {
      for run in runs {
        for (_, rows) in run.byKey {
          sizes[rows.count] += 1
          values[Set(rows.map(\.a)).count] += 1
          if rows.count > 3 { for row in rows { waiting[row.a + 50] += 1 } }
        }
      }
    }

    init(_ products: Products) {
      sizes = products.histograms["n"]!.bins
      values = products.histograms["values"]!.bins
      waiting = products.histograms["waiting"]!.bins
    }
  }

  private static func write(_ runs: [[Sample]], _ scratch: Scratch) -> [String] {
    runs.enumerated().map { scratch.write($1.text, "run\($0).txt") }
  }

  @Test func `A file that begins its keys again, however it is read`() throws {
    let scratch = Scratch()
    let first = Sample.rows(8_000, seed: 1, disorder: 12)
    // So far behind that no clock doubts it.
    let second = Sample.rows(6_000, seed: 2, disorder: 12)
    let third = Sample.rows(5_000, seed: 3, disorder: 12)
    let paths = Self.write([first, second, third], scratch)
    var lines: Set<String> = []
    for (threads, chunkBytes) in Self.ways {
      let outcome = try Self.job("disorder: 12, ").with {
        ($0.threads, $0.chunkBytes, $0.inputs) = (threads, chunkBytes, paths)
      }.run()
      // The groups of the files behind start again, and each is counted once more, and told once.
      #expect(outcome.products.counts["disordered"] == Set((second + third).map(\.key)).count)
      #expect(Truth(outcome.products) == Truth([first, second + third]), "\(threads) threads, \(chunkBytes) bytes")
      #expect(outcome.warnings.count == 1 && outcome.warnings[0].contains("`within: file`"), "\(outcome.warnings)")
      lines.insert(withoutRun(outcome.lines[0]))
    }
    #expect(lines.count == 1)
    let exact = try Self.job("").with { $0.inputs = paths }.run()
    #expect(Truth(exact.products) == Truth([first + second + third]))
    #expect(exact.products.counts["disordered"] == 0)
    #expect(exact.warnings == [])
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `The same rows twice, to the last group`(seed: UInt64) throws {
    let scratch = Scratch()
    // Where the second file comes up to the end of the first its groups are still open: that, too, is the same in any way.
    let rows = Sample.rows(6_000, seed: seed, disorder: 9)
    let paths = Self.write([rows, rows], scratch)
    var dice = Dice(seed)
    var lines: Set<String> = []
    for _ in 0..<6 {
      let outcome = try Self.job("disorder: 10, ").with {
        ($0.threads, $0.chunkBytes, $0.inputs) = (dice.int(1...3), dice.int(500...90_000), paths)
      }.run()
      lines.insert(withoutRun(outcome.lines[0]))
    }
    #expect(lines.count == 1)
  }

  @Test func `A counter that begins again inside a file is told, in chunks of any size`() throws {
    let first = Sample.rows(4_000, seed: 4, disorder: 12), second = Sample.rows(3_000, seed: 5, disorder: 12)
    let rows = first + second + Sample.rows(2_000, seed: 6, disorder: 12, from: 5_000)
    for (threads, chunkBytes) in Self.ways {
      let outcome = try Self.job("disorder: 12, ").with { ($0.threads, $0.chunkBytes) = (threads, chunkBytes) }
        .run(rows: rows.text)
      #expect(
        outcome.products.counts["disordered"] == Set(second.map(\.key)).count, "\(threads) threads, \(chunkBytes) bytes"
      )
      let sizes = try #require(outcome.bins("n"))
      #expect(sizes.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element } == Double(rows.count))
    }
  }

  @Test(arguments: ["", "disorder: 12, "], ["all", "{span: 100 of key, late: 100000}"])
  func `Groups of each file`(disorder: String, window: String) throws {
    let scratch = Scratch()
    let runs = [
      Sample.rows(8_000, seed: 1, disorder: 12), Sample.rows(6_000, seed: 2, disorder: 12),
      Sample.rows(90, seed: 3, disorder: 12), [], Sample.rows(7_000, seed: 4, disorder: 12, from: 500),
    ]
    let paths = Self.write(runs, scratch)
    let job = Self.job("within: file, \(disorder)", window: window)
    for (threads, chunkBytes) in Self.ways {
      let outcome = try job.with { ($0.threads, $0.chunkBytes, $0.inputs) = (threads, chunkBytes, paths) }.run()
      #expect(outcome.products.counts["disordered"] == 0)
      #expect(Truth(outcome.products) == Truth(runs), "\(threads) threads, \(chunkBytes) bytes")
    }
    #expect(Truth(runs) != Truth([runs.flatMap { $0 }]))
  }

  @Test(arguments: ["", "disorder: 12, "], ["all", "{span: 100 of key, late: 100000}"])
  func `Groups of each file, in parts`(disorder: String, window: String) throws {
    let scratch = Scratch()
    let runs = (0..<3).map { Sample.rows(2_500 + 700 * $0, seed: 7 + UInt64($0), disorder: 12) }
    let paths = Self.write(runs, scratch)
    let job = Self.job("within: file, \(disorder)", window: window)
    let whole = try job.with { $0.inputs = paths }.run()
    #expect(Truth(whole.products) == Truth(runs))
    var dice = Dice(1)
    for round in 0..<4 {
      func parts() throws -> Parts { Parts(pipeline: try job.load(scratch), scratch: scratch) }
      var files: [String] = []
      for (number, path) in paths.enumerated() {
        let size = runs[number].text.utf8.count
        // A part of whole files, one of each, and pieces of them.
        for stretch in Parts.stretches(size, dice.int(1...4), &dice) {
          files.append(try parts().count(path, stretch, chunkBytes: dice.int(500...60_000), threads: dice.int(1...3)))
        }
      }
      files.shuffle(using: &dice)
      if round % 2 == 1 { files = [try parts().join(Array(files.prefix(3)))] + files.dropFirst(3) }
      let (lines, notes) = try parts().merge(files)
      #expect(notes == [])
      #expect(lines.map { withoutRun($0) } == whole.lines.map { withoutRun($0) })
    }
    let parts = Parts(pipeline: try job.load(scratch), scratch: scratch)
    let all = try parts.count(paths[0], 0..<1) { $0.input = .files(paths) }
    #expect(try parts.merge([all]).lines.map { withoutRun($0) } == whole.lines.map { withoutRun($0) })
  }

  @Test func `Parts that lie over each other are refused`() throws {
    let scratch = Scratch()
    let rows = Sample.rows(6_000, seed: 1, disorder: 12)
    let paths = Self.write([rows, rows], scratch)
    let job = Self.job("disorder: 12, ")
    let parts = Parts(pipeline: try job.load(scratch), scratch: scratch)
    let files = try paths.map { try parts.count($0, 0..<Int64(rows.text.utf8.count)) }
    do {
      _ = try parts.merge(files.reversed())
      Issue.record("nothing was refused")
    } catch {
      #expect("\(error)".hasPrefix("\(files[0]) and \(files[1]) both counted groups `g` with keys from "), "\(error)")
      #expect("\(error)".contains("`within: file`"))
    }
    // In one part it is told.
    let both = try parts.count(paths[0], 0..<1) { $0.input = .files(paths) }
    let whole = try job.with { $0.inputs = paths }.run()
    let (lines, notes) = try parts.merge([both])
    #expect(lines.map { withoutRun($0) } == whole.lines.map { withoutRun($0) })
    #expect(notes == whole.warnings)
  }

  @Test func `Single rows that come too late are counted in parts too`() throws {
    let scratch = Scratch()
    var rows = Sample.rows(6_000, seed: 3, disorder: 6)
    for place in stride(from: 2_000, to: 6_000, by: 500) { rows[place].key = rows[place].key - 300 }
    let late = Set(stride(from: 2_000, to: 6_000, by: 500).map { rows[$0].key }).count
    let path = scratch.write(rows.text, "rows.txt")
    let job = Self.job("disorder: 6, ")
    let whole = try job.reading(path).run()
    #expect(whole.products.counts["disordered"] == late)
    let parts = Parts(pipeline: try job.load(scratch), scratch: scratch)
    var dice = Dice(5)
    for _ in 0..<4 {
      let files = try Parts.stretches(rows.text.utf8.count, 3, &dice).map {
        try parts.count(path, $0, chunkBytes: 20_000)
      }
      let (lines, notes) = try parts.merge(files)
      let message = try JSONDecoder().decode(Message.self, from: Data(lines[0]))
      #expect(message.counts["disordered"] == late)
      #expect(notes == whole.warnings)
    }
  }

  /// Few rows have come by then, so that the clock cannot tell it from the stream yet.
  @Test(arguments: [0, 10, 70, 200])
  func `One of the first rows is far ahead`(place: Int) throws {
    let scratch = Scratch()
    var rows = Sample.rows(6_000, seed: 9, disorder: 12)
    rows[place].key = 1_000_000_000
    let path = scratch.write(rows.text, "rows.txt")
    for (threads, chunkBytes) in Self.ways where chunkBytes > 5_000 {
      let outcome = try Self.job("disorder: 12, ").with {
        ($0.threads, $0.chunkBytes, $0.inputs) = (threads, chunkBytes, [path])
      }.run()
      #expect(outcome.products.counts["disordered"] == 0, "\(threads) threads, \(chunkBytes) bytes")
      #expect(Truth(outcome.products) == Truth([rows]), "\(threads) threads, \(chunkBytes) bytes")
      let windows = try Self.job("", window: "{span: 100 of key, late: 40}").with {
        ($0.threads, $0.chunkBytes, $0.inputs) = (threads, chunkBytes, [path])
      }.run()
      #expect(windows.products.counts["late"] == 0 && windows.products.counts["hits"] == rows.count)
    }
  }

  @Test func `The first row of a part is far ahead`() throws {
    let scratch = Scratch()
    var rows = Sample.rows(6_000, seed: 10, disorder: 12)
    rows[3_000].key = 1_000_000_000
    let path = scratch.write(rows.text, "rows.txt")
    let job = Self.job("disorder: 12, ")
    let whole = try job.reading(path).run()
    #expect(whole.products.counts["disordered"] == 0)
    let parts = Parts(pipeline: try job.load(scratch), scratch: scratch)
    let cut = Int64(Array(rows[..<3_000]).text.utf8.count), end = Int64(rows.text.utf8.count)
    let (lines, notes) = try parts.merge([parts.count(path, 0..<cut), parts.count(path, cut..<end)])
    #expect(lines.map { withoutRun($0) } == whole.lines.map { withoutRun($0) })
    #expect(notes == [])
  }

  @Test(arguments: [1, 3])
  func `One run in many files`(threads: Int) throws {
    let scratch = Scratch()
    let rows = Sample.rows(9_000, seed: 8, disorder: 12)
    var dice = Dice(2)
    let cuts = ([0, rows.count] + (0..<14).map { _ in dice.int(0...rows.count) }).sorted()
    let files = zip(cuts, cuts.dropFirst()).enumerated().map { number, cut in
      scratch.write(Array(rows[cut.0..<cut.1]).text, "part\(10 + number).txt")
    }
    for chunkBytes in [1 << 20, 20_000, 3_000] {
      let outcome = try Self.job("disorder: 12, ").with {
        ($0.threads, $0.chunkBytes, $0.inputs) = (threads, chunkBytes, files)
      }.run()
      #expect(outcome.products.counts["disordered"] == 0)
      #expect(Truth(outcome.products) == Truth([rows]))
    }
  }

  @Test func `Groups of files beside groups of all`() throws {
    let scratch = Scratch()
    let runs = [Sample.rows(6_000, seed: 1, disorder: 12), Sample.rows(5_000, seed: 2, disorder: 12)]
    let paths = Self.write(runs, scratch)
    let job = samplePipeline(
      """
      groups:
        inside: {by: key, within: file, disorder: 12, n: count}
        outside: {by: key, n: count}
      histograms:
        inside: {of: inside.n, bins: 'integers 0..60'}
        outside: {of: outside.n, bins: 'integers 0..60'}
        rows: {of: kind, bins: 'integers 0..3', where: inside.n > 3}
      """)
    func sizes(_ runs: [[Sample]]) -> [Double] {
      var sizes = Array(repeating: 0.0, count: 61)
      for run in runs { for (_, rows) in run.byKey { sizes[rows.count] += 1 } }
      return sizes
    }
    for (threads, chunkBytes) in Self.ways {
      let outcome = try job.with { ($0.threads, $0.chunkBytes, $0.inputs) = (threads, chunkBytes, paths) }.run()
      #expect(outcome.bins("inside") == sizes(runs))
      #expect(outcome.bins("outside") == sizes([runs[0] + runs[1]]))
    }
    let parts = Parts(pipeline: try job.load(scratch), scratch: scratch)
    let files = try zip(paths, runs).flatMap { path, rows in
      let size = Int64(rows.text.utf8.count)
      return try [parts.count(path, 0..<size / 3), parts.count(path, size / 3..<size)]
    }
    let whole = try job.with { $0.inputs = paths }.run()
    #expect(try parts.merge(files).lines.map { withoutRun($0) } == whole.lines.map { withoutRun($0) })
  }
}
