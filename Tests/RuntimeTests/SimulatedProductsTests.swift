import Simulation
import TestSupport
import Testing

/// The engine against the simulation's own books: all six products, exact, however the input is cut.
@Suite struct SimulatedProductsTests {
  private static let eventWindows = "span: 3000 of ORBIT_CNT, late: 500"

  @Test(arguments: [1, 2, 3] as [UInt64], [false, true])
  func `All products of a stream, in whole and float form`(seed: UInt64, floats: Bool) throws {
    let telescope = Telescope(seed: seed, rows: 12_000)
    let outcome = try Job.dtChambers.with { $0.window = "all" }.run(bytes: telescope.text(floats: floats))
    #expect(telescope.expected.differences(from: outcome.products) == [])
    #expect(outcome.messages.count == 1)
    #expect(outcome.products.counts["disordered"] == 0)
  }

  @Test(arguments: ["all", eventWindows], [1, 2, 3, 8])
  func `Any number of threads and any size of chunks`(window: String, threads: Int) throws {
    let telescope = Telescope(seed: 4, rows: 20_000)
    let expected = telescope.expected
    for chunkBytes in [3_000, 40_000, 1 << 20] {
      let outcome = try Job.dtChambers.with {
        $0.window = window
        $0.threads = threads
        $0.chunkBytes = chunkBytes
      }.run(bytes: telescope.text())
      #expect(expected.differences(from: outcome.products) == [], "\(chunkBytes) bytes")
      #expect(outcome.products.counts["late"] == 0, "\(chunkBytes) bytes")
      #expect(outcome.products.counts["disordered"] == 0, "\(chunkBytes) bytes")
    }
  }

  /// Row windows cut orbits, so only what does not depend on whole orbits is the same.
  @Test(arguments: [1, 2], [700, 40_000])
  func `Row windows hold every hit once`(threads: Int, chunkBytes: Int) throws {
    let telescope = Telescope(seed: 5, rows: 6_000)
    let outcome = try Job.dtChambers.with {
      $0.window = "rows: 1000"
      $0.threads = threads
      $0.chunkBytes = chunkBytes
    }.run(bytes: telescope.text())
    #expect(outcome.messages.map(\.window.index) == Array(0..<6))
    let products = outcome.products
    #expect(products.counts["unmapped"] == telescope.truth.unmapped)
    for (number, chamber) in telescope.truth.chambers().enumerated() {
      #expect(products.histograms["occupancy/\(number)"]?.bins == chamber.occupancy.map(Double.init))
    }
    for (index, message) in outcome.messages.enumerated() {
      var truth = TelescopeTruth()
      for row in telescope.rows[(1000 * index)..<(1000 * (index + 1))] { truth.add(row) }
      #expect(ExpectedProducts(truth).differences(from: Products([message])) == [], "window \(index)")
    }
  }

  @Test func `Chunks of a row, and of less than one`() throws {
    let telescope = Telescope(seed: 6, rows: 1_500)
    for chunkBytes in [1, 20, 100] {
      let outcome = try Job.dtChambers.with {
        $0.window = "all"
        $0.chunkBytes = chunkBytes
      }.run(bytes: telescope.text())
      #expect(telescope.expected.differences(from: outcome.products) == [], "\(chunkBytes) bytes")
    }
  }

  @Test(arguments: [1, 2])
  func `The declared source gives the same rows`(threads: Int) throws {
    let telescope = Telescope(seed: 9, rows: 10_000)
    let outcome = try Job.dtChambers.with {
      $0.window = "all"
      $0.threads = threads
      $0.overrides += ["sources={telescope: {simulate: {rate: max, seed: 9, rows: 10000}}}"]
    }.run()
    #expect(telescope.expected.differences(from: outcome.products) == [])
    #expect(outcome.messages[0].source.name == "telescope")
  }

  @Test func `Hot, dead and disordered telescopes`() throws {
    let telescope = Telescope(seed: 7, rows: 12_000) {
      $0.orbitsPerRow = 0.2
      $0.muonFraction = 0.6
      $0.noiseFraction = 0.3
      $0.disorder = 600
      $0.deadWires = [.init(chamber: 0, wire: 1), .init(chamber: 3, wire: 63)]
      $0.hotWires = [.init(chamber: 1, wire: 0, share: 0.5)]
    }
    for window in ["all", Self.eventWindows] {
      let outcome = try Job.dtChambers.with {
        $0.window = window
        $0.chunkBytes = 30_000
      }.run(bytes: telescope.text())
      #expect(telescope.expected.differences(from: outcome.products) == [])
    }
  }
}
