import Simulation
import Testing

@Suite struct TruthTests {
  private func hit(_ fpga: UInt8, _ channel: UInt16, orbit: UInt32, _ crossing: UInt16, _ fine: Double)
    -> TelescopeRow
  {
    TelescopeRow(head: 2, fpga: fpga, channel: channel, orbit: orbit, bunchCrossing: crossing, fineTime: fine)
  }

  @Test func `Products of a few rows by hand`() {
    var ancillary = hit(0, 3, orbit: 7, 0, 130)
    ancillary.head = 1
    let found = truth(of: [
      hit(0, 5, orbit: 7, 104, 0), hit(0, 5, orbit: 7, 105, 0), hit(0, 6, orbit: 7, 103, 0),
      // The later signal comes first; the earlier one counts.
      hit(1, 128, orbit: 7, 110, 0), hit(1, 128, orbit: 7, 104, 0),
      hit(0, 64, orbit: 8, 1, 1), hit(0, 127, orbit: 8, 1, 1), hit(1, 63, orbit: 8, 1, 1), hit(1, 64, orbit: 8, 1, 1),
      // Places that no chamber has.
      hit(0, 128, orbit: 7, 1, 1), hit(2, 0, orbit: 7, 1, 1), hit(1, 500, orbit: 9, 1, 1),
      ancillary,
    ])
    #expect(found.records == 13)
    #expect(found.hits == 12)
    #expect(found.unmapped == 5)
    let chambers = found.chambers()
    #expect(chambers.map(\.hits) == [3, 2, 1, 1])
    #expect(chambers[0].occupancy[5] == 2 && chambers[0].occupancy[6] == 1)
    #expect(chambers[1].occupancy[0] == 1 && chambers[1].occupancy[63] == 1)
    #expect(chambers[2].occupancy[63] == 1 && chambers[3].occupancy[0] == 1)
    #expect(chambers.map(\.activePerOrbit) == [[2: 1], [2: 1], [1: 1], [1: 1]])
    #expect(chambers.map(\.activeByOrbit) == [[7: 2], [8: 2], [8: 1], [8: 1]])
    #expect(chambers[0].occupancyWithScintillator == chambers[0].occupancy)
    #expect(chambers[1].occupancyWithScintillator.allSatisfy { $0 == 0 })
    // Chamber 0: 93.9, 118.9 and 68.9 ns.
    let counts = chambers[0].driftTime.counts
    #expect(counts[38] == 1 && counts[43] == 1 && counts[33] == 1)
    #expect(counts.reduce(0, +) == 3)
  }

  @Test func `Drift times beside the edges of the histogram fall on the right side`() {
    // n counts after the scintillator, chamber 2 has a drift time of 95.5 + n * 25/30 ns: -100.33 and -99.5 ns for -235
    // and -234, 599.67 and 600.5 ns for 605 and 606.
    for (counts, bin) in [(-235, nil), (-234, 0), (605, 139), (606, nil)] as [(Int, Int?)] {
      let start = 1000 * 30
      let time = start + counts
      let products = truth(of: [
        hit(1, 128, orbit: 1, 1000, 0), hit(1, 0, orbit: 1, UInt16(time / 30), Double(time % 30)),
      ]).chambers()[2].driftTime
      #expect(products.counts.firstIndex(of: 1) == bin)
      #expect(products.underflow == (counts == -235 ? 1 : 0))
      #expect(products.overflow == (counts == 606 ? 1 : 0))
    }
  }

  @Test func `The order of the rows does not matter`() {
    let stream = rows(20_000)
    let forward = truth(of: stream)
    let backward = truth(of: stream.reversed())
    #expect(forward.chambers() == backward.chambers())
    #expect(forward.unmapped == backward.unmapped)
    #expect(forward.hits == forward.chambers().reduce(forward.unmapped) { $0 + $1.hits })
  }

  @Test func `Absurd fine times are counted all the same`() {
    let found = truth(of: [
      hit(1, 128, orbit: 1, 0, 0), hit(0, 0, orbit: 1, 0, .nan), hit(0, 0, orbit: 1, 0, .infinity),
      hit(0, 0, orbit: 1, 65535, -1e300),
    ])
    #expect(found.chambers()[0].hits == 3)
    #expect(found.chambers()[0].driftTime.overflow == 1)
    #expect(found.chambers()[0].driftTime.underflow == 1)
  }
}
