import Foundation
import TestSupport
import Testing

@Suite("2D histograms")
struct MapTests {
  private static let rows = "2,0,1,100,0,0\n2,0,1,100,1,0\n2,0,3,100,1,0\n2,0,9,100,1,0\n2,1,128,100,0,0\n"

  private func map(_ keys: String) throws -> [String: Any] {
    let outcome = try Job(
      """
      pipeline: map
      uses: [detectors/minidt]
      histograms:
        map: {of: [wire, BX_COUNTER], bins: [4 from 0 to 4, 2 from 0 to 2]\(keys)}
      """
    ).run(rows: Self.rows)
    let message = try #require(JSONSerialization.jsonObject(with: outcome.lines[0]) as? [String: Any])
    return try #require((message["histograms"] as? [String: [String: Any]])?["map"])
  }

  @Test("bins hold the numbers of hits, and flow bins and unknown values those outside")
  func counts() throws {
    let map = try map("")
    #expect(map["bin_counts"] as? [[Double]] == [[0, 0], [1, 1], [0, 0], [0, 1]])
    #expect(map["x_overflow"] as? [Double] == [0, 0, 1, 0])
    #expect(map["x_underflow"] as? [Double] == [0, 0, 0, 0])
    #expect(map["unknown"] as? Int == 1)
  }

  @Test("with a weight, bins hold the sums of weights")
  func weights() throws {
    let map = try map(", weight: 2.5 * BX_COUNTER")
    #expect(map["bin_counts"] as? [[Double]] == [[0, 0], [0, 2.5], [0, 0], [0, 2.5]])
    #expect(map["x_overflow"] as? [Double] == [0, 0, 2.5, 0])
  }

  @Test("with a weight, the sums of squared weights are published, and the numbers of hits")
  func variances() throws {
    let map = try map(", weight: 2.5 * BX_COUNTER + 1")
    #expect(map["bin_variances"] as? [[Double]] == [[0, 0], [1, 12.25], [0, 0], [0, 12.25]])
    #expect(map["bin_entries"] as? [[Double]] == [[0, 0], [1, 1], [0, 0], [0, 1]])
    #expect(map["x_overflow_variance"] as? [Double] == [0, 0, 12.25, 0])
    #expect(map["y_underflow_variance"] as? [Double] == [0, 0, 0, 0])
    #expect(map["unknown"] as? Int == 1)
  }
}
