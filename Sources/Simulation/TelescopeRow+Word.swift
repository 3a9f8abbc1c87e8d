extension TelescopeRow {
  /// The row as the DAQ's 64-bit word, to be stored with the low byte first: from the low bit TDC 5, BX 12, ORBIT 32,
  /// CHAN 9, FPGA 3 and HEAD 3 bits. Nil where a value does not fit its bits, as in most ancillary rows.
  package var word: UInt64? {
    guard let fine = UInt64(exactly: fineTime), fine < 32, bunchCrossing < 4096, channel < 512, fpga < 8, head < 8
    else { return nil }
    return fine | UInt64(bunchCrossing) << 5 | UInt64(orbit) << 17 | UInt64(channel) << 49 | UInt64(fpga) << 58
      | UInt64(head) << 61
  }
}
