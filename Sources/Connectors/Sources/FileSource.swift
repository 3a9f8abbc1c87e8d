import CScan
import Operators

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Rows of files and objects, one after the other, and of standard input.
public final class FileSource: RowSource {
  private let inputs: [InputPlace]
  private let format: any RecordFormat
  private let commentPrefix: [UInt8]
  private let stop: StopCheck?
  private var next = 0
  private var input: (any ByteInput)?
  /// Bytes behind the last whole row, which the next buffer begins with.
  private let rest = ChunkBuffer(capacity: 4096)
  /// Where they begin, once some were given out.
  private var restStart = 0
  private var offset: Int64 = 0
  private var order: FieldOrder = nil
  private var headerIsDue = false
  private var skip = 0
  private var atEnd = false
  private var failure: InputError?
  /// Lines taken from the file that no chunk holds: its header.
  private var linesDropped: Int64 = 0
  private var finishedBytes: Int64 = 0
  public private(set) var partitions: [String] = []
  public let isLive = false
  private let totalBytes: Int64?
  /// The stretch that is read instead of whole files.
  private let piece: FilePiece?

  private static let longestRow = 64 << 20

  /// `inputs` as ``findInputs(_:stop:tell:)`` gives them.
  public init(inputs: [InputPlace], format: any RecordFormat, stop: StopCheck? = nil) {
    self.inputs = inputs
    self.format = format
    self.stop = stop
    piece = nil
    commentPrefix = format.commentPrefix
    totalBytes = inputs.reduce(0) { total, input in total.flatMap { sum in input.size.map { sum + $0 } } }
  }

  /// The rows that begin in a stretch of a file, or rows of standard input that are such a stretch.
  public init(_ piece: FilePiece, format: any RecordFormat, stop: StopCheck? = nil) {
    self.piece = piece
    self.format = format
    self.stop = stop
    inputs = [InputPlace(path: piece.path)]
    commentPrefix = format.commentPrefix
    totalBytes = nil
  }

  public var progress: SourceProgress {
    SourceProgress(done: finishedBytes + (input?.position ?? 0), total: totalBytes)
  }

  public func close() {
    input?.close()
    input = nil
    if next < inputs.count { inputs[next].leave() }
  }

  public func read(into buffer: ChunkBuffer, rowLimit: Int64?, deadline: Int64) throws -> SourceEvent {
    while true {
      if let failure, input == nil { throw failure }
      if input == nil, rest.count == 0 {
        guard next < inputs.count else { return .end }
        try open(inputs[next])
        next += 1
      }
      if let rowLimit, let rows = takeFromRest(into: buffer, rowLimit: rowLimit) { return rows }
      buffer.append(UnsafeRawBufferPointer(rebasing: rest.bytes[restStart...]))
      (rest.count, restStart) = (0, 0)
      if try !fill(buffer, deadline: deadline) {
        keep(buffer, from: 0)
        return .idle
      }
      if skip > 0 || headerIsDue {
        guard try takeHeader(buffer) else {
          // The header is not there yet, or there is nothing behind it.
          keep(buffer, from: 0)
          if atEnd { finish() }
          continue
        }
      }
      let (end, rows) = cut(buffer.bytes, rowLimit: rowLimit)
      let tail = buffer.count - end
      if tail > 0 { keep(buffer, from: end) } else if atEnd { finish() }
      buffer.count = end
      guard end > 0 else { continue }
      return delivered(end, rows: rows)
    }
  }

  private func delivered(_ bytes: Int, rows: Int64?) -> SourceEvent {
    defer {
      offset += Int64(bytes)
      linesDropped = 0
    }
    var taken = SourceRows(partition: partitions.count - 1, offset: offset, rows: rows)
    taken.order = order
    taken.linesBefore = linesDropped
    return .rows(taken)
  }

  /// Short windows of rows are cut out of what is left of the last read: moving all of it for each would cost more than
  /// counting them. Nil where it does not hold so many rows.
  private func takeFromRest(into buffer: ChunkBuffer, rowLimit: Int64) -> SourceEvent? {
    guard !headerIsDue, skip == 0, rest.count > restStart else { return nil }
    let held = UnsafeRawBufferPointer(rebasing: rest.bytes[restStart...])
    let (end, rows) = cut(held, rowLimit: rowLimit)
    // The end of the file is left to the general way.
    guard rows == rowLimit, end < held.count else { return nil }
    buffer.append(UnsafeRawBufferPointer(rebasing: held[..<end]))
    restStart += end
    return delivered(end, rows: rows)
  }

  private func open(_ place: InputPlace) throws {
    if let piece { return try open(piece) }
    input = try place.open(stop)
    partitions.append(place.name)
    offset = 0
    order = nil
    atEnd = false
    switch format.framing {
    case .lines(let policy): (headerIsDue, skip) = (policy != .no, 0)
    case .fixed(_, let bytes): (headerIsDue, skip) = (false, bytes)
    }
  }

  private func open(_ piece: FilePiece) throws {
    let opened = try piece.open(format, stop: stop)
    input = opened.input
    partitions.append(piece.name)
    offset = opened.offset
    order = opened.order
    atEnd = false
    (headerIsDue, skip) = (false, 0)
    // A stretch from the beginning on has the header that the file has.
    guard opened.hasHeader else { return }
    switch format.framing {
    case .lines(let policy): headerIsDue = policy != .no
    case .fixed(_, let bytes): skip = bytes
    }
  }

  private func finish() {
    finishedBytes += input?.position ?? 0
    input?.close()
    input = nil
    (rest.count, restStart) = (0, 0)
    atEnd = false
  }

  private func keep(_ buffer: ChunkBuffer, from start: Int) {
    rest.append(UnsafeRawBufferPointer(rebasing: buffer.bytes[start...]))
    if start == 0 { buffer.count = 0 }
  }

  /// Reads until the buffer is full, the file ends, or the deadline is there with at least one row; false at the deadline
  /// with none.
  private func fill(_ buffer: ChunkBuffer, deadline: Int64) throws -> Bool {
    guard let input else { return true }
    // A row longer than the buffer makes it grow.
    if buffer.count == buffer.capacity || cut(buffer.bytes, rowLimit: 1).end == 0, buffer.count * 2 > buffer.capacity {
      buffer.reserve(buffer.capacity * 2)
    }
    while !atEnd, buffer.count < buffer.capacity {
      do {
        let count: Int? =
          input.isSlow
          ? try input.read(into: buffer.room, milliseconds: patience(until: deadline))
          : try input.read(into: buffer.room)
        if let count {
          if count == 0 { atEnd = true } else { buffer.count += count }
          continue
        }
      } catch {
        // What came before the damage counts; the error comes after it.
        failure = error
        atEnd = true
        continue
      }
      // A pipe or a network may have nothing for long: what is there by the deadline is passed on.
      if stop?() == true { throw InputError.interrupted(input.name) }
      if monotonicNanoseconds() >= deadline { return hasRow(buffer) }
    }
    return true
  }

  /// How long to wait for bytes before somebody is asked whether to stop.
  private func patience(until deadline: Int64) -> Int {
    Int(min(max(0, (deadline - monotonicNanoseconds()) / 1_000_000), 100))
  }

  private func hasRow(_ buffer: ChunkBuffer) -> Bool { cut(buffer.bytes, rowLimit: nil).end > 0 }

  /// Takes a header out of the buffer's front; false if it is not complete.
  private func takeHeader(_ buffer: ChunkBuffer) throws -> Bool {
    if skip > 0 {
      let count = min(skip, buffer.count)
      drop(count, from: buffer)
      skip -= count
      return skip == 0
    }
    // The first line that is a row or a header; comments and blank lines before it stay for the decoder.
    var start = 0
    while start < buffer.count {
      let line = lineRange(buffer.bytes, from: start)
      guard line.isWhole || atEnd else { return false }
      let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<line.end])
      if isRow(bytes) {
        headerIsDue = false
        do {
          if let order = try format.header(bytes) {
            self.order = order
            linesDropped = Int64(scan_count_lines(buffer.base.assumingMemoryBound(to: CChar.self), line.next))
            drop(line.next, from: buffer)
          }
        } catch {
          throw ConnectorError("\(partitions.last ?? ""): \(error.message)")
        }
        return true
      }
      start = line.next
    }
    return atEnd
  }

  private func drop(_ count: Int, from buffer: ChunkBuffer) {
    buffer.base.copyMemory(from: buffer.base + count, byteCount: buffer.count - count)
    buffer.count -= count
    offset += Int64(count)
  }

  // MARK: Rows

  private func lineRange(_ bytes: UnsafeRawBufferPointer, from start: Int) -> (end: Int, next: Int, isWhole: Bool) {
    let found = memchr(bytes.baseAddress! + start, 0x0A, bytes.count - start)
    guard let found else { return (bytes.count, bytes.count, false) }
    let end = UnsafeRawPointer(found) - bytes.baseAddress!
    return (end, end + 1, true)
  }

  /// Whether a line is a row: not blank, not a comment.
  private func isRow(_ line: UnsafeRawBufferPointer) -> Bool {
    guard let first = line.firstIndex(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return false }
    return commentPrefix.isEmpty || !line[first...].starts(with: commentPrefix)
  }

  /// Where the last whole row ends, at most `rowLimit` rows on, and how many rows that is if there is a limit.
  private func cut(_ bytes: UnsafeRawBufferPointer, rowLimit: Int64?) -> (end: Int, rows: Int64?) {
    switch format.framing {
    case .fixed(let width, _):
      // The end of the file is passed on whole: what is too short for a record is one malformed record.
      let whole = bytes.count / width
      let wanted = min(Int64(whole), rowLimit ?? .max)
      let isLast = atEnd && wanted == Int64(whole) && bytes.count % width != 0
      if isLast, Int64(whole) < rowLimit ?? .max { return (bytes.count, rowLimit == nil ? nil : Int64(whole) + 1) }
      return (Int(wanted) * width, rowLimit == nil ? nil : wanted)
    case .lines:
      guard let rowLimit else {
        if atEnd { return (bytes.count, nil) }
        let end = scan_last_line(bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        // Nobody writes rows this long: the piece is passed on, to be counted as malformed.
        return (end == 0 && bytes.count >= Self.longestRow ? bytes.count : end, nil)
      }
      var end = 0
      var rows: Int64 = 0
      while rows < rowLimit, end < bytes.count {
        let line = lineRange(bytes, from: end)
        guard line.isWhole || atEnd || (end == 0 && bytes.count >= Self.longestRow) else { break }
        if isRow(UnsafeRawBufferPointer(rebasing: bytes[end..<line.end])) { rows += 1 }
        end = line.next
      }
      return (end, rows)
    }
  }
}
