import Foundation
import Simulation

/// Rows of the simulated telescope as text, with what must be found in them.
package struct Telescope {
  package var rows: [TelescopeRow]

  package init(seed: UInt64 = 1, rows count: Int, _ change: (inout TelescopeParameters) -> Void = { _ in }) {
    var parameters = TelescopeParameters()
    parameters.seed = seed
    change(&parameters)
    var simulation = TelescopeSimulation(parameters)
    rows = []
    simulation.fill(&rows, count: count)
  }

  /// Text with fine times as `12`, or as `12.000000`.
  package func text(header: Bool = true, floats: Bool = false) -> [UInt8] {
    var bytes: [UInt8] = header ? Array((TelescopeRow.csvHeader + "\n").utf8) : []
    for row in rows {
      if floats, row.fineTime == row.fineTime.rounded() {
        bytes +=
          "\(row.head),\(row.fpga),\(row.channel),\(row.orbit),\(row.bunchCrossing),\(Int(row.fineTime)).000000\n".utf8
      } else {
        row.appendCSV(to: &bytes)
      }
    }
    return bytes
  }

  package var truth: TelescopeTruth {
    var truth = TelescopeTruth()
    for row in rows { truth.add(row) }
    return truth
  }

  package var expected: ExpectedProducts { ExpectedProducts(truth) }
}

/// Numbers of which the same seed always gives the same.
package struct Dice: RandomNumberGenerator {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    // SplitMix64.
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  package mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
  package mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &self) < share }
  package mutating func pick<T>(_ values: [T]) -> T { values[int(0...values.count - 1)] }
}
