import Kafka

extension BrokerWatch {
  /// Asks brokers until they answer; nil where the user wants to stop before. An error that trying again does not mend is
  /// thrown as a sentence.
  func ask<Answer>(until stop: () -> Bool, _ question: () throws -> Answer) throws -> Answer? {
    while !stop() {
      do {
        return try question()
      } catch let error as KafkaError {
        try pass(error)
        pauseThread(milliseconds: 100)
      }
    }
    return nil
  }
}
