import Foundation
import Simulation
import Testing

/// Sample files with products that another program computed lie beside the package, on machines that have them.
private let shared = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .appendingPathComponent("shared")

private struct Expected: Decodable {
  struct Histogram: Decodable {
    let counts: [Int]
    let underflow: Int
    let overflow: Int
  }

  struct Chamber: Decodable {
    let hits: Int
    let occupancy: [Int]
    let active_per_orbit: [Int]
    let orbits: Int
    let active_vs_orbit_head: [String: Int]
    let occupancy_scintillator: [Int]
    let drift_time: Histogram
  }

  let rows: Int
  let hits: Int
  let hits_unmapped: Int
  let chambers: [String: Chamber]
}

@Suite struct ExpectedProductsTests {
  @Test(
    .enabled("the sample data are not beside the package") {
      FileManager.default.fileExists(atPath: shared.appendingPathComponent("data/telescope").path)
    },
    arguments: [
      ("telescope/telescope_200k.txt", "telescope_200k"),
      ("telescope/telescope_float_2k.txt", "telescope_float_2k"),
      ("minidt_mapd_headmix/data_000000.txt", "minidt_mapd_headmix"),
    ])
  func `The truth of a file agrees with the products expected of it`(data: String, name: String) throws {
    let text = try String(contentsOf: shared.appendingPathComponent("data/\(data)"), encoding: .utf8)
    let json = try Data(contentsOf: shared.appendingPathComponent("expected/\(name).json"))
    let expected = try JSONDecoder().decode(Expected.self, from: json)
    var truth = TelescopeTruth()
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("HEAD") {
      truth.add(try #require(TelescopeRow(csv: line), "\(line)"))
    }

    #expect(truth.records == expected.rows)
    #expect(truth.hits == expected.hits)
    #expect(truth.unmapped == expected.hits_unmapped)
    for (chamber, found) in truth.chambers().enumerated() {
      let wanted = try #require(expected.chambers["\(chamber)"])
      #expect(found.hits == wanted.hits)
      #expect(found.occupancy == wanted.occupancy)
      let active = wanted.active_per_orbit.enumerated().filter { $0.element > 0 }
      #expect(found.activePerOrbit == Dictionary(uniqueKeysWithValues: active.map { ($0.offset, $0.element) }))
      #expect(found.activeByOrbit.count == wanted.orbits)
      for (orbit, count) in wanted.active_vs_orbit_head {
        #expect(found.activeByOrbit[try #require(UInt32(orbit))] == count)
      }
      #expect(found.occupancyWithScintillator == wanted.occupancy_scintillator)
      #expect(found.driftTime.counts == wanted.drift_time.counts)
      #expect(found.driftTime.underflow == wanted.drift_time.underflow)
      #expect(found.driftTime.overflow == wanted.drift_time.overflow)
    }
  }
}

extension TelescopeRow {
  fileprivate init?(csv line: Substring) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count == 6, let head = UInt8(fields[0]), let fpga = UInt8(fields[1]), let channel = UInt16(fields[2]),
      let orbit = UInt32(fields[3]), let crossing = UInt16(fields[4]), let fine = Double(fields[5])
    else { return nil }
    self.init(head: head, fpga: fpga, channel: channel, orbit: orbit, bunchCrossing: crossing, fineTime: fine)
  }
}
