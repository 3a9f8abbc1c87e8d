import Simulation
import Testing

@Suite struct PhysicsTests {
  private static let count = 300_000
  private static let stream = rows(count)
  private static let chambers = truth(of: stream).chambers()

  @Test func `Hits stay inside what the readout can send`() {
    for row in Self.stream where row.isHit {
      #expect(row.fpga <= 1)
      #expect(row.channel < 128 || row.isScintillator)
      #expect(row.bunchCrossing < 3564)
      #expect((0..<30).contains(row.fineTime) && row.fineTime == row.fineTime.rounded())
      #expect(row.word != nil)
    }
  }

  @Test func `Ancillary rows make up the rest, of every kind`() {
    let ancillary = Self.stream.filter { !$0.isHit }
    let share = Double(ancillary.count) / Double(Self.count)
    #expect(share > 0.12 && share < 0.14)
    for head: UInt8 in [0, 1, 3, 4, 5] {
      let shareOfKind = Double(ancillary.count { $0.head == head }) / Double(ancillary.count)
      #expect(shareOfKind > 0.18 && shareOfKind < 0.22, "HEAD \(head)")
    }
    #expect(ancillary.allSatisfy { [0, 1, 3, 4, 5].contains($0.head) })
    #expect(ancillary.filter { $0.head == 3 }.allSatisfy { $0.bunchCrossing == 4353 })
    for head: UInt8 in [4, 5] {
      let decimals = ancillary.filter { $0.head == head }.map(\.fineTime)
      #expect(decimals.contains { $0 < 0 } && decimals.contains { $0 > 0 })
      #expect(decimals.allSatisfy { ($0 * 1e6).rounded() / 1e6 == $0 })
    }
  }

  @Test func `A small share of the ancillary rows runs 100,000 orbits ahead, and no hit does`() {
    var parameters = TelescopeParameters()
    parameters.disorder = 0
    var latest = parameters.firstOrbit
    var ahead = 0
    var ancillary = 0
    for row in rows(100_000, parameters) {
      if !row.isHit { ancillary += 1 }
      if row.orbit > latest + 50_000 {
        #expect(!row.isHit)
        #expect(row.orbit - latest >= 100_000 && row.orbit - latest < 101_000)
        ahead += 1
      } else {
        latest = max(latest, row.orbit)
      }
    }
    let share = Double(ahead) / Double(ancillary)
    #expect(share > 0.04 && share < 0.06)
  }

  @Test func `The dead wire is silent and the hot wire is hot`() {
    #expect(Self.chambers[1].occupancy[40] == 0)
    for (chamber, products) in Self.chambers.enumerated() {
      let others = (0..<64).filter { (chamber, $0) != (1, 40) && (chamber, $0) != (2, 17) }
      #expect(others.allSatisfy { products.occupancy[$0] > 600 })
    }
    let noise = 0.62 * Double(Self.count)
    let excess = Self.chambers[2].occupancy[17] - (Self.chambers[2].occupancy[16] + Self.chambers[2].occupancy[18]) / 2
    #expect(Double(excess) > 0.057 * noise && Double(excess) < 0.063 * noise)
  }

  @Test func `Hot and dead wires are where the parameters put them`() {
    var parameters = TelescopeParameters()
    parameters.hotWires = [
      .init(chamber: 0, wire: 0, share: 0.2), .init(chamber: 3, wire: 63, share: 0.5),
      .init(chamber: 1, wire: 5, share: 0.3),
    ]
    parameters.deadWires = [.init(chamber: 1, wire: 5), .init(chamber: 2, wire: 17)]
    parameters.muonFraction = 0
    parameters.noiseFraction = 1
    let chambers = truth(of: rows(100_000, parameters)).chambers()
    // A hot wire that is dead too leaves its share to all the others.
    #expect(chambers[1].occupancy[5] == 0)
    #expect(chambers[2].occupancy[17] == 0)
    #expect((19_500...21_000).contains(chambers[0].occupancy[0]))
    #expect((49_500...51_000).contains(chambers[3].occupancy[63]))
    #expect((80...160).contains(chambers[1].occupancy[40]))
  }

  private func total(_ bins: ArraySlice<Int>) -> Int {
    bins.reduce(0, +)
  }

  @Test func `Drift times fill a box from 0 to 390 ns in every chamber`() {
    for products in Self.chambers {
      let counts = products.driftTime.counts
      // Bins of 5 ns from -100 ns: the plateau is 10 to 380 ns, what lies outside -20 to 410 ns is noise.
      let plateau = counts[22..<96]
      let mean = Double(total(plateau)) / Double(plateau.count)
      #expect(mean > 150)
      #expect(plateau.allSatisfy { abs(Double($0) - mean) < 6 * mean.squareRoot() })
      #expect(total(counts[..<16]) + total(counts[102...]) < 20)
      // Half of the plateau's height at the edges: 0 ns lies between bins 19 and 20, 390.3 ns at the start of bin 98.
      let rise = Double(counts[19] + counts[20]) / 2
      #expect(abs(rise - mean / 2) < 0.15 * mean)
      #expect(Double(counts[97]) > mean / 2 && Double(counts[98]) < mean / 2)
    }
  }

  @Test func `A faster drift gives a shorter box`() {
    var parameters = TelescopeParameters()
    parameters.driftVelocity = 107.6
    parameters.timeResolution = 0
    let chambers = truth(of: rows(100_000, parameters)).chambers()
    for products in chambers {
      // Up to 195.2 ns, which lies in bin 59; rounding to counts of 25/30 ns moves a time by less than one of them.
      let counts = products.driftTime.counts
      #expect(counts[58] > 60)
      #expect(total(counts[..<19]) + total(counts[60...]) < 20)
    }
  }

  @Test func `Muons give hits on a line in each chamber`() {
    var parameters = TelescopeParameters()
    parameters.muonFraction = 1
    parameters.noiseFraction = 0
    parameters.efficiency = 1
    parameters.scintillatorEfficiency = 1
    parameters.secondSignalFraction = 0
    parameters.deadWires = []
    parameters.orbitsPerRow = 1000
    let muons = Dictionary(grouping: rows(60_000, parameters), by: \.orbit).values
    var complete = 0
    for muon in muons where muon.count(where: \.isScintillator) == 1 {
      for chamber in 0..<4 {
        let wires = muon.compactMap(\.wireNumber).filter { $0 / 64 == chamber }.map { $0 % 64 }
        // One cell a layer; layers with x phases 0, 0, 1/2, 1/2 for wire % 4 of 0, 1, 2, 3.
        #expect(wires.count <= 4 && Set(wires.map { $0 % 4 }).count == wires.count)
        guard wires.count == 4 else { continue }
        complete += 1
        let centres = wires.map { Double($0 / 4) + ($0 % 4 >= 2 ? 1 : 0.5) }
        // The steepest track shifts by 0.52 cells between the outer layers.
        #expect(centres.max()! - centres.min()! <= 1.5)
      }
    }
    #expect(Double(complete) > 0.9 * 4 * Double(muons.count))
  }

  @Test func `Chambers of one view see one track, the turned one another`() {
    var parameters = TelescopeParameters()
    parameters.muonFraction = 1
    parameters.noiseFraction = 0
    parameters.orbitsPerRow = 1000
    var inView: [Double] = []
    var turned: [Double] = []
    for muon in Dictionary(grouping: rows(60_000, parameters), by: \.orbit).values {
      let centres = (0..<4).map { chamber -> Double? in
        let cells = muon.compactMap(\.wireNumber).filter { $0 / 64 == chamber }.map { Double($0 % 64 / 4) }
        return cells.isEmpty ? nil : cells.reduce(0, +) / Double(cells.count)
      }
      guard let low = centres[0], let other = centres[1], let middle = centres[2], let high = centres[3]
      else { continue }
      // Height of chamber 2 as a fraction of the way from chamber 0 to chamber 3.
      let expected = low + (high - low) * (1035.6 - 219.8) / (1819.8 - 219.8)
      inView.append(abs(middle - expected))
      turned.append(abs(other - expected))
    }
    #expect(inView.count > 3000)
    #expect(inView.reduce(0, +) / Double(inView.count) < 0.3)
    #expect(turned.reduce(0, +) / Double(turned.count) > 2)
  }

  @Test func `Efficiencies are those of the parameters`() {
    var parameters = TelescopeParameters()
    parameters.muonFraction = 1
    parameters.noiseFraction = 0
    parameters.efficiency = 0.5
    parameters.deadWires = []
    parameters.orbitsPerRow = 1000
    let stream = rows(100_000, parameters)
    let muons = Double(Set(stream.map(\.orbit)).count)
    let bySignals = Dictionary(grouping: stream.filter(\.isScintillator), by: \.orbit).values
    let share = Double(bySignals.count) / muons
    #expect(share > 0.83 && share < 0.87)
    let second = Double(bySignals.count { $0.count == 2 }) / Double(bySignals.count)
    #expect(second > 0.03 && second < 0.05)
    // 16 layers of which the tracks cross almost all.
    let hits = Double(stream.count { !$0.isScintillator }) / muons
    #expect(hits > 7.6 && hits < 8)
  }

  @Test func `Muons and noise make the shares of rows that they are told to`() {
    for (muons, noise) in [(0.25, 0.62), (0.8, 0.1), (0.0, 0.3), (1.0, 1.0)] {
      var parameters = TelescopeParameters()
      parameters.muonFraction = muons
      parameters.noiseFraction = noise
      // One hot wire makes all the noise, so that it can be told from muons.
      parameters.hotWires = [.init(chamber: 0, wire: 0, share: 1)]
      let count = 100_000
      let stream = rows(count, parameters)
      let scale = max(muons + noise, 1)
      let ofNoise = Double(stream.count { $0.wireNumber == 0 }) / Double(count)
      let ofMuons = Double(stream.count { $0.isHit && $0.wireNumber != 0 }) / Double(count)
      // Muons hit the noisy wire now and then.
      #expect(abs(ofNoise - noise / scale) < 0.02)
      #expect(abs(ofMuons - muons / scale) < 0.02)
    }
  }
}
