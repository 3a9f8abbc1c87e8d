/// One signal of the telescope's readout: a hit of a wire or of the scintillator, or an ancillary row.
package struct TelescopeRow: Sendable, Hashable {
  /// 2 for a hit; 0, 1, 3, 4 and 5 mark ancillary rows.
  package var head: UInt8
  /// Readout board, 0 or 1.
  package var fpga: UInt8
  /// 0...127 for wires, 128 on FPGA 1 for the scintillator.
  package var channel: UInt16
  /// Orbit counter. It wraps after 2^32 orbits.
  package var orbit: UInt32
  /// Bunch crossing (25 ns) in the orbit, 0...3563 in hits; ancillary rows go beyond.
  package var bunchCrossing: UInt16
  /// Counts of 25/30 ns in the bunch crossing, 0...29 in hits; ancillary rows hold signed decimals.
  package var fineTime: Double

  package init(head: UInt8, fpga: UInt8, channel: UInt16, orbit: UInt32, bunchCrossing: UInt16, fineTime: Double) {
    self.head = head
    self.fpga = fpga
    self.channel = channel
    self.orbit = orbit
    self.bunchCrossing = bunchCrossing
    self.fineTime = fineTime
  }

  package var isHit: Bool { head == 2 }
}
