/// The text of a key in memory of its own, which is used again for the next one.
final class KeyText {
  private var base: UnsafeMutableRawPointer
  private var capacity = 64
  private var count = 0
  /// Where digits are written, from the end.
  private let digits: UnsafeMutablePointer<UInt8>

  private static let mostDigits = 20

  init() {
    base = .allocate(byteCount: capacity, alignment: 8)
    digits = .allocate(capacity: Self.mostDigits)
  }

  deinit {
    base.deallocate()
    digits.deallocate()
  }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  func removeAll() { count = 0 }

  func append(_ value: Int64) {
    var start = Self.mostDigits
    var rest = value.magnitude
    repeat {
      let (tens, digit) = rest.quotientAndRemainder(dividingBy: 10)
      start -= 1
      digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
      rest = tens
    } while rest > 0
    if value < 0 {
      start -= 1
      digits[start] = UInt8(ascii: "-")
    }
    append(UnsafeRawBufferPointer(start: digits + start, count: Self.mostDigits - start))
  }

  func append(_ text: String) { Array(text.utf8).withUnsafeBytes { append($0) } }

  private func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    if count + bytes.count > capacity {
      capacity = max(2 * capacity, count + bytes.count)
      let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
      memory.copyMemory(from: base, byteCount: count)
      base.deallocate()
      base = memory
    }
    (base + count).copyMemory(from: start, byteCount: bytes.count)
    count += bytes.count
  }
}
