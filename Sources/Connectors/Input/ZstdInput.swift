import CZstd

/// What zstd packed: one frame or several in a row (RFC 8878), as `zstdcat` reads them.
package final class ZstdInput: ByteInput {
  /// What a frame starts with.
  static let magic: [ClosedRange<UInt8>] = [0x28...0x28, 0xB5...0xB5, 0x2F...0x2F, 0xFD...0xFD]
  /// What a frame starts with that only carries data for other programs.
  static let magicOfSkippable: [ClosedRange<UInt8>] = [0x50...0x5F, 0x2A...0x2A, 0x4D...0x4D, 0x18...0x18]

  private let source: CompressedBytes
  private let context: OpaquePointer
  private var isInsideFrame = true
  /// The last call filled the whole buffer, so there may be more to come without further input.
  private var isHoldingOutput = false
  private var delivered: Int64 = 0
  private var failure: InputError?
  private var isOpen = true

  /// Decompresses `input`; `head` are bytes that were read from it already.
  package init(_ input: any ByteInput, head: [UInt8] = []) throws(InputError) {
    source = CompressedBytes(input, head: head)
    guard let context = ZSTD_createDCtx() else {
      throw InputError(.refused, path: input.name, "cannot read \(input.name): no memory to decompress it")
    }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  package var name: String { source.input.name }
  package var size: Int64? { source.input.size }
  package var isSlow: Bool { source.input.isSlow }
  package var position: Int64 { source.position }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard isOpen, !buffer.isEmpty else { return 0 }
    if let failure { throw failure }
    do {
      let count = try decompressSome(into: buffer)
      delivered += Int64(count)
      return count
    } catch {
      if error.kind != .interrupted { failure = error }
      throw error
    }
  }

  /// The bytes of one round of input that yields any.
  private func decompressSome(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    while true {
      // Without input the decoder may still hold bytes that had no room in the buffer before.
      if !isHoldingOutput, try !source.refillIfEmpty() {
        if isInsideFrame { throw source.damaged("the zstd data is cut off", delivered: delivered) }
        return 0
      }
      let unread = source.unread
      var input = ZSTD_inBuffer(src: unread.baseAddress, size: unread.count, pos: 0)
      let status = ZSTD_decompressStream(context, &output, &input)
      source.take(input.pos)
      if ZSTD_isError(status) != 0 {
        let words = String(cString: ZSTD_getErrorName(status))
        let error = source.damaged("the zstd data is damaged (\(words))", delivered: delivered + Int64(output.pos))
        guard output.pos > 0 else { throw error }
        failure = error
        return output.pos
      }
      isInsideFrame = status != 0
      isHoldingOutput = output.pos == output.size && isInsideFrame
      if output.pos > 0 { return output.pos }
    }
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
