import Diagnostics

extension JSONWriter {
  mutating func field(_ key: String, _ value: String) {
    self.key(key)
    string(value)
  }

  mutating func field(_ key: String, _ value: some BinaryInteger) {
    self.key(key)
    integer(value)
  }

  mutating func field(_ key: String, _ value: Double) {
    self.key(key)
    number(value)
  }

  mutating func field(_ key: String, _ values: [Double]) {
    self.key(key)
    array(values)
  }

  mutating func field(_ key: String, _ values: [UInt64]) {
    self.key(key)
    values.withUnsafeBufferPointer { integers($0) }
  }

  mutating func array(_ values: [Double]) {
    values.withUnsafeBufferPointer { numbers($0) }
  }
}
