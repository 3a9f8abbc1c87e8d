import Simulation
import Testing

@Suite struct RowTests {
  private func row(_ fineTime: Double) -> TelescopeRow {
    TelescopeRow(head: 5, fpga: 1, channel: 0, orbit: 3_387_339_329, bunchCrossing: 17_444, fineTime: fineTime)
  }

  @Test(arguments: [
    (12.0, "12"), (0, "0"), (-0.0, "0"), (-7, "-7"), (130, "130"), (-41.53125, "-41.531250"), (0.5, "0.500000"),
    (-0.537109, "-0.537109"), (1.9999999, "2.000000"), (-123_456.789, "-123456.789000"),
    (1e9, "1000000000"), (-999_999_999.5, "-999999999.500000"), (1e10, "10000000000.0"), (1e30, "1e+30"),
    (-.infinity, "-inf"), (.nan, "nan"),
  ])
  func `Fine times are printed as the readout prints them`(value: Double, text: String) {
    #expect(csv([row(value)]) == "5,1,0,3387339329,17444,\(text)\n")
  }

  @Test func `The widest and the narrowest row are printed whole`() {
    let widest = TelescopeRow(
      head: .max, fpga: .max, channel: .max, orbit: .max, bunchCrossing: .max, fineTime: -999_999_999.5)
    let narrowest = TelescopeRow(head: 0, fpga: 0, channel: 0, orbit: 0, bunchCrossing: 0, fineTime: 0)
    #expect(
      csv([widest, narrowest]) == "255,255,65535,4294967295,65535,-999999999.500000\n0,0,0,0,0,0\n")
    #expect(TelescopeRow.csvHeader == "HEAD,FPGA,TDC_CHANNEL,ORBIT_CNT,BX_COUNTER,TDC_MEAS")
  }

  @Test func `A word holds every field at its place`() {
    let row = TelescopeRow(
      head: 2, fpga: 1, channel: 128, orbit: 0xC9E4_1234, bunchCrossing: 3563, fineTime: 29)
    let word: UInt64 = 2 << 61 | 1 << 58 | 128 << 49 | 0xC9E4_1234 << 17 | 3563 << 5 | 29
    #expect(row.word == word)
    let full = TelescopeRow(head: 7, fpga: 7, channel: 511, orbit: .max, bunchCrossing: 4095, fineTime: 31)
    #expect(full.word == .max)
  }

  @Test func `A row that does not fit has no word`() {
    let fits = TelescopeRow(head: 0, fpga: 0, channel: 0, orbit: 0, bunchCrossing: 0, fineTime: 0)
    #expect(fits.word == 0)
    let misfits: [(inout TelescopeRow) -> Void] = [
      { $0.head = 8 }, { $0.fpga = 8 }, { $0.channel = 512 }, { $0.bunchCrossing = 4353 }, { $0.fineTime = 32 },
      { $0.fineTime = -1 }, { $0.fineTime = 0.5 }, { $0.fineTime = .nan }, { $0.fineTime = 1e30 },
    ]
    for misfit in misfits {
      var row = fits
      misfit(&row)
      #expect(row.word == nil, "\(row)")
    }
  }
}
