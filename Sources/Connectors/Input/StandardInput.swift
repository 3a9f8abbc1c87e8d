/// The bytes of standard input as they are. Closing it leaves the descriptor open, since it belongs to the process.
package final class StandardInput: ByteInput {
  private let descriptor: Descriptor
  private var isOpen = true
  package private(set) var position: Int64 = 0

  /// Another descriptor than 0 can stand in for it.
  package init(descriptor: Int32 = 0, stop: StopCheck? = nil) {
    self.descriptor = Descriptor(number: descriptor, name: "standard input", stop: stop)
  }

  package var name: String { descriptor.name }
  package var size: Int64? { descriptor.size }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard isOpen else { return 0 }
    let count = try descriptor.read(into: buffer)
    position += Int64(count)
    return count
  }

  package func waitReadable(milliseconds: Int) -> Bool {
    isOpen ? descriptor.waitReadable(milliseconds: milliseconds) : true
  }

  package func close() { isOpen = false }
}
