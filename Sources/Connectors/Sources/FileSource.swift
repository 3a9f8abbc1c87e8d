import CScan
import ChainExecution
import Support

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Rows of files and objects, one after the other, and of standard input.
package final class FileSource: RowSource {
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
  /// Whether it is still open what the file begins with.
  private var frontIsDue = false
  private var front: FileFront
  private var skip = 0
  /// A line that is too long to be a row, of which the rest is passed over: its bytes so far, and its first ones.
  private var long: (bytes: Int64, beginning: [UInt8])?
  private var atEnd = false
  private var failure: InputError?
  /// Lines taken from the file that no chunk holds: its header.
  private var linesDropped: Int64 = 0
  /// Files that end without a newline, and the last row of the first of them.
  private var unended: (count: Int, file: String, row: String)?
  private var finishedBytes: Int64 = 0
  package private(set) var partitions: [String] = []
  package let isLive = false
  private let totalBytes: Int64?
  /// The stretch that is read instead of whole files.
  private let piece: FilePiece?
  /// Where the rows of the file begin and end of which a stretch is read; nil until it is open, and for whole files.
  package private(set) var extent: OffsetRange?

  /// `inputs` as ``findInputs(_:stop:tell:)`` gives them; `header` is that of files before them, for those without one.
  package init(inputs: [InputPlace], format: any RecordFormat, header: FileHeader? = nil, stop: StopCheck? = nil) {
    self.inputs = inputs
    self.format = format
    self.stop = stop
    piece = nil
    front = FileFront(format, header: header)
    commentPrefix = format.commentPrefix
    totalBytes = inputs.reduce(0) { total, input in total.flatMap { sum in input.size.map { sum + $0 } } }
  }

  /// The rows that begin in a stretch of a file, or rows of standard input that are such a stretch.
  package init(_ piece: FilePiece, format: any RecordFormat, stop: StopCheck? = nil) throws {
    self.piece = piece
    front = FileFront(format, header: piece.path == "-" ? nil : try piece.fileHeader(format))
    self.format = format
    self.stop = stop
    inputs = [InputPlace(path: piece.path)]
    commentPrefix = format.commentPrefix
    totalBytes = nil
  }

  package var progress: SourceProgress {
    SourceProgress(done: finishedBytes + (input?.position ?? 0), total: totalBytes)
  }

  package var notes: [String] {
    var notes = front.note.map { [$0] } ?? []
    if let unended {
      notes.append(
        unended.count == 1
          ? "\(unended.file) does not end with a newline: its last row may be cut off, and was read as it stands: \(unended.row)"
          : "\(unended.count) files do not end with a newline: their last rows may be cut off, and were read as they stand, such as in \(unended.file): \(unended.row)"
      )
    }
    return notes
  }

  /// The header of the very first of these files; nil where it has none.
  ///
  /// Who counts a part of them does not see the others. So what they begin with is looked at here, and what ends a run of
  /// all of them is thrown, such as a file without a header behind others whose headers differ. Of objects of a store only
  /// the first is looked at, as each of them would be a request.
  package static func header(of inputs: [InputPlace], format: any RecordFormat, stop: StopCheck?) throws -> FileHeader?
  {
    guard case .lines(let policy) = format.framing, policy != .no else { return nil }
    var front = FileFront(format)
    var first: FileHeader?
    let buffer = ChunkBuffer(capacity: 1 << 16)
    for (index, input) in inputs.enumerated() where index == 0 || (input.path != nil && input.size != nil) {
      let source = FileSource(inputs: [input.alone], format: format, stop: stop)
      defer { source.close() }
      source.front = front
      buffer.removeAll()
      _ = try source.read(into: buffer, rowLimit: 1, deadline: .max)
      front = source.front
      if index == 0 { first = front.header }
    }
    return first
  }

  package func close() {
    input?.close()
    input = nil
    if next < inputs.count { inputs[next].leave() }
  }

  package func read(into buffer: ChunkBuffer, rowLimit: Int64?, deadline: Int64) throws -> SourceEvent {
    while true {
      if let failure, input == nil { throw failure }
      if long != nil {
        guard let event = try passLong(buffer, deadline: deadline, rowLimit: rowLimit) else { continue }
        return event
      }
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
      if skip > 0 || frontIsDue {
        guard try takeFront(buffer) else {
          // The header is not there yet, or there is nothing behind it.
          keep(buffer, from: 0)
          if long != nil { continue }
          if atEnd { finish() } else if stop?() == true { throw InputError.interrupted(partitions.last ?? "") }
          if !atEnd, input != nil, monotonicNanoseconds() >= deadline { return .idle }
          continue
        }
      }
      if isText, TextLine.tooLong(in: buffer.bytes) == 0 {
        long = (0, Array(buffer.bytes.prefix(TextLine.mostKept)))
        keep(buffer, from: 0)
        continue
      }
      let (end, rows) = cut(buffer.bytes, rowLimit: rowLimit)
      let tail = buffer.count - end
      if tail > 0, !endsBroken(UnsafeRawBufferPointer(rebasing: buffer.bytes[end...])) {
        keep(buffer, from: end)
      } else if atEnd {
        if failure == nil { noteEnd(buffer.bytes) }
        finish()
      }
      buffer.count = end
      guard end > 0 else { continue }
      return delivered(end, rows: rows)
    }
  }

  /// Reads to the end of a line that is too long, and hands it on as a malformed row without its bytes; nil where it is a
  /// comment.
  private func passLong(_ buffer: ChunkBuffer, deadline: Int64, rowLimit: Int64?) throws -> SourceEvent? {
    buffer.append(UnsafeRawBufferPointer(rebasing: rest.bytes[restStart...]))
    (rest.count, restStart) = (0, 0)
    var newline: Int64 = 0
    while true {
      let line = TextLine(buffer.bytes, from: 0)
      long?.bytes += Int64(line.end)
      newline = line.isWhole ? 1 : 0
      if line.isWhole || (atEnd && buffer.count == line.end) {
        keep(buffer, from: line.next)
        break
      }
      buffer.count = 0
      if try !readSome(buffer, deadline: deadline) || monotonicNanoseconds() >= deadline {
        keep(buffer, from: 0)
        return .idle
      }
    }
    buffer.count = 0
    let (bytes, beginning) = long ?? (0, [])
    long = nil
    var taken = SourceRows(partition: partitions.count - 1, offset: offset, rows: rowLimit == nil ? nil : 1)
    offset += bytes + newline
    if atEnd, rest.count == 0 { finish() }
    if beginning.withUnsafeBytes({ TextLine.isComment($0, comment: commentPrefix) }) {
      linesDropped += 1
      return nil
    }
    taken.order = order
    taken.linesBefore = linesDropped
    taken.end = offset
    taken.refused = beginning.withUnsafeBytes { MalformedRow(bytes: bytes, most: TextLine.longest, beginning: $0) }
    linesDropped = 0
    return .rows(taken)
  }

  /// A file that ends in the middle of a row looks like one whose last newline is missing.
  private func noteEnd(_ bytes: UnsafeRawBufferPointer) {
    guard isText, let last = bytes.last, last != 0x0A else { return }
    let start = scan_last_line(bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    let line = UnsafeRawBufferPointer(rebasing: bytes[start...])
    guard isRow(line) else { return }
    unended = (
      (unended?.count ?? 0) + 1, unended?.file ?? partitions.last ?? "", unended?.row ?? excerpt(line, isText: true)
    )
  }

  /// Whether nothing is left but the row that damaged input breaks off in: nobody knows how it goes on.
  private func endsBroken(_ bytes: UnsafeRawBufferPointer) -> Bool {
    atEnd && failure != nil && cut(bytes, rowLimit: nil).end == 0
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
    guard !frontIsDue, skip == 0, rest.count > restStart else { return nil }
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
    linesDropped = 0
    order = nil
    atEnd = false
    switch format.framing {
    case .lines: (frontIsDue, skip) = (true, 0)
    case .fixed(_, let bytes): (frontIsDue, skip) = (false, bytes)
    }
  }

  private func open(_ piece: FilePiece) throws {
    let opened = try piece.open(format, stop: stop)
    input = opened.input
    partitions.append(piece.name)
    offset = opened.offset
    linesDropped = 0
    order = opened.order
    extent = opened.extent
    atEnd = false
    (frontIsDue, skip) = (false, 0)
    // A stretch from the beginning on has the header that the file has.
    guard opened.hasHeader else { return }
    switch format.framing {
    case .lines: frontIsDue = true
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
    guard input != nil else { return true }
    // A row longer than the buffer makes it grow.
    if buffer.count == buffer.capacity || cut(buffer.bytes, rowLimit: 1).end == 0, buffer.count * 2 > buffer.capacity {
      buffer.reserve(buffer.capacity * 2)
    }
    while !atEnd, buffer.count < buffer.capacity {
      // A pipe or a network may have nothing for long: what is there by the deadline is passed on.
      if try !readSome(buffer, deadline: deadline) { return hasRow(buffer) }
    }
    return true
  }

  /// Reads once, or finds the end; false with nothing at the deadline, and at a stop where the buffer has rows.
  private func readSome(_ buffer: ChunkBuffer, deadline: Int64) throws -> Bool {
    guard let input, !atEnd else { return true }
    while true {
      do {
        let count: Int? =
          input.isSlow
          ? try input.read(into: buffer.room, milliseconds: patience(until: deadline))
          : try input.read(into: buffer.room)
        if let count {
          if count == 0 { atEnd = true } else { buffer.count += count }
          return true
        }
      } catch {
        // What came before the damage counts; the error comes after it.
        failure = error
        atEnd = true
        return true
      }
      if stop?() == true {
        // Nobody can read rows of a pipe again: those that came before count.
        if hasRow(buffer) { return false }
        throw InputError.interrupted(input.name)
      }
      if monotonicNanoseconds() >= deadline { return false }
    }
  }

  /// How long to wait for bytes before somebody is asked whether to stop.
  private func patience(until deadline: Int64) -> Int {
    Int(min(max(0, (deadline - monotonicNanoseconds()) / 1_000_000), 100))
  }

  private func hasRow(_ buffer: ChunkBuffer) -> Bool { cut(buffer.bytes, rowLimit: nil).end > 0 }

  /// Takes what is before the rows out of the buffer's front; false if it is not complete.
  private func takeFront(_ buffer: ChunkBuffer) throws -> Bool {
    if skip > 0 {
      let count = min(skip, buffer.count)
      drop(count, from: buffer)
      skip -= count
      return skip == 0
    }
    let file = partitions.last ?? ""
    switch try front.look(buffer.bytes, isWhole: atEnd, file: file, lines: linesDropped) {
    case .rows(let start, let order):
      frontIsDue = false
      self.order = order
      drop(lines: start, from: buffer)
      return true
    case .more(let passed):
      drop(lines: passed, from: buffer)
      return false
    case .longComment(let start):
      drop(lines: start, from: buffer)
      long = (0, Array(buffer.bytes.prefix(TextLine.mostKept)))
      return false
    }
  }

  private func drop(lines count: Int, from buffer: ChunkBuffer) {
    guard count > 0 else { return }
    linesDropped += Int64(scan_count_lines(buffer.base.assumingMemoryBound(to: CChar.self), count))
    drop(count, from: buffer)
  }

  private func drop(_ count: Int, from buffer: ChunkBuffer) {
    buffer.base.copyMemory(from: buffer.base + count, byteCount: buffer.count - count)
    buffer.count -= count
    offset += Int64(count)
  }

  // MARK: Rows

  private var isText: Bool { if case .lines = format.framing { true } else { false } }

  private func isRow(_ line: UnsafeRawBufferPointer) -> Bool { TextLine.isRow(line, comment: commentPrefix) }

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
      // A line that is too long for a row is taken apart from others.
      let tooLong = TextLine.tooLong(in: bytes)
      let bytes = UnsafeRawBufferPointer(rebasing: bytes[..<(tooLong ?? bytes.count)])
      let isWhole = (atEnd && failure == nil) || tooLong != nil
      guard let rowLimit else {
        if isWhole { return (bytes.count, nil) }
        return (scan_last_line(bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count), nil)
      }
      var end = 0
      var rows: Int64 = 0
      while rows < rowLimit, end < bytes.count {
        let line = TextLine(bytes, from: end)
        guard line.isWhole || isWhole else { break }
        if isRow(UnsafeRawBufferPointer(rebasing: bytes[end..<line.end])) { rows += 1 }
        end = line.next
      }
      return (end, rows)
    }
  }
}
