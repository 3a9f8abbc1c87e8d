/// A message of a partition, as it is gathered. Its owner says how long the value is valid.
struct TakenMessage {
  let partition: Int
  let offset: Int64
  let value: UnsafeRawBufferPointer?
  let isKeyed: Bool
  /// When it was written, in milliseconds since 1970.
  let written: Int64?
}
