import Simulation
import TestSupport
import Testing

/// The telescope's orbit counter passes 2^32 in the middle of a stream.
@Suite struct WrappingStreamTests {
  @Test(arguments: ["all", "span: 3000 of ORBIT_CNT, late: 500"], [1, 3])
  func `All products agree, and nothing is late or disordered`(window: String, threads: Int) throws {
    let telescope = Telescope(seed: 8, rows: 12_000) { $0.firstOrbit = UInt32.max - 15_000 }
    #expect(telescope.rows.first!.orbit > 1 << 31)
    #expect(telescope.rows.last!.orbit < 1 << 20)
    for chunkBytes in [20_000, 1 << 20] {
      let outcome = try Job.dtChambers.with {
        $0.window = window
        $0.threads = threads
        $0.chunkBytes = chunkBytes
      }.run(bytes: telescope.text())
      #expect(telescope.expected.differences(from: outcome.products) == [])
      #expect(outcome.products.counts["late"] == 0)
      #expect(outcome.products.counts["disordered"] == 0)
      let indices = outcome.messages.map(\.window.index)
      #expect(indices == indices.sorted() && Set(indices).count == indices.count)
    }
  }
}
