/// What a correct analysis of telescope rows must find, computed straight from the rows in plain code that shares
/// nothing with the engine. Memory grows with the rows.
///
/// Products and formulas: MAPD data-processing assignment, University of Padova (2023), sections 4.2 and 5.2. A hit
/// is a row of HEAD 2. Chambers 0 and 1 are channels 0...63 and 64...127 of FPGA 0, chambers 2 and 3 those of FPGA 1;
/// hits elsewhere, the scintillator's among them, are unmapped.
package struct TelescopeTruth: Sendable {
  /// Times are whole numbers of 1/30 ns, the unit in which a count of 25/30 ns, the offsets in tenths of a ns and the
  /// bin edges are all exact.
  private struct Hit {
    let chamber: Int
    let wire: Int
    let time: Int
  }

  private struct Orbit {
    var hits: [Hit] = []
    /// The earliest one of the orbit.
    var scintillator: Int?
  }

  private var orbits: [UInt32: Orbit] = [:]
  /// Rows of every kind.
  package private(set) var records = 0
  /// Rows that cleansing keeps (product 1).
  package private(set) var hits = 0
  /// Hits that belong to no chamber.
  package private(set) var unmapped = 0

  package init() {}

  /// Counts a row. The order of the rows does not matter.
  package mutating func add(_ row: TelescopeRow) {
    records += 1
    guard row.isHit else { return }
    hits += 1
    let time = Self.time(of: row)
    if row.fpga <= 1 && row.channel < 128 {
      let chamber = 2 * Int(row.fpga) + Int(row.channel) / 64
      let hit = Hit(chamber: chamber, wire: Int(row.channel) % 64, time: time)
      orbits[row.orbit, default: Orbit()].hits.append(hit)
      return
    }
    unmapped += 1
    if row.fpga == 1 && row.channel == 128 {
      let earlier = orbits[row.orbit]?.scintillator
      orbits[row.orbit, default: Orbit()].scintillator = min(time, earlier ?? time)
    }
  }

  /// The products of chambers 0 to 3 for all rows so far. The time taken is that of all hits.
  package func chambers() -> [ChamberTruth] {
    var chambers = [ChamberTruth](repeating: ChamberTruth(), count: 4)
    for (number, orbit) in orbits {
      var wires = [Set<Int>](repeating: [], count: 4)
      for hit in orbit.hits {
        chambers[hit.chamber].hits += 1
        chambers[hit.chamber].occupancy[hit.wire] += 1
        wires[hit.chamber].insert(hit.wire)
        if let scintillator = orbit.scintillator {
          chambers[hit.chamber].occupancyWithScintillator[hit.wire] += 1
          let drift = hit.time - (scintillator - Self.offsets[hit.chamber])
          chambers[hit.chamber].driftTime.fill(drift)
        }
      }
      for chamber in 0..<4 where !wires[chamber].isEmpty {
        chambers[chamber].activePerOrbit[wires[chamber].count, default: 0] += 1
        chambers[chamber].activeByOrbit[number] = wires[chamber].count
      }
    }
    return chambers
  }

  /// 93.9, 101.4, 95.5 and 92.4 ns, in 1/30 ns.
  private static let offsets = [2817, 3042, 2865, 2772]

  /// Time in the orbit in 1/30 ns; exact for whole fine times, otherwise the nearest. The fine time of a hit is 0...29;
  /// limits keep absurd ones from overflowing.
  private static func time(of row: TelescopeRow) -> Int {
    let fine = row.fineTime.isNaN ? 0 : min(max(row.fineTime * 25, -1e15), 1e15)
    return Int(row.bunchCrossing) * 750 + Int(fine.rounded())
  }
}

/// The products of one chamber.
package struct ChamberTruth: Sendable, Equatable {
  /// Hits in the chamber (product 2).
  package fileprivate(set) var hits = 0
  /// Hits on each of the 64 wires (product 3).
  package fileprivate(set) var occupancy = [Int](repeating: 0, count: 64)
  /// Number of different wires hit in an orbit -> number of orbits; orbits without a hit are left out (product 4).
  package fileprivate(set) var activePerOrbit: [Int: Int] = [:]
  /// Orbit -> number of different wires hit in it (product 4, the other view).
  package fileprivate(set) var activeByOrbit: [UInt32: Int] = [:]
  /// Hits on each wire in orbits that hold a scintillator hit (product 5).
  package fileprivate(set) var occupancyWithScintillator = [Int](repeating: 0, count: 64)
  /// Drift times of the hits in orbits that hold a scintillator hit (product 6).
  package fileprivate(set) var driftTime = DriftTimeTruth()
}

/// A drift-time histogram of 140 bins of 5 ns from -100 to 600 ns; a bin holds its lower edge.
package struct DriftTimeTruth: Sendable, Equatable {
  package fileprivate(set) var counts = [Int](repeating: 0, count: 140)
  package fileprivate(set) var underflow = 0
  package fileprivate(set) var overflow = 0

  /// `drift` is in 1/30 ns.
  fileprivate mutating func fill(_ drift: Int) {
    let fromLowerEdge = drift + 100 * 30
    if fromLowerEdge < 0 {
      underflow += 1
    } else if fromLowerEdge >= 700 * 30 {
      overflow += 1
    } else {
      counts[fromLowerEdge / (5 * 30)] += 1
    }
  }
}
