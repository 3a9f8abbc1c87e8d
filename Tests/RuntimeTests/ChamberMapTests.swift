import ChainExecution
import Foundation
import Runtime
import TestSupport
import Testing

/// Maps that are worked out in advance, maps that are evaluated hit by hit, and a naive evaluation of the same rows.
@Suite struct ChamberMapTests {
  /// One row of a map: a box of channels on one board, and what the other columns are there.
  private struct Row {
    var chamber: Int
    var fpga: Int
    var channels: ClosedRange<Int>
    var offset: Int

    var yaml: String {
      let when = "FPGA == \(fpga) and TDC_CHANNEL in \(channels.lowerBound)..\(channels.upperBound)"
      return "  - {chamber: \(chamber), when: \(when), wire: TDC_CHANNEL - \(offset), layer: TDC_CHANNEL % 4}\n"
    }
  }

  private static let record = "record: {format: csv, fields: {FPGA: u8, TDC_CHANNEL: u16, X: f64}}\n"
  private static let histograms = """
    histograms:
      wire: {of: wire, bins: 'integers -300..300', per: chamber}
      layer: {of: layer, bins: 'integers 0..3', per: chamber}
      one: {of: chamber * 10 + layer, bins: 'integers -100..100'}

    """

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `Random maps over random hits`(seed: UInt64) throws {
    var dice = Dice(seed + 400)
    let map = (0..<dice.int(1...7)).map { _ in
      let first = dice.int(0...250)
      return Row(
        chamber: dice.int(-3...6), fpga: dice.int(0...2), channels: first...(first + dice.int(0...90)),
        offset: dice.int(0...60))
    }
    let hits = (0..<1_500).map { _ in (fpga: dice.int(0...3), channel: dice.int(0...300)) }
    let rows = hits.map { "\($0.fpga),\($0.channel),1\n" }.joined()

    let table = "pipeline: p\n\(Self.record)chambers:\n\(map.map(\.yaml).joined())\(Self.histograms)"
    // A row on a float, which no hit meets, leaves no finite table to work out.
    let general = table.replacingOccurrences(
      of: "chambers:\n", with: "chambers:\n  - {chamber: 6, when: X > 2.0, wire: 0, layer: 0}\n")
    let looked = try Job(table).run(rows: rows)
    let evaluated = try Job(general).run(rows: rows)

    var unmapped = 0
    var wires: [Int: [Double]] = [:]
    for hit in hits {
      guard let row = map.first(where: { $0.fpga == hit.fpga && $0.channels.contains(hit.channel) }) else {
        unmapped += 1
        continue
      }
      wires[row.chamber, default: Array(repeating: 0, count: 601)][300 + hit.channel - row.offset] += 1
    }
    for outcome in [looked, evaluated] {
      #expect(outcome.products.counts["unmapped"] == unmapped)
      #expect(outcome.histogram("one")?.unknown == Double(unmapped))
      for (chamber, bins) in wires { #expect(outcome.bins("wire/\(chamber)") == bins) }
    }
    // The chamber of the row that no hit meets has empty histograms.
    for (name, histogram) in evaluated.messages[0].histograms {
      if let other = looked.histogram(name) {
        #expect(histogram == other, "\(name)")
      } else {
        #expect(histogram.total == 0)
      }
    }
  }

  @Test func `A map of integers is looked up, one with a float is evaluated`() throws {
    func method(_ condition: String) throws -> [String] {
      let first = "{chamber: 0, when: FPGA == 1 and TDC_CHANNEL in 0..9, wire: TDC_CHANNEL}"
      let map = "chambers: [\(first), {chamber: 1, when: \(condition), wire: TDC_CHANNEL}]\n"
      let yaml =
        "pipeline: p\n\(Self.record)\(map)histograms: {wire: {of: wire, bins: 'integers 0..9', per: chamber}}\n"
      let stages = try Job(yaml).load(Scratch()).plan.description.stages
      return stages.first { $0.name == "chambers" }?.lines ?? []
    }
    #expect(try method("FPGA == 1 and TDC_CHANNEL in 10..19") == ["2 rows, looked up in a table of 20 entries"])
    #expect(try method("FPGA == 1 and X > 0.5") == ["2 rows, conditions one after the other"])
  }
}
