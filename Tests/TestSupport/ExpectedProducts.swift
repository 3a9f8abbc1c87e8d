import Foundation
import Simulation

/// The six products of an input, from another program or from the simulation's own books.
package struct ExpectedProducts: Decodable {
  package struct Drift: Decodable {
    package var counts: [Double]
    package var underflow: Double
    package var overflow: Double
  }

  package struct Chamber: Decodable {
    package var hits: Double
    package var occupancy: [Double]
    package var orbits: Int
    /// How many orbits had so many wires.
    package var active_per_orbit: [Double]
    /// Wires of some orbits, or of all.
    package var active_vs_orbit_head: [String: Double]?
    package var occupancy_scintillator: [Double]?
    package var drift_time: Drift?
  }

  package var rows: Int?
  package var records: Int?
  package var malformed: Int?
  package var hits: Int
  package var hits_unmapped: Int
  package var chambers: [String: Chamber]

  package init(contentsOf url: URL) throws {
    self = try JSONDecoder().decode(ExpectedProducts.self, from: Data(contentsOf: url))
  }

  package init(_ truth: TelescopeTruth) {
    records = truth.records
    malformed = 0
    hits = truth.hits
    hits_unmapped = truth.unmapped
    chambers = [:]
    for (number, chamber) in truth.chambers().enumerated() {
      var active = [Double](repeating: 0, count: 65)
      for (wires, orbits) in chamber.activePerOrbit { active[wires] = Double(orbits) }
      chambers["\(number)"] = Chamber(
        hits: Double(chamber.hits), occupancy: chamber.occupancy.map(Double.init), orbits: chamber.activeByOrbit.count,
        active_per_orbit: active,
        active_vs_orbit_head: Dictionary(uniqueKeysWithValues: chamber.activeByOrbit.map { ("\($0)", Double($1)) }),
        occupancy_scintillator: chamber.occupancyWithScintillator.map(Double.init),
        drift_time: Drift(
          counts: chamber.driftTime.counts.map(Double.init), underflow: Double(chamber.driftTime.underflow),
          overflow: Double(chamber.driftTime.overflow)))
    }
  }

  /// What of `products` is not as it should be, a line each.
  package func differences(from products: Products) -> [String] {
    var lines: [String] = []
    func same<T: Equatable>(_ what: String, _ found: T?, _ wanted: T) {
      if found != wanted {
        lines.append("\(what): found \("\(found as Any)".prefix(200)), expected \("\(wanted)".prefix(200))")
      }
    }
    same("records", products.counts["records"], records ?? rows ?? 0)
    if let malformed { same("malformed", products.counts["malformed"], malformed) }
    same("hits", products.counts["hits"], hits)
    same("unmapped", products.counts["unmapped"], hits_unmapped)
    for (number, chamber) in chambers.sorted(by: { $0.key < $1.key }) {
      let occupancy = products.histograms["occupancy/\(number)"]
      same(
        "occupancy/\(number)", occupancy.map { bins in (0..<64).map { bins.count(at: Double($0)) } }, chamber.occupancy)
      same("hits of chamber \(number)", occupancy?.total, chamber.hits)
      lines += differences(ofOrbits: chamber, number, products)
      if let wanted = chamber.occupancy_scintillator {
        let found = products.histograms["occupancy_scintillator/\(number)"]
        same("occupancy_scintillator/\(number)", found?.bins, wanted)
      }
      if let wanted = chamber.drift_time {
        let found = products.histograms["drift_time/\(number)"]
        same("drift_time/\(number)", found?.bins, wanted.counts)
        same("drift_time/\(number) underflow", found?.underflow, wanted.underflow)
        same("drift_time/\(number) overflow", found?.overflow, wanted.overflow)
      }
    }
    return lines
  }

  /// The two views of active wires per orbit.
  private func differences(ofOrbits chamber: Chamber, _ number: String, _ products: Products) -> [String] {
    var lines: [String] = []
    guard let active = products.histograms["active_per_orbit/\(number)"] else {
      return ["no active_per_orbit/\(number)"]
    }
    let top = Int(active.edges.last!)
    for (wires, orbits) in chamber.active_per_orbit.enumerated() where (1..<top).contains(wires) {
      if active.count(at: Double(wires)) != orbits { lines.append("active_per_orbit/\(number) at \(wires)") }
    }
    if active.overflow != chamber.active_per_orbit.dropFirst(top).reduce(0, +) || active.underflow != 0 {
      lines.append("active_per_orbit/\(number) beyond its bins")
    }
    let points = products.points["active_vs_orbit/\(number)"] ?? [:]
    if points.count != chamber.orbits {
      lines.append("\(points.count) points of active_vs_orbit/\(number) for \(chamber.orbits) orbits")
    }
    for (orbit, wires) in chamber.active_vs_orbit_head ?? [:] where points[Double(orbit)!] != wires {
      lines.append("active_vs_orbit/\(number) at \(orbit)")
    }
    return lines
  }
}
