import ChainExecution
import Connectors
import Results

/// Claims the input of a run's sources, in all sinks that keep results.
///
/// A message names all partitions of the run, so all sources share one claim. When the partitions of one source change,
/// everything is claimed again, and every source begins again. Only the reading thread uses it.
final class InputClaims {
  private let request: ClaimRequest
  /// Where results go.
  var sinks: [any ResultSink] = []
  private let ownership: Ownership
  private let window: WindowPlan
  private let tell: (String) -> Void

  /// By the sources' numbers.
  private var partitions: [Int: [String]] = [:]
  /// Counts claims, and partitions given up.
  private var generation = 0
  /// The generation of the claim that each source uses, or is about to use.
  private var asked: [Int: Int] = [:]
  private var begun: Set<Int> = []
  private var answer = ClaimAnswer.nothingKept
  /// Whether the claim is used up: it was refused or given up, or results may have been published under it.
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

  /// Claims partitions of a source together with those of the others, and returns what is published of them. `name`
  /// stands before the names of its partitions if there are several sources.
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

  /// Gives up the partitions of a source: its group has revoked them. Those of the others must be claimed again.
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
      // Two runs may claim several logs at a time: a run that has lost one must not claim the next.
      request.isOwner = { [before = sinks[..<number]] in before.allSatisfy { $0.holdsClaim() } && isOwner() }
      answers.append(try sink.claim(request))
    }
    answer = answers.first { $0 != .nothingKept } ?? .nothingKept
    if answers.contains(.refused) { answer = .refused }
    isUsed = answer == .refused
  }

  /// Whether a source still uses a claim that a newer one has replaced.
  func isOutdated(source: Int) -> Bool { !(partitions[source] ?? []).isEmpty && asked[source] != generation }

  /// Notes that from here on a source reads what it has claimed. Returns whether this holds for all sources, so that
  /// windows may be published.
  func begin(source: Int) -> Bool {
    begun.insert(source)
    let reading = partitions.filter { !$0.value.isEmpty }.keys
    let isWhole = !isUsed && reading.allSatisfy { asked[$0] == generation && begun.contains($0) }
    if isWhole { isUsed = true }
    return isWhole
  }
}
