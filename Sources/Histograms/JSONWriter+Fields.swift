import JSON

extension JSONWriter {
  /// A key with its value.
  package mutating func field(_ key: String, _ value: String) {
    self.key(key)
    string(value)
  }

  /// A key with its value.
  package mutating func field(_ key: String, _ value: some BinaryInteger) {
    self.key(key)
    integer(value)
  }

  /// A key with its value.
  package mutating func field(_ key: String, _ value: Double) {
    self.key(key)
    number(value)
  }

  /// A key with its value.
  package mutating func field(_ key: String, _ values: [Double]) {
    self.key(key)
    array(values)
  }

  /// A key with its value.
  package mutating func field(_ key: String, _ values: [UInt64]) {
    self.key(key)
    values.withUnsafeBufferPointer { integers($0) }
  }

  /// Numbers as an array.
  package mutating func array(_ values: [Double]) {
    values.withUnsafeBufferPointer { numbers($0) }
  }
}
