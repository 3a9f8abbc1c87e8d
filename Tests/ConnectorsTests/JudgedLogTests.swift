import Results
import Testing

@testable import Connectors

/// A run that publishes to a log, and what it makes of what it reads and of what is delivered. Times are in seconds.
final class JudgedLogTests {
  private var log = JudgedLog(name: "topic results")

  /// The run has claimed two partitions with epoch 1, at offset 0.
  init() {
    log.begin(ResultFold(pipeline: "p"), next: 0, sinceSnapshot: 0, now: 0)
    let (epoch, after) = log.epochs(of: ["0", "1"], input: "hits", run: "r")
    log.begin(JudgedLog.Claim(input: "hits", partitions: ["0", "1"], epoch: epoch))
    let claim = ClaimMessage(pipeline: "p", run: "r", .claim(input: "hits", epoch: epoch, after: after))
    _ = log.take(.claim(claim), at: 0, now: 0)
  }

  private static func nanoseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1e9) }

  private static func result(_ number: Int64, of partitions: [String] = ["0", "1"]) -> LogMessage {
    var source = ResultHead.Source(name: "hits")
    source.topic = "hits"
    for partition in partitions { source.resume[partition] = 10 * number }
    var head = ResultHead(
      pipeline: "p", run: "r", window: ResultHead.Window(index: number, kind: .span), counts: [], source: source)
    head.claim = ResultHead.Claim(epoch: 1, number: number)
    return .result(head)
  }

  private func deliver(_ token: Int, at offset: Int64, _ message: LogMessage, time: Double = 0) {
    log.deliver(token, at: offset, message, now: Self.nanoseconds(time))
  }

  private func take(_ message: LogMessage, at offset: Int64) -> [JudgedLog.Outcome] {
    log.take(message, at: offset, now: 0)
  }

  private func judge(endAsked time: Double) -> [JudgedLog.Outcome] { log.judge(endAsked: Self.nanoseconds(time)) }

  private func needsEnd(since asked: Double, at time: Double) -> Bool {
    log.needsEnd(since: Self.nanoseconds(asked), now: Self.nanoseconds(time))
  }

  /// The times at which the log gives a snapshot, of some at which it is asked for one.
  private func snapshots(at times: [Double], isLast: Bool = false) -> [Double] {
    var found: [Double] = []
    for time in times where log.snapshot(now: Self.nanoseconds(time), isLast: isLast) != nil { found.append(time) }
    return found
  }

  @Test func `What is delivered in its turn counts`() {
    #expect(log.claim?.isGood == true)
    deliver(7, at: 1, Self.result(1))
    #expect(!log.hasJudgedAll)
    #expect(take(Self.result(1), at: 1) == [.counts(token: 7)])
    #expect(log.hasJudgedAll)
  }

  @Test func `A message that is missing makes those behind it void, and ends the claim`() {
    deliver(8, at: 1, Self.result(2))
    #expect(
      take(Self.result(2), at: 1) == [
        .met(offset: 1, run: "r", .missing(after: 0, found: 2)), .isVoid(token: 8),
        .lost(.missing(log: "topic results", number: 1)),
      ])
  }

  /// The end of the log is reported once: before the message came, it says nothing of it.
  @Test(arguments: [true, false])
  func `A message without an offset is void only at an end that is asked for long after it`(isThere: Bool) {
    deliver(7, at: -1, Self.result(1), time: 100)
    #expect(judge(endAsked: 1) == [])
    #expect(!needsEnd(since: 1, at: 101))
    #expect(needsEnd(since: 1, at: 103))
    #expect(!needsEnd(since: 103, at: 110))
    #expect(judge(endAsked: 101) == [])
    if isThere {
      #expect(take(Self.result(1), at: 1) == [.counts(token: 7)])
    } else {
      #expect(judge(endAsked: 103) == [.isVoid(token: 7), .lost(.missing(log: "topic results", number: 1))])
    }
  }

  /// Its group may have taken a partition that the claim names first.
  @Test func `A message that covers some of the claim's partitions counts`() {
    deliver(7, at: 1, Self.result(1, of: ["1"]))
    #expect(take(Self.result(1, of: ["1"]), at: 1) == [.counts(token: 7)])
  }

  @Test func `Another run's claim ends this one's`() {
    let claim = ClaimMessage(pipeline: "p", run: "other", .claim(input: "hits", epoch: 2, after: ["1": 1]))
    #expect(take(.claim(claim), at: 1) == [.lost(.taken(log: "topic results", by: "other", partition: "1"))])
    #expect(log.claim?.isLost == true)
  }

  // MARK: Snapshots

  @Test func `A snapshot comes a minute after news`() {
    #expect(snapshots(at: [100]) == [])
    log.keepsSnapshots = true
    #expect(snapshots(at: [1, 59, 60, 61]) == [60])
  }

  @Test func `A run ends with a snapshot, if there is news`() {
    log.keepsSnapshots = true
    #expect(snapshots(at: [1], isLast: true) == [1])
    #expect(snapshots(at: [2], isLast: true) == [])
  }

  /// Retention takes what is old, also where nothing new comes: a log without a snapshot says no more what is published.
  @Test func `Without news there is a snapshot every hour`() {
    log.keepsSnapshots = true
    #expect(snapshots(at: [60, 120, 3_600, 3_660, 3_661, 7_259, 7_260]) == [60, 3_660, 7_260])
  }
}
