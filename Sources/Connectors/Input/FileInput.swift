/// The bytes of a file, or of a named pipe, as they are.
public final class FileInput: ByteInput {
  private let descriptor: Descriptor
  private var isOpen = true
  public private(set) var position: Int64 = 0

  /// Opens the file. Throws when it does not exist, is a directory, or may not be read.
  public init(path: String, stop: StopCheck? = nil) throws(InputError) {
    descriptor = try Descriptor.open(path: path, stop: stop)
  }

  deinit { close() }

  public var name: String { descriptor.name }
  public var size: Int64? { descriptor.size }

  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard isOpen else { return 0 }
    let count = try descriptor.read(into: buffer)
    position += Int64(count)
    return count
  }

  public func waitReadable(milliseconds: Int) -> Bool {
    isOpen ? descriptor.waitReadable(milliseconds: milliseconds) : true
  }

  public func close() {
    guard isOpen else { return }
    isOpen = false
    _ = Descriptor.close(descriptor.number)
  }
}
