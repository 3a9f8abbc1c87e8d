import CZlib

/// What gzip packed: one member or several in a row (RFC 1952), as `zcat` reads them. Zeros behind the last one are
/// padding.
package final class GzipInput: ByteInput {
  /// What every member starts with: the two magic bytes and the only method there is.
  static let magic: [ClosedRange<UInt8>] = [0x1F...0x1F, 0x8B...0x8B, 0x08...0x08]

  private let source: CompressedBytes
  /// On the heap, because zlib keeps its address.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isInsideMember = true
  /// The last call filled the whole buffer, so there may be more to come without further input.
  private var isHoldingOutput = false
  private var delivered: Int64 = 0
  private var failure: InputError?
  private var isOpen = true

  /// Decompresses `input`; `head` are bytes that were read from it already.
  package init(_ input: any ByteInput, head: [UInt8] = []) throws(InputError) {
    source = CompressedBytes(input, head: head)
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 is the largest window, 16 more asks for the gzip wrapping with its checksum.
    guard hitmon_inflate_init(stream, 15 + 16) == Z_OK else {
      stream.deallocate()
      throw InputError(.refused, path: input.name, "cannot read \(input.name): no memory to decompress it")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  package var name: String { source.input.name }
  package var size: Int64? { source.input.size }
  package var isSlow: Bool { source.input.isSlow }
  package var position: Int64 { source.position }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard isOpen, !buffer.isEmpty else { return 0 }
    if let failure { throw failure }
    do {
      let count = try inflateSome(into: buffer)
      delivered += Int64(count)
      return count
    } catch {
      if error.kind != .interrupted { failure = error }
      throw error
    }
  }

  /// The bytes of one round of input that yields any. An error met behind good bytes waits for the next call.
  private func inflateSome(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    while true {
      // Without input zlib may still hold bytes that had no room in the buffer before.
      if !isHoldingOutput, try !source.refillIfEmpty() {
        if isInsideMember { throw source.damaged("the gzip data is cut off", delivered: delivered) }
        return 0
      }
      if !isInsideMember {
        guard try startNextMember() else { continue }
      }
      let unread = source.unread
      // zlib counts in 32 bits; the input buffer is far smaller than that, the caller's need not be.
      let room = UInt32(clamping: buffer.count)
      stream.pointee.next_in = unread.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_in = UInt32(unread.count)
      stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = room
      let status = inflate(stream, Z_NO_FLUSH)
      source.take(unread.count - Int(stream.pointee.avail_in))
      let count = Int(room - stream.pointee.avail_out)
      isHoldingOutput = status == Z_OK && stream.pointee.avail_out == 0
      if status == Z_STREAM_END {
        isInsideMember = false
      } else if status != Z_OK && status != Z_BUF_ERROR {
        let words = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
        let error = source.damaged("the gzip data is damaged (\(words))", delivered: delivered + Int64(count))
        guard count > 0 else { throw error }
        failure = error
      }
      if count > 0 { return count }
    }
  }

  /// Prepares for another member where one starts. False where all bytes read were padding.
  private func startNextMember() throws(InputError) -> Bool {
    let padding = source.unread.prefix { $0 == 0 }.count
    source.take(padding)
    if source.isEmpty { return false }
    guard padding == 0, source.unread[0] == 0x1F else {
      throw source.damaged("there is something else behind the gzip data", delivered: delivered)
    }
    inflateReset(stream)
    isInsideMember = true
    return true
  }

  package func waitReadable(milliseconds: Int) -> Bool {
    !isOpen || failure != nil || isHoldingOutput || !source.isEmpty || source.hasEnded
      || source.input.waitReadable(milliseconds: milliseconds)
  }

  package func close() {
    isOpen = false
    source.input.close()
  }
}
