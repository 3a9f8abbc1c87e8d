import Kafka
import Support
import Synchronization

/// What a client hears of its brokers: tells the user when they are away and when they are back, and keeps an error that
/// trying again does not mend.
package final class BrokerWatch: Sendable {
  private struct State {
    var isAway = false
    var isIgnoring = false
    /// Since when no question was answered, on the monotonic clock.
    var silentSince: Int64?
    var permanent: KafkaError?
    /// Why the last connection failed.
    var reason: String?
  }

  /// How long an answer may take before it is worth a word, in nanoseconds.
  private static let patience: Int64 = 2_000_000_000

  /// What messages call the brokers' use.
  package let name: String
  private let tell: @Sendable (String) -> Void
  private let state = Mutex(State())

  /// `name`: what messages call the brokers' use, such as "topic dt-hits on localhost:9092".
  package init(_ name: String, tell: @escaping @Sendable (String) -> Void) {
    self.name = name
    self.tell = tell
  }

  /// Takes what a client reports.
  package func hear(_ event: KafkaEvent) {
    if state.withLock({ $0.isIgnoring }) { return }
    switch event {
    case .brokersAway: isAway(because: "none can be reached")
    case .brokersBack: isBack()
    case .error(let error) where error.isPermanent && !error.isUnknownTopic:
      state.withLock { $0.permanent = $0.permanent ?? error }
    case .error(let error) where error.isOfConnection: state.withLock { $0.reason = Self.words(error) }
    case .error, .log: break
    }
  }

  /// The reason without librdkafka's names before it and its state behind: "Connect to ipv4#127.0.0.1:9092 failed:
  /// Connection refused".
  private static func words(_ error: KafkaError) -> String {
    let text = error.message
    var words = text[...]
    if let colon = words.firstRange(of: ": "), !words[..<colon.lowerBound].contains(" ") {
      words = words[colon.upperBound...]
    }
    if let state = words.firstRange(of: " (after ") { words = words[..<state.lowerBound] }
    return String(words)
  }

  /// Passes over what clients report meanwhile.
  func ignoring(_ body: () -> Void) {
    state.withLock { $0.isIgnoring = true }
    body()
    state.withLock { $0.isIgnoring = false }
  }

  /// Whether the brokers do not answer, as far as is known.
  package var areAway: Bool { state.withLock { $0.isAway } }

  /// Notes that the brokers do not answer; told once. `reason` is told if no connection has given a better one.
  package func isAway(because reason: String) {
    let (isNew, reason) = state.withLock { state in
      defer { state.isAway = true }
      return (!state.isAway, state.reason ?? reason)
    }
    if isNew { tell("\(name): no broker answers (\(reason)); trying again until one does") }
  }

  /// Tells that the topic is not there, and that it is waited for.
  func isMissing() { tell("\(name): there is no such topic yet; waiting for it") }

  /// Notes that the brokers answer.
  package func isBack() {
    let wasAway = state.withLock { state in
      state.silentSince = nil
      state.reason = nil
      defer { state.isAway = false }
      return state.isAway
    }
    if wasAway { tell("\(name): the brokers are back") }
  }

  /// Throws the error that no further try will mend, if there was one.
  package func check() throws {
    if let error = state.withLock({ $0.permanent }) { throw ConnectorError("\(name): \(error.message)") }
  }

  /// Turns an error into words with the name; an error that may pass is noted, and nothing thrown.
  package func pass(_ error: KafkaError) throws {
    guard error.isRetriable else { throw ConnectorError("\(name): \(error.message)") }
    let now = monotonicNanoseconds()
    let since = state.withLock { state in
      let since = state.silentSince ?? now
      state.silentSince = since
      return since
    }
    if now - since > Self.patience { isAway(because: error.message) }
  }
}
