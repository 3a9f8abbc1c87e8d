import Foundation
import JSON
import Histograms
import Testing

/// Sums of two histograms of messages. Tests/Vectors/merging.json has the parts and what they come to; the page and the
/// Python package are tested with the same file. `HITMON_REWRITE_GOLDEN=1` writes the sums as they are.
struct MergingTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Vectors/merging.json").standardized

  /// What stands in the file, in its order.
  private static func cases() throws -> [[String: Any]] {
    try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [[String: Any]])
  }

  private static func read(_ plain: Any) throws -> ResultHistogram {
    let bytes = try JSONSerialization.data(withJSONObject: plain)
    return try bytes.withUnsafeBytes { bytes in
      var reader = JSONReader(bytes)
      return try ResultHistogram(reading: &reader)
    }
  }

  private static func plain(_ histogram: ResultHistogram) throws -> [String: Any] {
    var writer = JSONWriter()
    histogram.write(to: &writer)
    return try #require(JSONSerialization.jsonObject(with: Data(writer.bytes)) as? [String: Any])
  }

  /// The sum of the parts, in either order; nil, with why, where they cannot be added.
  private static func sum(_ parts: [Any]) throws -> (sum: [String: Any]?, refused: String?) {
    let first = try read(parts[0]), second = try read(parts[1])
    var sum = first, reverse = second
    do throws(ResultError) {
      try sum.add(second, pointLimit: nil)
    } catch {
      #expect(throws: ResultError.self) { try reverse.add(first, pointLimit: nil) }
      return (nil, error.description)
    }
    try reverse.add(first, pointLimit: nil)
    let found = try plain(sum)
    #expect(try plain(reverse) as NSDictionary == found as NSDictionary)
    return (found, nil)
  }

  @Test func `Parts come to the sums of the file`() throws {
    var cases = try Self.cases()
    #expect(cases.count > 20)
    let rewrites = ProcessInfo.processInfo.environment["HITMON_REWRITE_GOLDEN"] != nil
    for (index, one) in cases.enumerated() {
      let name = try #require(one["name"] as? String)
      let found = try Self.sum(try #require(one["parts"] as? [Any]))
      if rewrites {
        cases[index]["sum"] = found.sum
        cases[index]["refused"] = found.refused
      } else {
        #expect(found.refused == one["refused"] as? String, "\(name)")
        #expect(found.sum as NSDictionary? == one["sum"] as? NSDictionary, "\(name)")
      }
    }
    if rewrites {
      // A line for each case, so that a change shows which.
      let lines = try cases.map {
        String(decoding: try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys), as: UTF8.self)
      }
      try "[\n\(lines.joined(separator: ",\n"))\n]\n".write(to: Self.file, atomically: true, encoding: .utf8)
    }
  }

  /// Numbers that a reader can add up, so that the file is not only what the code says of itself.
  @Test func `The file's sums are right`() throws {
    let cases = try Self.cases()
    func sum(_ name: String) throws -> [String: Any] {
      let found = cases.first { $0["name"] as? String == name }
      return try #require(found?["sum"] as? [String: Any])
    }
    let bins = try sum("bins of numbers")
    #expect(bins["bin_counts"] as? [Int] == [11, 22, 33])
    #expect([bins["underflow"], bins["overflow"], bins["unknown"]] as? [Int] == [44, 55, 66])
    let categories = try sum("a category more on either side")
    #expect((categories["axis"] as? [String: Any])?["categories"] as? [String] == ["A", "B", "C"])
    #expect(categories["bin_counts"] as? [Int] == [11, 2, 20])
    let weights = try sum("weights")
    #expect(weights["bin_counts"] as? [Double] == [0.5, 3.5, 4])
    #expect(weights["bin_variances"] as? [Double] == [0.25, 6.25, 16])
    let profile = try sum("a profile")
    // 1, 2 and 3; 4 and 8: means 2 and 6, variances 1 and 8.
    #expect(profile["mean"] as? [Double] == [2, 6])
    #expect(profile["sum_of_squared_deviations"] as? [Double] == [2, 8])
    #expect(profile["overflow_sum"] as? Int == 16)
    let map = try sum("two axes")
    #expect(map["bin_counts"] as? [[Int]] == [[1, 2], [13, 24], [30, 40]])
    let means = try sum("a profile of two axes")
    // 1, 3 and 2; 7, 9 and 11: means 2 and 9, and none where no row was.
    #expect(means["bin_counts"] as? [[Int]] == [[2, 1], [1, 3], [2, 0]])
    #expect((means["mean"] as? [[Any]])?[1] as? [Double] == [2, 9])
    #expect((means["sum_of_squared_deviations"] as? [[Double]])?[1] == [0, 8])
    let refused = cases.filter { $0["refused"] != nil }.compactMap { $0["name"] as? String }
    #expect(
      refused == [
        "bins with other edges", "bins in another unit", "numbers and categories",
        "overflow of one that lacks a category", "overflow of both, and the second lacks one",
        "weights in the overflow of one that lacks a category",
        "weights that cancel in the overflow of one that lacks a category", "weights in one alone",
        "a profile with overflow that lacks a category", "a profile with its mean in another unit",
        "a profile and bins", "two axes with overflow of x that lacks a category", "points in another unit",
        "a profile of two axes with overflow of x that lacks a category",
        "a profile of two axes with its mean in another unit", "a profile of two axes and counts of two axes",
      ])
  }
}
