import TestSupport
import Testing

/// Older firmware, readable by plugins alone.
@Suite struct Run333Tests {
  private static let text = Job(file: "pipelines/run333.yaml")
  private static let raw = Job(file: "pipelines/run333-raw.yaml")
  /// Words of the binary file that the text holds too.
  private static let common = 135_248

  @Test(.needs(SharedData.run333), arguments: [1, 2])
  func `The text has its products, and the cut row is the one malformed record`(threads: Int) throws {
    let outcome = try Self.text.reading(SharedData.path(SharedData.run333)).with { $0.threads = threads }.run()
    #expect(try SharedData.expected("minidt_run333_txt").differences(from: outcome.products) == [])
    #expect(outcome.products.counts["malformed"] == 1)
    let path = SharedData.path(SharedData.run333)
    #expect(
      outcome.warnings == [
        "malformed row at \(path):135250: has 4 of 6 fields: 1,0,88,38692015",
        "\(path) does not end with a newline: its last row may be cut off, and was read as it stands: 1,0,88,38692015",
      ])
  }

  @Test(.needs(SharedData.run333Raw))
  func `The words that the text holds give what the text gives`() throws {
    let scratch = Scratch()
    let words = try SharedData.bytes(SharedData.run333Raw)
    scratch.write(Array(words[..<(8 * Self.common)]), "first.dat")
    // Beside the products, the times, for the fine time of the words is another.
    let times = [
      "histograms.time={of: time, bins: 3564 from 0 ns to 89100 ns, per: FPGA}",
      "histograms.trigger={of: orbit.trigger, bins: 3564 from 0 ns to 89100 ns}",
    ]
    let fromWords = try Self.raw.reading(scratch("first.dat")).with { $0.overrides += times }.run()
    let fromText = try Self.text.reading(SharedData.path(SharedData.run333)).with { $0.overrides += times }.run()

    var expected = try SharedData.expected("minidt_run333_txt")
    expected.malformed = 0
    #expect(expected.differences(from: fromWords.products) == [])
    #expect(fromWords.products.histograms == fromText.products.histograms)
    #expect(fromWords.products.points == fromText.products.points)
    #expect(fromWords.products.histograms["time/0"]!.total > 90_000)
    #expect(fromWords.products.histograms["trigger"]!.total > 1000)
  }

  @Test(.needs(SharedData.run333Raw))
  func `The whole of the binary file is read, and a word cut short is malformed`() throws {
    let path = SharedData.path(SharedData.run333Raw)
    let whole = try Self.raw.reading(path).run()
    #expect(whole.products.counts["records"] == 229_376)
    #expect(whole.products.counts["malformed"] == 0)

    let scratch = Scratch()
    scratch.write(Array(try SharedData.bytes(SharedData.run333Raw)[..<8003]), "cut.dat")
    let cut = try Self.raw.reading(scratch("cut.dat")).run()
    #expect(cut.products.counts["records"] == 1000)
    #expect(cut.products.counts["malformed"] == 1)
    #expect(cut.warnings.count == 1)
    #expect(cut.warnings[0].hasPrefix("malformed row at \(scratch("cut.dat")):1001: the word has 3 of 8 bytes: "))
  }
}
