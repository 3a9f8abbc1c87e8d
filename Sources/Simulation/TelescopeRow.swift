/// One signal of the telescope's readout: a hit of a wire or of the scintillator, or an ancillary row.
public struct TelescopeRow: Sendable, Hashable {
  /// 2 for a hit; 0, 1, 3, 4 and 5 mark ancillary rows.
  public var head: UInt8
  /// Readout board, 0 or 1.
  public var fpga: UInt8
  /// 0...127 for wires, 128 on FPGA 1 for the scintillator.
  public var channel: UInt16
  /// Orbit counter. It wraps after 2^32 orbits.
  public var orbit: UInt32
  /// Bunch crossing (25 ns) in the orbit, 0...3563 in hits; ancillary rows go beyond.
  public var bunchCrossing: UInt16
  /// Counts of 25/30 ns in the bunch crossing, 0...29 in hits; ancillary rows hold signed decimals.
  public var fineTime: Double

  public init(head: UInt8, fpga: UInt8, channel: UInt16, orbit: UInt32, bunchCrossing: UInt16, fineTime: Double) {
    self.head = head
    self.fpga = fpga
    self.channel = channel
    self.orbit = orbit
    self.bunchCrossing = bunchCrossing
    self.fineTime = fineTime
  }

  public var isHit: Bool { head == 2 }
}
