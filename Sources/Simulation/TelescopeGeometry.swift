/// The miniDT telescope as built at Legnaro: four chambers of 64 drift cells, and the clock of its readout.
///
/// Source: MAPD data-processing assignment, University of Padova (2023), sections 4.1, 4.2 and 5.2.
package enum TelescopeGeometry {
  package static let chamberCount = 4
  package static let wireCount = 64
  package static let layerCount = 4
  /// Cells of one layer.
  package static let cellCount = 16
  /// TDC channel of the scintillator, on FPGA 1.
  package static let scintillatorChannel: UInt16 = 128
  package static let crossingsPerOrbit = 3564
  /// Counts of the fine time in one bunch crossing of 25 ns.
  package static let countsPerCrossing = 30
  /// Time from a muon's passage to the scintillator's signal, in ns.
  package static let scintillatorDelay = 95.0
  /// What the drift-time formula subtracts from the scintillator's time, in ns, by chamber:
  /// drift = t(hit) - (t(scintillator) - offset).
  package static let scintillatorOffsets = [95.0 - 1.1, 95.0 + 6.4, 95.0 + 0.5, 95.0 - 2.6]

  /// Length of an orbit in ns.
  static let orbitLength = 3564 * 25.0
  /// Width of a drift cell in um; the wire hangs in its middle.
  static let cellWidth = 42_000.0
  /// Height of a drift cell in mm, the distance of neighbouring layers.
  static let cellHeight = 13.0
  /// Heights of the chambers' frames above the floor, in mm.
  static let chamberHeights = [219.8, 977.3, 1035.6, 1819.8]
  /// Width that the staggered layers of a chamber cover together, in cells.
  static let width = 16.5
  /// Layer (1 at the bottom, 4 at the top) of a wire, by `wire % 4`.
  static let layers = [4, 2, 3, 1]
  /// Where the first cell of a wire's layer begins, in cells, by `wire % 4`: layers 4 and 2 share a phase, 3 and 1 are
  /// shifted by half a cell.
  static let phases = [0.0, 0.0, 0.5, 0.5]

  /// Height of a layer's wires as a fraction of the way from the frame of chamber 0 to that of chamber 3; by chamber
  /// and `wire % 4`, in the order of `4 * chamber + wire % 4`.
  static let layerFractions: [Double] = (0..<chamberCount).flatMap { chamber in
    layers.map { layer in
      let height = chamberHeights[chamber] + (Double(layer) - 2.5) * cellHeight
      return (height - chamberHeights[0]) / (chamberHeights[3] - chamberHeights[0])
    }
  }
}
