import TestSupport
import Testing

/// The record formats, through the whole chain: what is read of bytes laid out by the test.
@Suite struct DecodingTests {
  /// Column `a` against `b`, row by row, of a record; `keys` are the record's other keys.
  private func points(_ record: String, _ bytes: [UInt8], plot: String = "a", against: String = "b") throws -> Outcome {
    try Job(
      "pipeline: p\nrecord: {\(record)}\nhistograms: {h: {plot: \(plot), against: \(against)}}\n"
    ).run(bytes: bytes)
  }

  private func text(_ record: String, _ rows: String) throws -> Outcome {
    try points("format: csv, \(record)", Array(rows.utf8))
  }

  private static let fields = "fields: {a: i32, b: f64}"
  private static let expected: [Double: Double] = [1.5: -7, 2: 8, -3.25: 2_000_000_000]

  @Test(arguments: [
    ("", "-7,1.5\n8,2\n2000000000,-3.25\n"),
    ("", "a,b\n-7,1.5\n8,2\n2000000000,-3.25"),
    ("", "a,b\r\n-7,1.5\r\n+8,2.000\r\n2000000000.0,-3.25\r\n"),
    ("", "\n\n-7 , 1.5\n  8,2e0\n\n2000000000,-325e-2\n\n"),
    ("", "b,a\n1.5,-7\n2,8\n-3.25,2000000000\n"),
    ("", "x,b,y,a,z\nq,1.5,,-7,1\n,2,w,8,1\n0,-3.25,0,2000000000,0\n"),
    ("", "\u{FEFF}a,b\n-7,1.5\n8,2\n2000000000,-3.25\n"),
    ("header: yes", "left,right\n-7,1.5\n8,2\n2000000000,-3.25\n"),
    ("header: no", "-7,1.5\n8,2\n2000000000,-3.25\n"),
    ("separator: ';'", "a;b\n-7;1.5\n8;2\n2000000000;-3.25\n"),
    ("separator: tab", "-7\t1.5\n8\t2\n2000000000\t-3.25\n"),
    ("separator: blanks", "a b\n  -7   1.5\n8\t \t2  \n2000000000 -3.25"),
    ("comment: '#'", "# run 1\na,b\n-7,1.5\n# pause\n8,2\n  # end\n2000000000,-3.25\n#"),
    ("comment: '//'", "// run 1\n-7,1.5\n8,2\n// two\n2000000000,-3.25\n"),
    ("quote: '\"'", "\"a\",\"b\"\n\"-7\",1.5\n8,\"2\"\n\"2000000000\",\"-3.25\"\n"),
  ])
  func `Text rows in every dress`(keys: String, rows: String) throws {
    let outcome = try text(Self.fields + (keys.isEmpty ? "" : ", \(keys)"), rows)
    #expect(outcome.products.points["h"] == Self.expected)
    #expect(outcome.products.counts["malformed"] == 0)
    #expect(outcome.products.counts["records"] == 3)
  }

  @Test func `Quoted texts may hold separators and doubled quotes`() throws {
    let job = Job(
      """
      pipeline: p
      record: {format: csv, quote: '"', fields: {name: text, a: u8}}
      histograms: {n: {of: a, bins: 'integers 0..9', per: name}}
      """)
    let outcome = try job.run(rows: "\"a,b\",1\nplain,2\n\"say \"\"hi\"\"\",3\n\"\",4\n")
    #expect(Set(outcome.messages[0].histograms.keys) == ["n/a,b", "n/plain", "n/say \"hi\"", "n/"])
    #expect(outcome.products.counts["malformed"] == 0)
  }

  @Test(arguments: [false, true], [0, 5])
  func `Words of either byte order, signed and unsigned, behind a header`(isBig: Bool, skip: Int) throws {
    // 5 bits, 12 signed bits, 20 bits; 3 bits above are not looked at.
    let rows: [(Int, Int, Int)] = [(31, -2048, 1_048_575), (0, 2047, 0), (7, -1, 5), (1, 0, 77)]
    var bytes = [UInt8](repeating: 0xEE, count: skip)
    for (a, b, c) in rows {
      let word = UInt64(a) | UInt64(b & 0xFFF) << 5 | UInt64(c) << 17 | 5 << 37
      let little = (0..<5).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
      bytes += isBig ? little.reversed() : little
    }
    let keys =
      "format: words, bytes: 5, skip: \(skip), order: \(isBig ? "big" : "little"), fields: {a: 5, b: 12 signed, c: 20}"
    let ab = try points(keys, bytes)
    #expect(ab.products.points["h"] == Dictionary(uniqueKeysWithValues: rows.map { (Double($0.1), Double($0.0)) }))
    let cb = try points(keys, bytes, plot: "c")
    #expect(cb.products.points["h"] == Dictionary(uniqueKeysWithValues: rows.map { (Double($0.1), Double($0.2)) }))
    let range = try #require(cb.messages[0].source.offsets.values.first)
    #expect(range == [Int64(skip), Int64(bytes.count)])
  }

  @Test(arguments: [false, true], [0, 16])
  func `Records of every type, behind a header, with padding`(isBig: Bool, skip: Int) throws {
    var bytes = [UInt8](repeating: 0xFF, count: skip)
    func put<T: FixedWidthInteger>(_ value: T) {
      withUnsafeBytes(of: isBig ? value.bigEndian : value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    let rows: [(UInt8, Int16, UInt32, Int64, Float, Double)] = [
      (255, -32768, .max, Int64.max, 1.25, -1e300), (0, 32767, 0, -Int64.max, -0.5, 2.5), (7, -1, 77, 12, 3e30, 0),
    ]
    for row in rows {
      put(row.0)
      put(row.1)
      put(row.2)
      put(row.3)
      put(row.4.bitPattern)
      put(row.5.bitPattern)
      bytes += [0xFF, 0xFF, 0xFF]
    }
    let keys =
      "format: records, skip: \(skip), bytes: 30, order: \(isBig ? "big" : "little"), "
      + "fields: {a: u8, b: i16, c: u32, d: i64, e: f32, f: f64}"
    let columns: [(String, [Double])] = [
      ("b", rows.map { Double($0.1) }), ("c", rows.map { Double($0.2) }), ("d", rows.map { Double($0.3) }),
      ("e", rows.map { Double($0.4) }), ("f", rows.map(\.5)),
    ]
    for (name, values) in columns {
      let outcome = try points(keys, bytes, plot: name, against: "a")
      #expect(
        outcome.products.points["h"] == Dictionary(uniqueKeysWithValues: zip(rows.map { Double($0.0) }, values)),
        "\(name)")
    }
  }
}
