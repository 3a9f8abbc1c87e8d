import Kafka
import Support
import Synchronization

/// Follows what a client reports about its brokers. It tells the user when they are away and when they are back, and
/// keeps an error that a retry cannot fix.
package final class BrokerWatch: Sendable {
  private struct State {
    var isAway = false
    var isIgnoring = false
    /// When the first request since the last answer failed, on the monotonic clock.
    var silentSince: Int64?
    var permanent: KafkaError?
    /// Why the last connection failed.
    var reason: String?
  }

  /// How long requests may fail before the user is told, in nanoseconds.
  private static let patience: Int64 = 2_000_000_000

  /// How messages name the topic and its brokers.
  package let name: String
  private let tell: @Sendable (String) -> Void
  private let state = Mutex(State())

  /// `name`: how messages name the topic and its brokers, such as "topic dt-hits on localhost:9092".
  package init(_ name: String, tell: @escaping @Sendable (String) -> Void) {
    self.name = name
    self.tell = tell
  }

  /// Handles an event that a client reports.
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

  /// The error's text without librdkafka's name in front and its state at the end: "Connect to ipv4#127.0.0.1:9092
  /// failed: Connection refused".
  private static func words(_ error: KafkaError) -> String {
    let text = error.message
    var words = text[...]
    if let colon = words.firstRange(of: ": "), !words[..<colon.lowerBound].contains(" ") {
      words = words[colon.upperBound...]
    }
    if let state = words.firstRange(of: " (after ") { words = words[..<state.lowerBound] }
    return String(words)
  }

  /// Ignores what clients report while `body` runs.
  func ignoring(_ body: () -> Void) {
    state.withLock { $0.isIgnoring = true }
    body()
    state.withLock { $0.isIgnoring = false }
  }

  /// Whether no broker answers, as far as the client knows.
  package var areAway: Bool { state.withLock { $0.isAway } }

  /// Notes that no broker answers, and tells the user once: with `reason`, or with why the last connection failed.
  package func isAway(because reason: String) {
    let (isNew, reason) = state.withLock { state in
      defer { state.isAway = true }
      return (!state.isAway, state.reason ?? reason)
    }
    if isNew { tell("\(name): no broker answers (\(reason)); trying again until one does") }
  }

  /// Tells the user that the topic is missing, and that hitmon waits for it.
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

  /// Throws the error that a retry cannot fix, if there was one.
  package func check() throws {
    if let error = state.withLock({ $0.permanent }) { throw ConnectorError("\(name): \(error.message)") }
  }

  /// Throws an error that a retry cannot fix, as a sentence with the name. Only notes an error that may pass.
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
