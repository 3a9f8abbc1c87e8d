import ChainExecution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A stretch of a file: the rows that begin in it. Stretches that meet have every row once, wherever they are cut.
package struct FilePiece: Sendable {
  /// The file; `-` for standard input, which then is the stretch itself, in whole rows.
  package var path: String
  /// What results call the file.
  package var name: String
  /// The bytes; of standard input only where they begin.
  package var bytes: Range<Int64>
  /// The file's first line, where standard input does not begin with it; of a file the header of those before it, which
  /// holds where it has none.
  package var header: String?

  package init(path: String, name: String, bytes: Range<Int64>, header: String? = nil) {
    self.path = path
    self.name = name
    self.bytes = bytes
    self.header = header
  }

  struct Opened {
    let input: any ByteInput
    var offset: Int64
    var order: FieldOrder
    var hasHeader: Bool
    /// Where the file's rows begin and end; nil for the whole file, and for standard input.
    var extent: OffsetRange?
  }

  /// What a header line says that is given apart from its file.
  package static func parse(_ line: String, _ format: any RecordFormat) throws -> FileHeader {
    do {
      let bytes = Array(line.utf8)
      guard let header = try bytes.withUnsafeBytes({ bytes in try format.header(bytes) }) else {
        throw ConnectorError("--header: the line names no fields")
      }
      return header
    } catch let error as HeaderError {
      throw ConnectorError("--header: \(error.message)")
    }
  }

  func fileHeader(_ format: any RecordFormat) throws -> FileHeader? { try header.map { try Self.parse($0, format) } }

  func open(_ format: any RecordFormat, stop: StopCheck?) throws -> Opened {
    if path == "-" {
      let input = try openInput(path: path, stop: stop)
      var opened = Opened(input: input, offset: bytes.lowerBound, order: nil, hasHeader: bytes.lowerBound == 0)
      if let header {
        opened.hasHeader = false
        opened.order = try Self.parse(header, format).order
      }
      return opened
    }
    let file = try FileStretch(path: path, stop: stop)
    guard let size = file.size else { throw ConnectorError("\(path) is no file whose bytes can be named") }
    if try file.isPacked() { throw ConnectorError("\(path) is packed, and can only be read as a whole") }
    // Where the first row begins, and what a header says.
    var (first, order): (Int64, FieldOrder) = (0, nil)
    if bytes.lowerBound > 0 || bytes.upperBound < size {
      let probe = FileSource(
        inputs: [InputPlace(path: path)], format: format, header: try fileHeader(format), stop: stop)
      defer { probe.close() }
      let buffer = ChunkBuffer(capacity: 65_536)
      if case .rows(let rows) = try probe.read(into: buffer, rowLimit: 1, deadline: .max) {
        (first, order) = (rows.offset, rows.order)
      } else {
        first = size
      }
    }
    let end = bytes.upperBound >= size ? size : try rowStart(bytes.upperBound, first, size, file, format)
    let start = bytes.lowerBound <= 0 ? 0 : try rowStart(bytes.lowerBound, first, size, file, format)
    try file.limit(to: start..<max(start, end))
    return Opened(
      input: file, offset: start, order: start == 0 ? nil : order, hasHeader: start == 0,
      extent: start == 0 && end == size ? nil : OffsetRange(start: first, end: size))
  }

  /// Where the first row begins that does not begin before `place`.
  private func rowStart(
    _ place: Int64, _ first: Int64, _ size: Int64, _ file: FileStretch, _ format: any RecordFormat
  ) throws -> Int64 {
    if place <= first { return first }
    // Beyond the end there is nothing, and no sum to overflow.
    if place >= size { return size }
    switch format.framing {
    case .fixed(let width, let skip):
      let rows = (place - Int64(skip) + Int64(width) - 1) / Int64(width)
      return min(size, Int64(skip) + rows * Int64(width))
    case .lines:
      return try file.behindLine(from: place - 1)
    }
  }
}

/// The bytes of a stretch of a file.
final class FileStretch: ByteInput {
  private let descriptor: Descriptor
  private var isOpen = true
  private var end: Int64 = .max
  private(set) var position: Int64 = 0

  init(path: String, stop: StopCheck?) throws(InputError) { descriptor = try Descriptor.open(path: path, stop: stop) }

  deinit { close() }

  var name: String { descriptor.name }
  var size: Int64? { descriptor.size }

  func limit(to range: Range<Int64>) throws(InputError) {
    end = range.upperBound
    try seek(range.lowerBound)
  }

  private func seek(_ place: Int64) throws(InputError) {
    guard lseek(descriptor.number, off_t(place), SEEK_SET) >= 0 else {
      throw .system("read", name, code: errno)
    }
    position = place
  }

  func isPacked() throws(InputError) -> Bool {
    var head = [UInt8](repeating: 0, count: 4)
    let count = try read(&head)
    try seek(0)
    let begins = head.prefix(count)
    return begins.starts(with: [0x1F, 0x8B]) || begins.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
      || (count == 4 && head[0] & 0xF0 == 0x50 && head[1...].elementsEqual([0x2A, 0x4D, 0x18]))
  }

  /// Where the line ends that the byte at `place` is of.
  func behindLine(from place: Int64) throws(InputError) -> Int64 {
    try seek(place)
    var block = [UInt8](repeating: 0, count: 65_536)
    while true {
      let start = position
      let count = try read(&block)
      if count == 0 { return start }
      if let newline = block[..<count].firstIndex(of: 0x0A) { return start + Int64(newline) + 1 }
    }
  }

  private func read(_ bytes: inout [UInt8]) throws(InputError) -> Int {
    let result: Result<Int, InputError> = bytes.withUnsafeMutableBytes { buffer in
      do throws(InputError) { return .success(try read(into: buffer)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard isOpen, position < end else { return 0 }
    let room = Int(min(Int64(buffer.count), end - position))
    let count = try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
    position += Int64(count)
    return count
  }

  func waitReadable(milliseconds: Int) -> Bool { true }

  func close() {
    guard isOpen else { return }
    isOpen = false
    _ = Descriptor.close(descriptor.number)
  }
}
