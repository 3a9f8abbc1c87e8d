import Kafka
import Support

extension BrokerWatch {
  /// How long brokers may not know an existing topic, in nanoseconds: while another one restarts, or after a cut.
  private static let patience: Int64 = 10_000_000_000

  /// Asks brokers until they answer; nil if `stop` says yes first. Throws a sentence if a retry cannot fix the error.
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
