import Connectors
import ChainExecution
import Specifications

/// An emulator that writes to the topic which a pipeline reads its hits from.
///
/// Unchecked `Sendable`: one thread starts and ends it; its emulator takes calls of any.
package final class HitsEmulation: @unchecked Sendable {
  /// Sends the rows; to be run, or started and waited for.
  package let emulator: Emulator
  private let publisher: KafkaRowPublisher

  /// Opens the input and makes the topic if it is missing; nil where `stop` says yes before a broker answers.
  ///
  /// - Parameters:
  ///   - declaration: of a checked pipeline; its first group is what messages are keyed by.
  ///   - format: the record of the source that reads the topic.
  ///   - input: what is sent, and how fast.
  ///   - target: the topic, with addresses of brokers.
  ///   - holdBack: asked before rows are sent; while it says yes, none are.
  ///   - stop: asked now and then while brokers are away or an input has nothing to read.
  ///   - tell: called, on any thread, with sentences for the user.
  /// - Throws: a sentence for the user.
  package init?(
    _ declaration: Declaration, format: any RecordFormat, input: EmulationInput, target: KafkaTarget,
    holdBack: @escaping @Sendable () -> Bool = { false }, stop: @escaping StopCheck,
    tell: @escaping @Sendable (String) -> Void
  ) throws {
    let open = try input.opener(format, stop: stop, tell: tell)
    let counts = EmulationCounts()
    guard
      let publisher = try KafkaRowPublisher(
        target, counts: counts, stop: stop, tell: tell)
    else { return nil }
    self.publisher = publisher
    let key = RecordKey(declaration, format: format)
    if case .computed(let group) = key {
      tell(
        "the group `\(group)` goes by a computed column: messages have no key, and a group's rows lie in several partitions"
      )
    }
    var options = input.options
    options.holdBack = holdBack
    emulator = Emulator(
      format: format, key: key, publisher: publisher, counts: counts, options: options, open: open)
  }

  /// Partitions of the topic.
  package var partitions: Int { publisher.partitions }
  /// Whether the topic was missing and has been made.
  package var madeTopic: Bool { publisher.madeTopic }
  /// Why the first rows that failed did, in a sentence; nil where none has.
  package var firstFailure: String? { publisher.firstFailure.map { "\($0)" } }

  /// Lets go of the brokers, once the emulator has come to its end.
  package func close() { publisher.close() }
}
