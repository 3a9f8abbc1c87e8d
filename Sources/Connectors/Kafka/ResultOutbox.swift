import Kafka
import Synchronization

/// Messages that were written and are not delivered, in the order in which they were written.
///
/// librdkafka may report a message as not delivered: the time that the user's settings give it is over, or it was taken back.
/// Then it is kept and sent again. A log of results counts its messages, so no message may overtake another: while one is
/// kept, those behind it are kept too.
final class ResultOutbox: Sendable {
  /// A message that is to be sent again.
  private typealias Kept = (number: Int, value: [UInt8])

  private struct State {
    /// The number of the message that was written last.
    var last = 0
    /// The tokens of messages that are not delivered, by their numbers.
    var tokens: [Int: Int] = [:]
    var kept: [Kept] = []
  }

  private let state = Mutex(State())

  /// Sends a message with `produce`, or keeps it behind those that wait to be sent again. `produce` is given the number that
  /// the report of the delivery comes with.
  func send(_ value: UnsafeRawBufferPointer, token: Int, _ produce: (_ number: Int) throws -> Void) throws {
    try state.withLock { state in
      let number = state.last + 1
      if state.kept.isEmpty { try produce(number) } else { state.kept.append((number, Array(value))) }
      state.last = number
      state.tokens[number] = token
    }
  }

  /// The token of a message that needs no sending any more.
  func takeToken(of number: Int) -> Int { state.withLock { $0.tokens.removeValue(forKey: number) ?? 0 } }

  /// Keeps a message that is reported as not delivered.
  func keep(_ value: UnsafeRawBufferPointer?, number: Int) {
    let value = value.map { Array($0) } ?? []
    state.withLock { $0.kept.append((number, value)) }
  }

  /// Keeps nothing any more; gives what was kept.
  func takeAll() -> [(token: Int, bytes: Int)] {
    state.withLock { state in
      defer { state.kept = [] }
      return state.kept.map { (state.tokens.removeValue(forKey: $0.number) ?? 0, $0.value.count) }
    }
  }

  /// Sends what is kept with `produce`, once it is known of all others what became of them: those that are queued are taken
  /// back first. `produce` gives whether there was room.
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
