import Simulation
import Testing

@Suite struct StreamTests {
  @Test func `A seed gives the same bytes on every machine`() {
    #expect(checksum(csv(rows(10_000))) == 12_412_768_266_102_932_659)
    var other = TelescopeParameters()
    other.seed = 2
    #expect(checksum(csv(rows(10_000, other))) == 16_707_649_388_343_076_687)
  }

  @Test func `The stream does not depend on how many rows are asked for at a time`() {
    var simulation = TelescopeSimulation(TelescopeParameters())
    var inPieces: [TelescopeRow] = []
    var piece: [TelescopeRow] = []
    for count in [0, 1, 7, 1000, -3, 64, 928] {
      simulation.fill(&piece, count: count)
      #expect(piece.count == max(count, 0))
      inPieces += piece
    }
    var oneByOne = TelescopeSimulation(TelescopeParameters())
    #expect(inPieces == rows(2000))
    #expect(inPieces == (0..<2000).map { _ in oneByOne.next() })
  }

  @Test(arguments: [1, 40, 1000])
  func `No row is further from its place than the disorder says`(disorder: Int) {
    var ordered = TelescopeParameters()
    ordered.disorder = 0
    var disordered = ordered
    disordered.disorder = disorder
    let count = 20_000
    // Rows can be equal, if rarely: their places are matched in order.
    var places: [TelescopeRow: [Int]] = [:]
    for (place, row) in rows(count + disorder, ordered).enumerated().reversed() {
      places[row, default: []].append(place)
    }
    var furthest = 0
    var moved = 0
    for (place, row) in rows(count, disordered).enumerated() {
      guard let original = places[row]?.popLast() else {
        Issue.record("row \(place) is not among the first rows of the ordered stream")
        return
      }
      furthest = max(furthest, abs(original - place))
      if original != place { moved += 1 }
    }
    #expect(furthest <= disorder)
    #expect(furthest > disorder / 2)
    #expect(moved > count / 3)
  }

  @Test func `Without disorder orbits never go back, but for ancillary rows that run ahead`() {
    var parameters = TelescopeParameters()
    parameters.disorder = 0
    parameters.ancillaryLeadFraction = 0
    let orbits = rows(50_000, parameters).map(\.orbit)
    #expect(zip(orbits, orbits.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(orbits[0] >= parameters.firstOrbit)
  }

  @Test(arguments: [0, 0.4, 2.8, 11.223, 5000])
  func `The orbit counter advances as fast as it is told to`(orbitsPerRow: Double) {
    var parameters = TelescopeParameters()
    parameters.orbitsPerRow = orbitsPerRow
    parameters.firstOrbit = 0
    parameters.ancillaryLead = 0
    let count = 100_000
    let advance = Double(rows(count, parameters).map(\.orbit).max()!)
    #expect(advance >= orbitsPerRow * Double(count) * 0.97)
    #expect(advance <= orbitsPerRow * Double(count) * 1.03)
  }

  @Test func `The orbit counter wraps at two to the power of 32 and goes on`() {
    var parameters = TelescopeParameters()
    parameters.firstOrbit = 0
    let reference = rows(20_000, parameters)
    parameters.firstOrbit = UInt32.max - 20_000
    let wrapped = rows(20_000, parameters)
    #expect(wrapped.contains { $0.isHit && $0.orbit > UInt32.max - 1000 })
    #expect(wrapped.contains { $0.isHit && $0.orbit < 1000 })
    #expect(zip(reference, wrapped).allSatisfy { $0.orbit &+ parameters.firstOrbit == $1.orbit })
    #expect(zip(reference, wrapped).allSatisfy { $0.bunchCrossing == $1.bunchCrossing && $0.channel == $1.channel })
  }

  @Test func `Absurd parameters give a stream all the same`() {
    let absurd: [Double] = [-.infinity, -1, 0, 1e300, .infinity, .nan]
    for value in absurd {
      var parameters = TelescopeParameters()
      parameters.seed = .max
      parameters.orbitsPerRow = value
      parameters.muonFraction = value
      parameters.noiseFraction = value
      parameters.efficiency = value
      parameters.scintillatorEfficiency = value
      parameters.secondSignalFraction = value
      parameters.driftVelocity = value
      parameters.timeResolution = value
      parameters.ancillaryLeadFraction = value
      parameters.ancillaryLead = .max
      parameters.hotWires = [
        .init(chamber: 0, wire: 1, share: value), .init(chamber: 3, wire: 9, share: value),
        .init(chamber: -1, wire: 0, share: 1), .init(chamber: 0, wire: 64, share: 1),
      ]
      parameters.deadWires = [.init(chamber: 4, wire: 0), .init(chamber: 0, wire: .min), .init(chamber: .max, wire: 3)]
      parameters.disorder = value > 0 ? .max : .min
      for row in rows(2000, parameters) where row.isHit {
        #expect(row.bunchCrossing < 3564)
        #expect((0..<30).contains(row.fineTime))
      }
    }
  }

  @Test func `What cannot be made becomes ancillary`() {
    var parameters = TelescopeParameters()
    parameters.muonFraction = 1
    parameters.noiseFraction = 0
    parameters.efficiency = 0
    parameters.scintillatorEfficiency = 0
    #expect(rows(1000, parameters).allSatisfy { !$0.isHit })

    parameters.noiseFraction = 1
    parameters.deadWires = Set((0..<4).flatMap { chamber in (0..<64).map { .init(chamber: chamber, wire: $0) } })
    #expect(rows(1000, parameters).allSatisfy { !$0.isHit })
  }
}
