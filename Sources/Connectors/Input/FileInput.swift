/// The bytes of a file, or of a named pipe, as they are.
package final class FileInput: ByteInput {
  private let descriptor: Descriptor
  private var isOpen = true
  package private(set) var position: Int64 = 0

  /// Opens the file. Throws when it does not exist, is a directory, or may not be read.
  package init(path: String, stop: StopCheck? = nil) throws(InputError) {
    descriptor = try Descriptor.open(path: path, stop: stop)
  }

  deinit { close() }

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

  package func close() {
    guard isOpen else { return }
    isOpen = false
    _ = Descriptor.close(descriptor.number)
  }
}
