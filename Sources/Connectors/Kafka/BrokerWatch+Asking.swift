import Kafka
import Support

extension BrokerWatch {
  /// How long brokers may not know a topic that is there, in nanoseconds: beside one that restarts, or after a cut.
  private static let patience: Int64 = 10_000_000_000

  /// Asks brokers until they answer; nil where the user wants to stop before. An error that trying again does not mend is
  /// thrown as a sentence.
  func ask<Answer>(until stop: () -> Bool, _ question: () throws -> Answer) throws -> Answer? {
    var unknownSince: Int64?
    while !stop() {
      do {
        return try question()
      } catch let error as KafkaError {
        let now = monotonicNanoseconds()
        if error.isUnknownTopic { unknownSince = unknownSince ?? now }
        if !error.isUnknownTopic || now - (unknownSince ?? now) > Self.patience { try pass(error) }
        pauseThread(milliseconds: 100)
      }
    }
    return nil
  }
}
