/// A message of rows; its bytes stay in place during the call that hands it over.
package struct RowMessage {
  /// The key; nil for none.
  package let key: UnsafeRawBufferPointer?
  /// The rows as they stand, text rows with newlines between them.
  package let value: UnsafeRawBufferPointer
  /// How many rows they are.
  package let rows: Int
}

/// Where messages of rows go. One thread at a time uses a publisher.
package protocol RowPublisher: AnyObject {
  /// Partitions of the topic, at least 1.
  var partitions: Int { get }
  /// Takes copies of messages, in their order, and gives how many it took from the first on; fewer than all where its
  /// queue is full. What becomes of their rows is counted in ``EmulationCounts`` sooner or later.
  func publish(_ messages: UnsafeBufferPointer<RowMessage>, partition: Int) throws -> Int
  /// Takes note of what became of messages; waits for news at most so long.
  func poll(milliseconds: Int) throws
}
