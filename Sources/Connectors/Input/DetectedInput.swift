/// Opens a file, a named pipe, or standard input (`-`), and decompresses what gzip or zstd packed.
///
/// Which of them it is the first bytes say, and only where they say nothing the name: what is called `.gz` and is not
/// gzip data ends in an error at the first read, not in rows of nonsense. Nothing is read before the first read.
///
/// Throws when the file does not exist, is a directory, or may not be read. `stop` is asked when a signal interrupts a
/// blocking call; if it says yes, the call throws ``InputError/Kind/interrupted``.
package func openInput(path: String, stop: StopCheck? = nil) throws(InputError) -> any ByteInput {
  if path == "-" { return DetectedInput(StandardInput(stop: stop)) }
  return DetectedInput(try FileInput(path: path, stop: stop))
}

/// An input that decides at its first bytes what packed it. The decision waits for the first read, because on a pipe it
/// can take as long as the first bytes take to come.
final class DetectedInput: ByteInput {
  private let raw: any ByteInput
  private var head: [UInt8] = []
  /// The raw input itself, or its decompressor.
  private var chosen: (any ByteInput)?

  init(_ raw: any ByteInput) {
    self.raw = raw
  }

  var name: String { raw.name }
  var size: Int64? { raw.size }
  var isSlow: Bool { raw.isSlow }
  var position: Int64 { chosen?.position ?? 0 }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard !buffer.isEmpty else { return 0 }
    let input = if let chosen { chosen } else { try choose() }
    // Only a raw input leaves the head to be delivered here: decompressors took theirs.
    guard !head.isEmpty else { return try input.read(into: buffer) }
    let count = min(head.count, buffer.count)
    buffer.copyBytes(from: head.prefix(count))
    head.removeFirst(count)
    return count
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, milliseconds: Int) throws(InputError) -> Int? {
    if let chosen, head.isEmpty { return try chosen.read(into: buffer, milliseconds: milliseconds) }
    return waitReadable(milliseconds: milliseconds) ? try read(into: buffer) : nil
  }

  private func choose() throws(InputError) -> any ByteInput {
    let input: any ByteInput
    let isGzip = try startsWith(GzipInput.magic)
    let isFrame = try startsWith(ZstdInput.magic)
    let isZstd = if isFrame { true } else { try startsWith(ZstdInput.magicOfSkippable) }
    if isGzip || (!isZstd && raw.name.hasSuffix(".gz")) {
      input = try GzipInput(raw, head: takeHead())
    } else if isZstd || raw.name.hasSuffix(".zst") {
      input = try ZstdInput(raw, head: takeHead())
    } else {
      for packer in Self.others where try startsWith(packer.magic) {
        // Only a file has a name that the unpacker could be given.
        let file = raw is FileInput ? " \(raw.name)" : ""
        throw InputError(
          .refused, path: raw.name,
          "\(raw.name) is packed by \(packer.name), which hitmon does not read: unpack it first, as with `\(packer.command)\(file) | hitmon ... --input -`, or pack it with gzip or zstd"
        )
      }
      input = raw
    }
    chosen = input
    return input
  }

  /// What others pack with: their bytes would be rows of nonsense.
  private static let others: [(name: String, command: String, magic: [ClosedRange<UInt8>])] = [
    // Any of the nine block sizes, and pi, which the first block begins with.
    ("bzip2", "bzcat", bytes("BZh") + [0x31...0x39] + bytes("1AY&SY")),
    ("xz", "xzcat", [0xFD...0xFD] + bytes("7zXZ\0")),
  ]

  private static func bytes(_ text: String) -> [ClosedRange<UInt8>] { text.utf8.map { $0...$0 } }

  private func takeHead() -> [UInt8] {
    defer { head = [] }
    return head
  }

  /// Reads no further than the bytes that rule it out, so that a slow pipe of text is not held up.
  private func startsWith(_ magic: [ClosedRange<UInt8>]) throws(InputError) -> Bool {
    for (index, range) in magic.enumerated() {
      if index == head.count {
        var next: UInt8 = 0
        let count = try withUnsafeMutableBytes(of: &next) { (byte) throws(InputError) in try raw.read(into: byte) }
        guard count > 0 else { return false }
        head.append(next)
      }
      guard range.contains(head[index]) else { return false }
    }
    return true
  }

  func waitReadable(milliseconds: Int) -> Bool {
    (chosen != nil && !head.isEmpty) || (chosen ?? raw).waitReadable(milliseconds: milliseconds)
  }

  func close() {
    head = []
    (chosen ?? raw).close()
  }
}
