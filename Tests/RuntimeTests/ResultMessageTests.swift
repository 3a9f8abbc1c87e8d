import Foundation
import Simulation
import TestSupport
import Testing

/// What a result message holds besides its histograms.
@Suite struct ResultMessageTests {
  private static let header = "HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS\n"

  @Test func `Its fields are those of the schema`() throws {
    let telescope = Telescope(seed: 3, rows: 500)
    let outcome = try Job.dtChambers.with { $0.window = "all" }.run(bytes: telescope.text())
    let message = try #require(outcome.messages.first)
    #expect(message.schema == "hitmon.results/1")
    #expect(message.pipeline == "dt-chambers")
    #expect(message.run.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ-[0-9a-f]{4}/) != nil)
    #expect(message.window == .init(index: 0, kind: "all", of: nil, start: nil, end: nil))
    #expect(message.source.name == "input")
    #expect(outcome.endsWithNewline)
    let object = try #require(try JSONSerialization.jsonObject(with: outcome.lines[0]) as? [String: Any])
    #expect(
      Set(object.keys) == ["schema", "pipeline", "run", "window", "counts", "source", "dashboard", "histograms"])
    let names = [
      "hits_per_chamber", "occupancy", "active_per_orbit", "active_vs_orbit", "occupancy_scintillator", "drift_time",
    ]
    #expect(Set(message.histograms.keys) == Set(names.flatMap { name in (0...3).map { "\(name)/\($0)" } }))
    let drift = try #require(message.histograms["drift_time/0"])
    #expect(drift.axis == .init(label: "drift", unit: "ns", categories: nil))
    #expect(drift.edges == (0...140).map { Double($0 * 5 - 100) })
  }

  @Test func `Every hit is in a chamber or unmapped, and every row a hit or dropped`() throws {
    let telescope = Telescope(seed: 3, rows: 4_000)
    let job = Job.dtChambers.with {
      $0.window = "span: 2000 of ORBIT_CNT, late: 300"
      $0.overrides += ["histograms.chamber_hits={count: hits, per: chamber}"]
    }
    for message in try job.run(bytes: telescope.text()).messages {
      let counts = message.counts
      let inChambers = (0...3).reduce(0.0) { $0 + message.histograms["chamber_hits/\($1)"]!.bins![0] }
      #expect(Double(counts["hits"]!) == inChambers + Double(counts["unmapped"]!))
      #expect(counts["records"]! == counts["hits"]! + counts["dropped"]!)
      #expect(
        (0...3).allSatisfy {
          message.histograms["occupancy/\($0)"]!.total == message.histograms["chamber_hits/\($0)"]!.bins![0]
        })
    }
  }

  @Test(arguments: [1, 3], [64, 1 << 20])
  func `The offsets of row windows meet and cover the file behind its header`(threads: Int, chunkBytes: Int) throws {
    let scratch = Scratch()
    let telescope = Telescope(seed: 3, rows: 1_050)
    let text = telescope.text()
    let path = scratch.write(text, "rows.txt")
    let job = Job.dtChambers.reading(path).with {
      $0.window = "rows: 100"
      $0.threads = threads
      $0.chunkBytes = chunkBytes
    }
    let messages = try job.run().messages
    #expect(messages.map(\.window.index) == Array(0..<11))
    #expect(messages.map { $0.counts["records"] } == Array(repeating: 100, count: 10) + [50])
    var end = Int64(Self.header.utf8.count)
    for message in messages {
      let range = try #require(message.source.offsets[path])
      #expect(range[0] == end)
      end = range[1]
      #expect(message.source.resume == [path: end])
      #expect(message.window.start == .number(Double(message.window.index) * 100))
    }
    #expect(end == Int64(text.count))
  }

  @Test func `Row windows count malformed rows, blank lines count as nothing`() throws {
    let job = Job(
      "pipeline: p\nrecord: {format: csv, fields: {a: u8, b: u8}}\nwindow: {rows: 2}\nhistograms: {n: {count: hits, where: a > 0}}\n"
    )
    let outcome = try job.run(rows: "1,2\n\nx,1\n3,4\n\n\n5,6\n7,8\n")
    #expect(outcome.messages.map { $0.counts["records"] } == [1, 2, 1])
    #expect(outcome.messages.map { $0.counts["malformed"] } == [1, 0, 0])
  }

  @Test func `Two files: a window across both has a range of each`() throws {
    let scratch = Scratch()
    let rows = Array(Telescope(seed: 3, rows: 250).rows)
    var text: [[UInt8]] = [[], []]
    for (index, row) in rows.enumerated() { row.appendCSV(to: &text[index < 120 ? 0 : 1]) }
    let a = scratch.write(text[0], "a.txt"), b = scratch.write(text[1], "b.txt")
    let messages = try Job.dtChambers.reading(a, b).with { $0.window = "rows: 100" }.run().messages
    #expect(messages.map { Set($0.source.offsets.keys) } == [[a], [a, b], [b]])
    #expect(messages[1].source.offsets[a]![1] == Int64(text[0].count))
    #expect(messages[1].source.offsets[b]![0] == 0)
    #expect(messages[1].source.offsets[b]![1] == messages[2].source.offsets[b]![0])
    #expect(messages[2].source.offsets[b]![1] == Int64(text[1].count))
  }

  @Test(arguments: [1, 2])
  func `Resuming an event window run loses no row of a window that was open`(threads: Int) throws {
    let scratch = Scratch()
    let telescope = Telescope(seed: 13, rows: 6_000)
    let path = scratch.write(telescope.text(header: false), "rows.txt")
    let job = Job.dtChambers.with {
      $0.window = "span: 1000 of ORBIT_CNT, late: 400"
      $0.threads = threads
      $0.chunkBytes = 4_000
    }
    let whole = try job.reading(path).run()
    let indices = whole.messages.map(\.window.index)
    for stopped in [0, 2, whole.messages.count / 2, whole.messages.count - 2] {
      let resume = Int(try #require(whole.messages[stopped].source.resume[path]))
      #expect(resume <= scratch.bytes("rows.txt").count)
      let rest = scratch.write(Array(scratch.bytes("rows.txt")[resume...]), "rest.txt")
      let again = Products(
        try job.reading(rest).run().messages.filter { !indices[...stopped].contains($0.window.index) })
      let expected = Products(Array(whole.messages[(stopped + 1)...]))
      #expect(again.histograms == expected.histograms, "resumed at \(resume)")
      #expect(again.points == expected.points)
      #expect(again.counts["hits"] == expected.counts["hits"])
    }
  }

  @Test func `Arrival windows of a live source: one after the other, every row in one of them`() throws {
    let outcome = try Job.dtChambers.with {
      $0.window = "every: 50 ms"
      $0.overrides += ["sources={telescope: {simulate: {rate: 4000 /s, seed: 5, rows: 1200}}}"]
    }.run()
    let messages = outcome.messages
    #expect(messages.count >= 5)
    #expect(messages.map(\.window.index) == Array(0..<Int64(messages.count)))
    #expect(outcome.published == messages.map(\.window.index))
    var end: Int64 = 0
    for message in messages {
      #expect(message.window.kind == "every")
      for range in message.source.offsets.values {
        #expect(range[0] == end)
        end = range[1]
      }
    }
    let telescope = Telescope(seed: 5, rows: 1200) { $0.orbitsPerRow = 1e9 / 89_100 / 4000 }
    #expect(end == Int64(telescope.text(header: false).count))
    #expect(outcome.products.counts["records"] == 1200)
    for (number, chamber) in telescope.truth.chambers().enumerated() {
      #expect(outcome.products.histograms["occupancy/\(number)"]?.bins == chamber.occupancy.map(Double.init))
    }
  }

  @Test func `An input without rows has a window with nothing in it`() throws {
    for window in ["all", "rows: 10"] {
      let outcome = try Job.dtChambers.with { $0.window = window }.run(rows: Self.header)
      #expect(outcome.messages.count == 1)
      #expect(outcome.messages.first?.counts.values.allSatisfy { $0 == 0 } == true)
    }
    #expect(try Job.dtChambers.with { $0.window = "span: 5 of ORBIT_CNT" }.run(rows: "").messages.isEmpty)
  }
}
