import Foundation
import Simulation
import TestSupport
import Testing

/// A pipeline that changes under the run, as an editor changes it.
@Suite struct ReloadTests {
  /// Half of the changes are broken; every window that is published has exactly the rows that it says it has.
  @Test func `Fifty changes at 20,000 rows a second`() throws {
    let scratch = Scratch()
    let original = try String(contentsOfFile: Chain.pipeline, encoding: .utf8)
    let file = scratch.write(original, "pipeline.yaml")
    let run = try Instance(
      [
        "run", file, "--watch", "--results", "results.jsonl", "--window", "every: 100 ms", "--set", "sinks=[]", "--set",
        "sources={telescope: {simulate: {rate: 20000 /s, seed: 5}}}",
      ], in: scratch)
    try wait("no window came") { run.log.contains("window 0") }
    func told(_ words: String) -> Int { run.log.components(separatedBy: words).count - 1 }
    for change in 0..<50 {
      let isBroken = change % 2 == 1
      // One histogram more, every other time called otherwise; or one of a column that there is not.
      let extra = "  extra\(change % 4): {of: \(isBroken ? "NO_COLUMN" : "BX_COUNTER"), bins: 36 from 0 to 3600}\n"
      let text = original.replacing("\nhistograms:\n", with: "\nhistograms:\n\(extra)")
      // As editors do it: no reader sees half of a file.
      try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
      let words = isBroken ? "the pipeline as it was goes on" : "the changed pipeline counts from here on"
      let wanted = change / 2 + 1
      try wait("change \(change) was not noticed:\n\(run.log.suffix(2000))") { told(words) >= wanted }
    }
    let ended = try run.stop()
    #expect(ended.exit == 130 && !ended.wasKilled, "\(ended.log.suffix(2000))")
    #expect(told("error[unknown-column]") == 25)

    let messages = try scratch.bytes("results.jsonl").split(separator: 0x0A)
      .map { try JSONDecoder().decode(Message.self, from: Data($0)) }
    let records = Int(messages.reduce(0) { $0 + ($1.counts["records"] ?? 0) })
    var telescope = Telescope(seed: 5, rows: records) { $0.orbitsPerRow = 1e9 / 89_100 / 20_000 }
    let rows = telescope.rows
    var row = 0
    var byte: Int64 = 0
    var withExtra: [String: Int] = [:]
    for (index, message) in messages.enumerated() {
      #expect(message.window.index == index)
      let count = message.counts["records"] ?? 0
      guard count > 0, let range = message.source.offsets["simulation"] else { continue }
      #expect(range[0] == byte)
      byte = range[1]
      telescope.rows = Array(rows[row..<(row + count)])
      row += count
      #expect(telescope.expected.differences(from: Products([message])) == [], "window \(index)")
      for (name, histogram) in message.histograms where name.hasPrefix("extra") {
        withExtra[name, default: 0] += 1
        // All of its window's hits, from its first window on.
        #expect(histogram.bins?.reduce(0, +) == Double(telescope.truth.hits))
      }
    }
    #expect(row == rows.count)
    #expect(Set(withExtra.keys) == ["extra0", "extra2"])
  }

  @Test func `SIGHUP reads the pipeline again; what cannot change while it runs is told`() throws {
    let scratch = Scratch()
    let original = try String(contentsOfFile: Chain.pipeline, encoding: .utf8)
    let file = scratch.write(original, "pipeline.yaml")
    let run = try Instance(
      [
        "run", file, "--no-dashboard", "--set", "sinks=[]", "--set",
        "sources={telescope: {simulate: {rate: 1000 /s, seed: 5}}}",
      ], in: scratch)
    try wait("no window came") { run.log.contains("window 0") }
    scratch.write(original.replacing("every: 2 s", with: "every: 1 s"), "pipeline.yaml")
    run.send(SIGHUP)
    let refusal = """
      error: the changed pipeline was not taken: `window` changed: that takes effect when the run is started again
      the pipeline as it was goes on

      """
    try wait("no refusal") { run.log.contains(refusal) }
    scratch.write(original.replacing("description:", with: "# Nothing new.\ndescription:"), "pipeline.yaml")
    run.send(SIGHUP)
    try wait("not taken") { run.log.contains("the changed pipeline counts from here on; no histogram changed\n") }
    #expect(try run.stop().exit == 130)
  }
}
