import ChainExecution
import Connectors
import Results
import Testing

@testable import Runtime

/// Two sources of a run, each with a group that gives it partitions and takes them.
struct InputClaimsTests {
  /// A sink that grants every claim, if the run has what it claims.
  private final class Sink: ResultSink {
    let name = "sink"
    var claimed: [[String]] = []
    var isLost = false
    func holdsClaim() -> Bool { !isLost }
    func write(_ message: UnsafeRawBufferPointer, number: Int) throws {}
    func claim(_ request: ClaimRequest) throws -> ClaimAnswer {
      guard request.isOwner() else { return .refused }
      claimed.append(request.partitions)
      return .record(PublishedRecord())
    }
    func close() throws {}
  }

  private let ownership = Ownership()
  private let sink = Sink()
  private let claims: InputClaims

  init() {
    claims = InputClaims(pipeline: "p", input: "a,b", ownership: ownership, window: .all, tell: { _ in })
    claims.sinks = [sink]
  }

  private func claim(_ source: Int, _ partitions: [Int]) throws {
    _ = try claims.claim(partitions, ofSource: source, name: ["a", "b"][source], isOwner: { true })
  }

  /// Gives whether windows may be published from here on, as the run's publisher hears it.
  private func begin(_ source: Int) -> Bool {
    let isWhole = claims.begin(source: source)
    if isWhole { ownership.begin() }
    return isWhole
  }

  @Test func `Everything is claimed again when the partitions of one source change`() throws {
    try claim(0, [0])
    #expect(begin(0))
    try claim(1, [0, 1])
    #expect(claims.isOutdated(source: 0))
    #expect(!begin(1))
    // The first source begins again, and goes by the same claim.
    try claim(0, [0])
    #expect(begin(0))
    #expect(sink.claimed == [["a/0"], ["a/0", "b/0", "b/1"]])
    #expect(ownership.holds())
  }

  @Test func `Partitions that a group has taken are not claimed any more`() throws {
    try claim(0, [0])
    try claim(1, [0])
    _ = begin(1)
    try claim(0, [0])
    #expect(begin(0))
    claims.release(source: 0)
    #expect(!claims.isOutdated(source: 0) && claims.isOutdated(source: 1))
    #expect(!begin(0))
    try claim(1, [0])
    #expect(begin(1))
    #expect(sink.claimed.last == ["b/0"])
  }

  @Test func `Who has lost the claim of one sink takes none of another`() throws {
    let second = Sink()
    claims.sinks = [sink, second]
    sink.isLost = true
    try claim(0, [0])
    #expect(!begin(0))
    #expect(sink.claimed == [["a/0"]] && second.claimed == [])
    sink.isLost = false
    try claim(0, [0])
    #expect(begin(0))
    #expect(second.claimed == [["a/0"]])
  }

  @Test func `A claim that is lost before both sources go by it stays lost`() throws {
    try claim(0, [0])
    try claim(1, [0])
    _ = begin(1)
    ownership.lose(.taken(log: "l", by: "other", partition: "a/0"))
    // The same claim.
    try claim(0, [0])
    #expect(begin(0))
    #expect(!ownership.holds())
    // All is claimed again.
    try claim(0, [0])
    #expect(!begin(0))
    try claim(1, [0])
    #expect(begin(1))
    #expect(ownership.holds())
  }
}
