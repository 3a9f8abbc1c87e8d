/// What a simulated telescope does: its seed, what its rows are made of, and how its chambers behave.
///
/// Any value is accepted: one outside the range that its comment states counts as the nearest end of it, and a value
/// that is not a number as the lower end.
package struct TelescopeParameters: Sendable, Equatable {
  /// A wire of a chamber. One that does not exist (chamber not in 0...3, wire not in 0...63) is ignored.
  package struct Wire: Sendable, Hashable {
    package var chamber: Int
    package var wire: Int

    package init(chamber: Int, wire: Int) {
      self.chamber = chamber
      self.wire = wire
    }
  }

  /// A wire that fires by itself, with the share of all noise rows that it makes (0...1).
  package struct HotWire: Sendable, Equatable {
    package var wire: Wire
    package var share: Double

    package init(chamber: Int, wire: Int, share: Double) {
      self.wire = Wire(chamber: chamber, wire: wire)
      self.share = share
    }
  }

  /// Streams of the same parameters are the same, row by row.
  package var seed: UInt64 = 1
  /// The orbit counter at the start; it wraps after 2^32 orbits as the real one does.
  package var firstOrbit: UInt32 = 3_387_200_947
  /// Orbits by which the counter advances a row, on average (0...1,000,000). The detector turns 11,223 orbits a second,
  /// so a stream of 1000 rows/s is as dense as the real one at 11.2.
  package var orbitsPerRow = 2.8
  /// Share of the rows that muons make, scintillator signals included (0...1).
  package var muonFraction = 0.25
  /// Share of the rows that are noise hits (0...1). Together with `muonFraction` at most 1, or both are scaled down;
  /// what is left are ancillary rows.
  package var noiseFraction = 0.62
  /// Probability that a cell which a muon crosses fires (0...1).
  package var efficiency = 0.96
  /// Probability that a muon gives a scintillator signal (0...1).
  package var scintillatorEfficiency = 0.85
  /// Probability that a second, later signal follows a scintillator signal in its orbit (0...1).
  package var secondSignalFraction = 0.04
  /// Drift velocity in um/ns (20...1000); at 53.8 the longest drift, half a cell, takes 390 ns.
  package var driftVelocity = 53.8
  /// Standard deviation of a drift time, in ns (0...50).
  package var timeResolution = 3.0
  /// Wires that make more noise than others. Their shares add up to at most 1, or are scaled down.
  package var hotWires = [HotWire(chamber: 2, wire: 17, share: 0.06)]
  /// Wires that never fire. A wire that is both dead and hot is dead.
  package var deadWires: Set<Wire> = [Wire(chamber: 1, wire: 40)]
  /// Orbits by which ancillary rows can run ahead of the hits around them.
  package var ancillaryLead: UInt32 = 100_000
  /// Share of the ancillary rows that do so (0...1).
  package var ancillaryLeadFraction = 0.05
  /// Places by which a row can be away from its place in the order of events (0...100,000).
  package var disorder = 40

  package init() {}

  /// These parameters with every number inside its range.
  func clamped() -> TelescopeParameters {
    var result = self
    result.orbitsPerRow = orbitsPerRow.clamped(to: 0...1_000_000)
    result.muonFraction = muonFraction.clamped(to: 0...1)
    result.noiseFraction = noiseFraction.clamped(to: 0...1)
    let sum = result.muonFraction + result.noiseFraction
    if sum > 1 {
      result.muonFraction /= sum
      result.noiseFraction /= sum
    }
    result.efficiency = efficiency.clamped(to: 0...1)
    result.scintillatorEfficiency = scintillatorEfficiency.clamped(to: 0...1)
    result.secondSignalFraction = secondSignalFraction.clamped(to: 0...1)
    result.driftVelocity = driftVelocity.clamped(to: 20...1000)
    result.timeResolution = timeResolution.clamped(to: 0...50)
    result.ancillaryLeadFraction = ancillaryLeadFraction.clamped(to: 0...1)
    result.disorder = min(max(disorder, 0), 100_000)

    result.deadWires = deadWires.filter(\.exists)
    result.hotWires = hotWires.filter { $0.wire.exists && !deadWires.contains($0.wire) }
    for index in result.hotWires.indices {
      result.hotWires[index].share = result.hotWires[index].share.clamped(to: 0...1)
    }
    let shares = result.hotWires.reduce(0) { $0 + $1.share }
    if shares > 1 {
      for index in result.hotWires.indices { result.hotWires[index].share /= shares }
    }
    return result
  }
}

extension TelescopeParameters.Wire {
  var exists: Bool {
    (0..<TelescopeGeometry.chamberCount).contains(chamber) && (0..<TelescopeGeometry.wireCount).contains(wire)
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    isNaN ? range.lowerBound : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
