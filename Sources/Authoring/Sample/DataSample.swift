import Connectors

/// The beginning of a data file, unpacked where gzip or zstd packed it.
package struct DataSample: Sendable {
  /// The path as the user typed it.
  package let path: String
  package let bytes: [UInt8]
  /// Whether the file ends with these bytes.
  package let isWhole: Bool
  /// Bytes of the whole file, unpacked; nil where only reading on would tell.
  package let size: Int64?

  /// The most bytes that are looked at.
  static let mostBytes = 4 << 20

  /// Bytes as they would stand in a file.
  package init(path: String, bytes: [UInt8], isWhole: Bool = true) {
    self.path = path
    self.bytes = bytes
    self.isWhole = isWhole
    size = isWhole ? Int64(bytes.count) : nil
  }

  /// Reads the beginning of a file.
  package init(path: String) throws(InputError) {
    let input = try findInputs([path])[0].bytes()
    defer { input.close() }
    var bytes: [UInt8] = []
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { block.deallocate() }
    var atEnd = false
    while bytes.count < Self.mostBytes {
      let count = try input.read(into: block)
      if count == 0 {
        atEnd = true
        break
      }
      bytes += block[..<count]
    }
    self.path = path
    self.bytes = bytes
    isWhole = atEnd
    // As many bytes of the file as came out of it: nothing packed it.
    size = atEnd ? Int64(bytes.count) : input.position == Int64(bytes.count) ? input.size : nil
  }

  /// Whether it is text: lines of characters that can be printed.
  var isText: Bool {
    let head = bytes.prefix(1 << 16)
    guard !head.contains(0) else { return false }
    let odd = head.count { $0 < 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 || $0 == 0x7F }
    // What is no UTF-8 becomes U+FFFD; the end may cut a character in two.
    let invalid = String(decoding: head, as: UTF8.self).unicodeScalars.count { $0 == "\u{FFFD}" }
    return odd * 100 <= head.count && (invalid - 3) * 20 <= head.count && (head.contains(0x0A) || isWhole)
  }
}
