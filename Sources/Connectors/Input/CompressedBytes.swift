/// The bytes that a decompressor works on: a window that slides over another input.
final class CompressedBytes {
  /// Reads of a quarter of a mebibyte: large enough that system calls cost nothing, small enough to stay in the cache.
  static let capacity = 256 << 10

  let input: any ByteInput
  private let buffer: UnsafeMutableRawBufferPointer
  private var window: Range<Int>
  private(set) var hasEnded = false

  /// `head` are bytes that were read from `input` already.
  init(_ input: any ByteInput, head: [UInt8]) {
    self.input = input
    buffer = .allocate(byteCount: max(Self.capacity, head.count), alignment: 64)
    buffer.copyBytes(from: head)
    window = 0..<head.count
  }

  deinit { buffer.deallocate() }

  /// Bytes that were read and not yet taken.
  var unread: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: buffer[window]) }
  var isEmpty: Bool { window.isEmpty }

  /// Bytes of the disk file that were taken.
  var position: Int64 { input.position - Int64(window.count) }

  func take(_ count: Int) { window = (window.lowerBound + count)..<window.upperBound }

  /// Reads more if all was taken. False at the end of the input.
  func refillIfEmpty() throws(InputError) -> Bool {
    guard window.isEmpty else { return true }
    guard !hasEnded else { return false }
    window = 0..<0
    let count = try input.read(into: buffer)
    window = 0..<count
    hasEnded = count == 0
    return !hasEnded
  }

  /// The error for data that ends early or is wrong; `delivered` are the decompressed bytes before it.
  func damaged(_ what: String, delivered: Int64) -> InputError {
    let place = input.size.map { "\(position) of \($0)" } ?? "\(position)"
    return InputError(
      .damaged, path: input.name,
      "cannot read on in \(input.name): \(what) at byte \(place), after \(delivered) decompressed bytes")
  }
}
