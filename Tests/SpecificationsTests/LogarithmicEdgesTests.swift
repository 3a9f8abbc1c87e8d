import Foundation
import Testing

@testable import Specifications

struct LogarithmicEdgesTests {
  private func edges(count: Int, from: Double, to: Double) throws -> [Double] {
    try #require(LogarithmicEdges(count: count, from: from, to: to)).all
  }

  @Test func `Edges of decades are whole`() throws {
    #expect(try edges(count: 3, from: 1, to: 1000) == [1, 10, 100, 1000])
    #expect(try edges(count: 4, from: 0.001, to: 10) == [0.001, 0.01, 0.1, 1, 10])
    #expect(try edges(count: 2, from: 1, to: 4) == [1, 2, 4])
    // The ends stay as they are typed.
    #expect(try edges(count: 1, from: 1.0 / 3, to: 2.0 / 3) == [1.0 / 3, 2.0 / 3])
  }

  @Test(arguments: [(60, 1.0, 1e6), (1000, 1e-9, 1e-3), (7, 3e-300, 3e300), (100_000, 1, 2), (13, 5e14, 5e17)])
  func `Each edge is where a logarithm says, to eleven digits`(count: Int, from: Double, to: Double) throws {
    let edges = try edges(count: count, from: from, to: to)
    #expect(edges.count == count + 1)
    let width = (log(to) - log(from)) / Double(count)
    for (number, edge) in edges.enumerated() {
      #expect(abs(log(edge) - (log(from) + Double(number) * width)) < 1e-11)
    }
    #expect(zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 })
  }

  /// Results of two machines are added only where their edges are the same.
  @Test func `Edges are the same on every machine`() throws {
    let edges = try edges(count: 60, from: 1, to: 1_000_000)
    #expect(edges[1] == 1.25892541179 && edges[7] == 5.01187233627 && edges[59] == 794328.234724)
  }

  @Test func `Ends that are too far apart have no edges`() {
    #expect(LogarithmicEdges(count: 4, from: 1e-310, to: 1e308) == nil)
  }
}
