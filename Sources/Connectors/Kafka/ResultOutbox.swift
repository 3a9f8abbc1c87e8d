import Kafka
import Synchronization

/// Messages that are written but not delivered, in the order of writing.
///
/// librdkafka may report a message as not delivered: its time by the user's settings is over, or it was taken back. The
/// outbox then keeps it and sends it again. A log of results numbers its messages, so no message may overtake another:
/// while one is kept, those after it are kept too.
final class ResultOutbox: Sendable {
  /// A message to send again.
  private typealias Kept = (number: Int, value: [UInt8])

  private struct State {
    /// The number of the last message written.
    var last = 0
    /// The tokens of messages that are not delivered, by number.
    var tokens: [Int: Int] = [:]
    var kept: [Kept] = []
  }

  private let state = Mutex(State())

  /// Sends a message with `produce`, or keeps it behind those that wait to be sent again. The delivery report comes
  /// with the number that `produce` gets.
  func send(_ value: UnsafeRawBufferPointer, token: Int, _ produce: (_ number: Int) throws -> Void) throws {
    try state.withLock { state in
      let number = state.last + 1
      if state.kept.isEmpty { try produce(number) } else { state.kept.append((number, Array(value))) }
      state.last = number
      state.tokens[number] = token
    }
  }

  /// Returns and forgets the token of a message that need not be sent any more.
  func takeToken(of number: Int) -> Int { state.withLock { $0.tokens.removeValue(forKey: number) ?? 0 } }

  /// Keeps a message that is reported as not delivered.
  func keep(_ value: UnsafeRawBufferPointer?, number: Int) {
    let value = value.map { Array($0) } ?? []
    state.withLock { $0.kept.append((number, value)) }
  }

  /// Returns the kept messages, and forgets them.
  func takeAll() -> [(token: Int, bytes: Int)] {
    state.withLock { state in
      defer { state.kept = [] }
      return state.kept.map { (state.tokens.removeValue(forKey: $0.number) ?? 0, $0.value.count) }
    }
  }

  /// Sends the kept messages with `produce`, which returns whether there was room. The fate of all others must be known
  /// first: `takeBack` takes back those in the queue.
  func sendAgain(
    outstanding: Int, takeBack: () -> Void, _ produce: (_ value: UnsafeRawBufferPointer, _ number: Int) -> Bool
  ) {
    state.withLock { state in
      if state.kept.isEmpty { return }
      guard outstanding == 0 else { return takeBack() }
      state.kept.sort { $0.number < $1.number }
      let left = state.kept.firstIndex { kept in !kept.value.withUnsafeBytes { produce($0, kept.number) } }
      state.kept.removeFirst(left ?? state.kept.count)
    }
  }
}
