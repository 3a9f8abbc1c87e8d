import TestSupport
import Testing

/// Bins at the ends of what floats can tell apart: an error before the first row, or counts that are right.
@Suite struct BinLimitsTests {
  private static func job(_ bins: String, _ type: String) -> Job {
    Job("pipeline: p\nrecord: {format: csv, fields: {a: \(type)}}\nhistograms: {h: {of: a, bins: \(bins)}}\n")
  }

  @Test(
    arguments: [
      ("1 from 0 to 1e-320", "the bins are narrower than the numbers can tell apart"),
      ("1 from -1e308 to 1e308", "too far apart to compute with"),
      ("1000 from 1000000000000000000 to 1000000000000001000", "the bins are narrower than the numbers can tell apart"),
      ("integers 9223372036854775806..9223372036854775807", "is too far from 0 for one bin an integer"),
      ("integers -9223372036854775808..-9223372036854775807", "is too far from 0 for one bin an integer"),
      ("integers 9007199254740992..9007199254740992", "is too far from 0 for one bin an integer"),
      ("[-1e308, 0, 1e308]", "the edges are too far apart to compute with"),
    ], ["u8", "i64", "f64"])
  func `Bins that floats cannot hold are an error`(bins: (written: String, message: String), type: String) {
    let error = #expect(throws: Job.Refused.self) { try Self.job(bins.written, type).run(rows: "1\n") }
    #expect(error?.description.contains(bins.message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("10 from 0 to 1e-300", "f64", "0\n1e-301\n1e-300\n-1e-301\n", 2, 1.0, 1.0),
    ("1 from 1e300 to 1e301", "f64", "0\n1e300\n1e301\n5e300\n", 2, 1, 1),
    (
      "integers 9007199254740990..9007199254740991", "i64", "9007199254740990\n9007199254740991\n9007199254740992\n0\n",
      2, 1, 1
    ),
    ("2 from 0.1 to 0.3", "f64", "0.1\n0.2\n0.3\n0.09\n", 2, 1, 1),
    ("70000 from 0 to 70000", "u32", "0\n69999\n70000\n4294967295\n", 2, 0, 2),
    ("70000 from 0 to 70000", "i32", "0\n69999\n70000\n-2147483648\n", 2, 1, 1),
  ])
  func `Bins at the limits count what lies in them`(
    bins: String, type: String, rows: String, inside: Double, below: Double, above: Double
  ) throws {
    let h = try #require(try Self.job(bins, type).run(rows: rows).histogram("h"))
    #expect(h.bins?.reduce(0, +) == inside)
    #expect(h.underflow == below)
    #expect(h.overflow == above)
    #expect(h.unknown == 0)
  }
}
