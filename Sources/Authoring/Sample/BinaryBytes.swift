/// The bytes of a sample as records of one length, and what each byte of them does.
struct RecordBytes {
  let bytes: [UInt8]
  let width: Int
  let skip: Int
  /// Whole records.
  let count: Int

  init(_ bytes: [UInt8], width: Int, skip: Int) {
    self.bytes = bytes
    self.width = width
    self.skip = skip
    count = max(0, (bytes.count - skip) / width)
  }

  @inline(__always)
  func byte(_ record: Int, _ place: Int) -> UInt8 { bytes[skip + record * width + place] }

  /// A whole number of a record.
  func integer(_ record: Int, at offset: Int, bytes size: Int, isBig: Bool, isSigned: Bool) -> Int64 {
    var value: UInt64 = 0
    for i in 0..<size { value |= UInt64(byte(record, offset + (isBig ? size - 1 - i : i))) << UInt64(8 * i) }
    if isSigned, size < 8, value >> UInt64(8 * size - 1) == 1 { value |= ~UInt64(0) << UInt64(8 * size) }
    return Int64(bitPattern: value)
  }

  /// For each byte of a record the share of records in which it differs from the one before.
  func changes(_ records: Range<Int>) -> [Double] {
    var changes = [Int](repeating: 0, count: width)
    for record in records.dropFirst() {
      for place in 0..<width where byte(record, place) != byte(record - 1, place) { changes[place] += 1 }
    }
    return changes.map { Double($0) / Double(max(1, records.count - 1)) }
  }

  /// What values a byte of a record has.
  struct Values {
    var count = 0
    /// Bytes near 0 and near 255, and none between: the high end of small numbers of both signs.
    var isSigned = false
  }

  func values(_ records: Range<Int>) -> [Values] {
    (0..<width).map { place in
      var seen = [Bool](repeating: false, count: 256)
      for record in records { seen[Int(byte(record, place))] = true }
      return Values(count: seen.count { $0 }, isSigned: seen[0] && seen[255] && !seen[8..<248].contains(true))
    }
  }
}

/// How long the records of a file are, and how long the header before them is.
enum RecordLength {
  static let longest = 128
  private static let mostBytes = 1 << 18
  private static let longestHeader = 8192

  /// The length at which bytes are most alike to those one record on. Multiples of it are as good; the shortest counts.
  static func find(_ bytes: [UInt8]) -> Int? {
    // The middle: a header is at the front.
    let start = min(bytes.count / 4, longestHeader)
    let part = bytes[start..<min(bytes.count, start + mostBytes)]
    guard part.count >= 64 else { return nil }
    let scores = bytes.withUnsafeBufferPointer { all -> [Double] in
      (1...min(longest, part.count / 4)).map { period in
        var same = 0
        for index in part.startIndex..<(part.endIndex - period) where all[index] == all[index + period] { same += 1 }
        return Double(same) / Double(part.count - period)
      }
    }
    guard let best = scores.max(), best > 0.05 else { return nil }
    let mean = scores.reduce(0, +) / Double(scores.count)
    guard best > mean * 1.05 + 0.01 || best > 0.9 else { return nil }
    // Near enough to the best: a field that changes slowly is as much alike after one record as after two.
    return scores.firstIndex { $0 >= mean + 0.85 * (best - mean) }.map { $0 + 1 }
  }

  /// Where the records begin: what is before them does not look like them.
  static func header(_ bytes: [UInt8], width: Int, size: Int64?) -> Int {
    let phase = size.map { Int($0 % Int64(width)) } ?? 0
    let limit = min(bytes.count, longestHeader + 2000 * width)
    let body = RecordBytes(Array(bytes[..<limit]), width: width, skip: phase)
    guard body.count >= 8 else { return phase }
    // From the middle, which is surely records, towards the front. Bytes of little variety tell records from what is none.
    let half = body.count / 2
    var seen = (0..<width).map { _ in [Bool](repeating: false, count: 256) }
    func note(_ record: Int) { for place in 0..<width { seen[place][Int(body.byte(record, place))] = true } }
    for record in half..<body.count { note(record) }
    let telling = (0..<width).filter { place in seen[place].count { $0 } <= 32 }
    guard !telling.isEmpty else { return phase }
    /// A counter that has grown since is near the values that were seen.
    func fits(_ record: Int) -> Bool {
      telling.allSatisfy { place in
        let value = Int(body.byte(record, place))
        return (-3...3).contains { seen[place][(value + $0) & 255] }
      } && (0..<width).contains { body.byte(record, $0) != 0 }
    }
    /// Whether the records before this one are records as well, only that something has jumped in between: they are alike
    /// to each other, and not all the same as a filled header is.
    func isJump(_ record: Int) -> Bool {
      guard record >= 16 else { return false }
      var isSame = true
      for other in record - 15..<record {
        let alike = telling.count { place in
          let step = abs(Int(body.byte(other, place)) - Int(body.byte(other - 1, place)))
          return step <= 3 || step >= 253
        }
        if alike < telling.count { return false }
        if (0..<width).contains(where: { body.byte(other, $0) != body.byte(other - 1, $0) }) { isSame = false }
      }
      return !isSame
    }
    var first = half
    while first > 0, fits(first - 1) || isJump(first) {
      first -= 1
      note(first)
    }
    return phase + first * width
  }
}
