import CScan
import Testing

@Suite struct BinaryTests {
  /// The DAQ's word: from the low bit TDC 5, BX 12, ORBIT 32, CHAN 9, FPGA 3, HEAD 3.
  private func word(head: UInt64, fpga: UInt64, channel: UInt64, orbit: UInt64, bx: UInt64, tdc: UInt64) -> UInt64 {
    head << 61 | fpga << 58 | channel << 49 | orbit << 17 | bx << 5 | tdc
  }

  private func bytes(_ word: UInt64, _ count: Int, bigEndian: Bool) -> [UInt8] {
    let little = (0..<count).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    return bigEndian ? little.reversed() : little
  }

  @Test(arguments: [false, true])
  func wordsOfTheDetector(bigEndian: Bool) {
    let count = 1300
    var data: [UInt8] = []
    for i in 0..<UInt64(count) {
      let word = word(head: i % 8, fpga: i % 3, channel: i % 512, orbit: 4_294_967_295 - i, bx: i % 3564, tdc: i % 30)
      data += bytes(word, 8, bigEndian: bigEndian)
    }
    var head = [Int32](repeating: -1, count: count + 16), channel = head, bx = head
    var orbit = [Int64](repeating: -1, count: count + 8)
    head.withUnsafeMutableBytes { head in
      channel.withUnsafeMutableBytes { channel in
        bx.withUnsafeMutableBytes { bx in
          orbit.withUnsafeMutableBytes { orbit in
            let fields = [
              scan_bits(lane: SCAN_INT32, shift: 61, bits: 3, is_signed: 0, column: head.baseAddress),
              scan_bits(lane: SCAN_SKIP, shift: 58, bits: 3, is_signed: 0, column: nil),
              scan_bits(lane: SCAN_INT32, shift: 49, bits: 9, is_signed: 0, column: channel.baseAddress),
              scan_bits(lane: SCAN_INT64, shift: 17, bits: 32, is_signed: 0, column: orbit.baseAddress),
              scan_bits(lane: SCAN_INT32, shift: 5, bits: 12, is_signed: 0, column: bx.baseAddress),
            ]
            scan_words(data, count, 8, bigEndian ? 1 : 0, fields, Int32(fields.count))
          }
        }
      }
    }
    #expect(head.prefix(count).elementsEqual((0..<count).map { Int32($0 % 8) }))
    #expect(channel.prefix(count).elementsEqual((0..<count).map { Int32($0 % 512) }))
    #expect(orbit.prefix(count).elementsEqual((0..<count).map { 4_294_967_295 - Int64($0) }))
    #expect(bx.prefix(count).elementsEqual((0..<count).map { Int32($0 % 3564) }))
  }

  @Test(arguments: 1...8, [false, true])
  func wordsOfAnyWidth(width: Int, bigEndian: Bool) {
    let words: [UInt64] = [0, 1, 0x7F, 0x80, 0xFF, 0x0123_4567_89AB_CDEF, .max]
    let data = words.flatMap { bytes($0, width, bigEndian: bigEndian) }
    let bits = min(63, 8 * width)
    var unsigned = [Int64](repeating: 0, count: words.count + 8), signed = unsigned
    unsigned.withUnsafeMutableBytes { unsigned in
      signed.withUnsafeMutableBytes { signed in
        let fields = [
          scan_bits(lane: SCAN_INT64, shift: 0, bits: UInt8(bits), is_signed: 0, column: unsigned.baseAddress),
          scan_bits(lane: SCAN_INT64, shift: 0, bits: 8, is_signed: 1, column: signed.baseAddress),
        ]
        scan_words(data, words.count, Int32(width), bigEndian ? 1 : 0, fields, 2)
      }
    }
    let mask = UInt64.max >> (64 - bits)
    #expect(unsigned.prefix(words.count).elementsEqual(words.map { Int64($0 & mask) }))
    #expect(signed.prefix(words.count).elementsEqual(words.map { Int64(Int8(truncatingIfNeeded: $0)) }))
  }

  private func records(
    _ data: [UInt8], _ size: Int, _ lane: scan_lane, _ storage: scan_storage, bigEndian: Bool = false,
    range: ClosedRange<Int64> = Int64.min...Int64.max, offset: Int = 0
  ) -> (values: [UInt64], offsets: [UInt32], bad: [Bad]) {
    let count = data.count / size
    var column = [UInt64](repeating: 0, count: count + 8), offsets = [UInt32](repeating: 0, count: count + 16)
    var bads = [scan_bad](repeating: scan_bad(), count: 8)
    let result = column.withUnsafeMutableBytes { column in
      let field = scan_stored(
        lane: lane, storage: storage, offset: UInt32(offset), big_endian: bigEndian ? 1 : 0, lower: range.lowerBound,
        upper: range.upperBound, column: column.baseAddress)
      return scan_records(data, count, size, [field], 1, &offsets, &bads, 8, 100)
    }
    #expect(result.lines == count && result.consumed == count * size && result.rows + result.bad == count)
    return (
      Array(column.prefix(result.rows)), Array(offsets.prefix(result.rows)),
      bads.prefix(result.bad).map {
        Bad(
          offset: Int($0.offset), length: Int($0.length), line: Int($0.line), field: Int($0.field),
          reason: scan_reason(rawValue: UInt32($0.reason)))
      }
    )
  }

  @Test(
    arguments: [
      (SCAN_U8, 1, 0xFE), (SCAN_I8, 1, -2), (SCAN_U16, 2, 0xFEDC), (SCAN_I16, 2, -292), (SCAN_U32, 4, 0xFEDC_BA98),
      (SCAN_I32, 4, -19_088_744), (SCAN_U64, 8, 0x0EDC_BA98_7654_3210), (SCAN_I64, 8, -81_985_529_216_486_896),
    ] as [(scan_storage, Int, Int64)], [false, true])
  func integersOfEveryStorage(stored: (scan_storage, Int, Int64), bigEndian: Bool) {
    let (storage, width, expected) = stored
    let data = [0xAA] + bytes(UInt64(bitPattern: expected), width, bigEndian: bigEndian)
    let found = records(data, width + 1, SCAN_INT64, storage, bigEndian: bigEndian, offset: 1)
    #expect(found.values == [UInt64(bitPattern: expected)])
    #expect(found.offsets == [100])
  }

  @Test func floatsOfBothWidths() {
    let single = bytes(UInt64(Float(-41.53125).bitPattern), 4, bigEndian: true)
    #expect(records(single, 4, SCAN_FLOAT64, SCAN_F32, bigEndian: true).values == [Double(-41.53125).bitPattern])
    let values = [0.1, .nan, .infinity, -0.0].flatMap { bytes($0.bitPattern, 8, bigEndian: false) }
    let found = records(values, 8, SCAN_FLOAT64, SCAN_F64)
    #expect(found.values == [Double(0.1).bitPattern, Double(-0.0).bitPattern])
    #expect(found.offsets == [100, 124])
    #expect(
      found.bad == [
        Bad(offset: 108, length: 8, line: 1, field: 0, reason: SCAN_NOT_A_NUMBER),
        Bad(offset: 116, length: 8, line: 2, field: 0, reason: SCAN_OUT_OF_RANGE),
      ])
  }

  @Test func integersOutOfRangeAreMalformed() {
    let small = records([1, 200, 3, 100], 1, SCAN_INT32, SCAN_U8, range: 2...100)
    #expect(small.bad.map(\.line) == [0, 1])
    #expect(small.offsets == [102, 103])
    let extremes = bytes(UInt64.max, 8, bigEndian: false) + bytes(1 << 63, 8, bigEndian: false)
    #expect(records(extremes, 8, SCAN_INT64, SCAN_U64).bad.count == 2)
    #expect(records(extremes, 8, SCAN_INT64, SCAN_I64).values == [UInt64.max])
  }
}
