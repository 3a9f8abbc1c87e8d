import ChainExecution
import Connectors
import Results

/// Claims what the sources of a run read, in all sinks that keep results.
///
/// A message names all partitions of the run, so all sources have one claim: when the partitions of one change, everything is
/// claimed again, and every source begins again. The thread that reads uses it.
final class InputClaims {
  private let request: ClaimRequest
  /// Where results go.
  var sinks: [any ResultSink] = []
  private let ownership: Ownership
  private let window: WindowPlan
  private let tell: (String) -> Void

  /// By the sources' numbers.
  private var partitions: [Int: [String]] = [:]
  /// Counts claims.
  private var generation = 0
  /// The claim that each source has begun to go by, or is about to.
  private var asked: [Int: Int] = [:]
  private var begun: Set<Int> = []
  private var answer = ClaimAnswer.nothingKept
  /// Whether something may have been published in the claim's right.
  private var isUsed = true

  /// - Parameter input: see ``ClaimRequest/input``.
  init(
    pipeline: String, input: String, ownership: Ownership, window: WindowPlan,
    tell: @escaping (String) -> Void
  ) {
    request = ClaimRequest(pipeline: pipeline, input: input, partitions: [])
    self.ownership = ownership
    self.window = window
    self.tell = tell
  }

  /// Claims partitions of a source beside those of the others, and gives what is published of them. `name` stands before
  /// the names of its partitions, where there are several sources.
  func claim(
    _ numbers: [Int], ofSource source: Int, name: String?, isOwner: @escaping () -> Bool
  ) throws -> ClaimAnswer {
    ownership.wait()
    let names = numbers.map { number in name.map { "\($0)/\(number)" } ?? String(number) }
    let isClaimed = partitions[source] == names && !isUsed && asked[source] != generation
    partitions[source] = names
    if !isClaimed { try claimAll(isOwner) }
    asked[source] = generation
    guard case .record(let record) = answer else { return answer }
    let fitted = record.of(source: name).fitted(to: window)
    if !fitted.isSame { tell("the published results have other windows: rows at the edge may count in both") }
    return .record(fitted.record)
  }

  /// Names the partitions of a source no more: its group has taken them. Those of the others are to be claimed again.
  func release(source: Int) {
    partitions[source] = []
    generation += 1
    isUsed = true
  }

  private func claimAll(_ isOwner: @escaping () -> Bool) throws {
    ownership.forgetLoss()
    generation += 1
    begun = []
    var request = request
    request.partitions = partitions.values.flatMap(\.self).sorted()
    var answers: [ClaimAnswer] = []
    for (number, sink) in sinks.enumerated() {
      // Two runs that claim several logs at a time: who has lost one takes none of the other.
      request.isOwner = { [before = sinks[..<number]] in before.allSatisfy { $0.holdsClaim() } && isOwner() }
      answers.append(try sink.claim(request))
    }
    answer = answers.first { $0 != .nothingKept } ?? .nothingKept
    if answers.contains(.refused) { answer = .refused }
    isUsed = answer == .refused
  }

  /// Whether a source goes by a claim that another has taken the place of.
  func isOutdated(source: Int) -> Bool { !(partitions[source] ?? []).isEmpty && asked[source] != generation }

  /// Notes that what is read of a source from here on is what it has claimed. Gives whether that holds of all sources, and
  /// so windows may be published.
  func begin(source: Int) -> Bool {
    begun.insert(source)
    let reading = partitions.filter { !$0.value.isEmpty }.keys
    let isWhole = !isUsed && reading.allSatisfy { asked[$0] == generation && begun.contains($0) }
    if isWhole { isUsed = true }
    return isWhole
  }
}
