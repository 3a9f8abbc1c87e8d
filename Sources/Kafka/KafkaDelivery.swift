/// What became of a message that was produced. Its bytes are valid during the call that hands it over.
public struct KafkaDelivery {
  /// What the message was produced with.
  public let token: Int
  /// Why the message was not delivered; nil if it was.
  public let error: KafkaError?
  /// The partition it went to; -1 if that was not decided.
  public let partition: Int32
  /// Its offset there; `KafkaOffset.none` if it was not delivered, or without acknowledgements.
  public let offset: Int64
  /// The key; nil if it has none.
  public let key: UnsafeRawBufferPointer?
  /// The value; nil if it has none.
  public let value: UnsafeRawBufferPointer?
}
