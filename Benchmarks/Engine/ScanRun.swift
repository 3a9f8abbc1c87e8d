import CScan

/// Decoding alone: the functions of CScan over rows in memory, in batches as the operators take them.
struct ScanRun {
  let name: String
  /// Gives the rows decoded.
  let run: () -> Int

  private static let batch = 4096
  private static let uppers: [Int64] = [255, 255, 65_535, 4_294_967_295, 65_535, 0]

  static func all(_ rows: Rows) -> [ScanRun] {
    let none = [SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_SKIP]
    let required = [SCAN_INT32, SCAN_INT32, SCAN_INT32, SCAN_INT64, SCAN_SKIP, SCAN_SKIP]
    let all = [SCAN_INT32, SCAN_INT32, SCAN_INT32, SCAN_INT64, SCAN_INT32, SCAN_FLOAT64]
    let float = [SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_FLOAT64]
    return [
      ScanRun(name: "scan rows, no field") { text(rows.text[0], none) },
      ScanRun(name: "scan rows, four integers") { text(rows.text[0], required) },
      ScanRun(name: "scan rows, all fields") { text(rows.text[0], all) },
      ScanRun(name: "scan rows, a float with six decimals") { text(rows.fractions[0], float) },
      ScanRun(name: "scan words") { words(rows.words[0]) },
    ]
  }

  /// Room for six columns of a batch.
  private static func withColumns<Result>(_ body: ([UnsafeMutableRawPointer]) -> Result) -> Result {
    let columns = (0..<7).map { _ in
      UnsafeMutableRawPointer.allocate(byteCount: batch * 8 + 64, alignment: 64)
    }
    defer { for column in columns { column.deallocate() } }
    return body(columns)
  }

  private static func text(_ text: [UInt8], _ lanes: [scan_lane]) -> Int {
    withColumns { columns in
      var format = scan_format(separator: 44, quote: 0, comment: nil)
      let fields = lanes.indices.map { index in
        scan_field(
          lane: lanes[index], single: index == 5 ? 1 : 0, lower: 0, upper: uppers[index],
          column: lanes[index] == SCAN_SKIP ? nil : columns[index])
      }
      var rows = 0
      text.withUnsafeBytes { bytes in
        let start = bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
        var done = 0
        while done < bytes.count {
          let result = scan_csv(
            start + done, bytes.count - done, &format, fields, 6, batch,
            columns[6].assumingMemoryBound(to: UInt32.self), nil, 0, UInt32(done))
          rows += result.rows
          done += result.consumed
        }
      }
      return rows
    }
  }

  private static func words(_ words: [UInt8]) -> Int {
    withColumns { columns in
      let fields = zip([(0, 5), (5, 12), (17, 32), (49, 9), (58, 3), (61, 3)], columns).map { place, column in
        scan_bits(
          lane: place.1 > 31 ? SCAN_INT64 : SCAN_INT32, shift: UInt8(place.0), bits: UInt8(place.1), is_signed: 0,
          column: column)
      }
      let count = words.count / 8
      words.withUnsafeBufferPointer { bytes in
        for done in stride(from: 0, to: count, by: batch) {
          scan_words(bytes.baseAddress! + 8 * done, min(batch, count - done), 8, 0, fields, 6)
        }
      }
      return count
    }
  }
}
