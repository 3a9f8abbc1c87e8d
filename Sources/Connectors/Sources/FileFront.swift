import CScan
import Diagnostics
import ChainExecution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Looks at what files begin with: byte order marks, comments, lines of a device before the header, the header.
///
/// A file's header holds for that file, and for those behind it that have none and the same columns. Where headers
/// differ, a file without one is an error: which of them it goes by would depend on the order of the files.
struct FileFront {
  enum Look {
    /// Rows begin at this byte; their columns.
    case rows(from: Int, FieldOrder)
    /// More bytes are needed to tell; those before this one are no rows, and may go.
    case more(passed: Int)
    /// A comment that is longer than rows are begins at this byte. Neither it nor what is before it are rows.
    case longComment(at: Int)
  }

  private let format: any RecordFormat
  private let policy: Framing.HeaderPolicy
  /// The first header that was met, and its file.
  private var known: (file: String, header: FileHeader)?
  /// The first header that has the columns in another order or other units than that one.
  private var other: (file: String, header: FileHeader)?
  /// The units of fields that are declared without one, and the files whose headers say them.
  private var units: [Int: (unit: String, file: String)] = [:]
  /// The first file of which rows were read in the order of the record, as no header was met.
  private var plain: String?
  /// Files that go by the header of another.
  private var followers: (count: Int, first: String)?

  /// Lines that may stand before a header, and how far it is looked for.
  private static let mostLines = 100
  private static let mostBytes = 1 << 16

  /// `header` is the one of files before, where that is known.
  init(_ format: any RecordFormat, header: FileHeader? = nil) {
    self.format = format
    known = header.map { ("the first file", $0) }
    units = (header?.plainUnits ?? [:]).mapValues { ($0, "the first file") }
    if case .lines(let policy) = format.framing { self.policy = policy } else { policy = .no }
  }

  /// The first header that was met.
  var header: FileHeader? { known?.header }

  /// What should be known of the files in the end.
  var note: String? {
    guard let followers, let known else { return nil }
    return followers.count == 1
      ? "\(followers.first) has no header: its columns go by that of \(known.file)"
      : "\(followers.count) files, such as \(followers.first), have no header: their columns go by that of \(known.file)"
  }

  /// - Parameters:
  ///   - bytes: the beginning of a file, as far as it was read, behind `lines` lines that are gone.
  ///   - isWhole: whether that is all of it.
  mutating func look(_ bytes: UnsafeRawBufferPointer, isWhole: Bool, file: String, lines: Int64) throws -> Look {
    let begin = lines > 0 ? 0 : try mark(bytes, isWhole: isWhole, file)
    guard let begin else { return .more(passed: 0) }
    guard policy != .no else { return .rows(from: begin, nil) }
    func failure(_ number: Int64, _ message: String) -> ConnectorError {
      ConnectorError("\(file):\(number): \(message)")
    }
    var words: (number: Int64, error: HeaderError)?
    var start = begin
    var number = lines, looked = 0
    while start < bytes.count, looked < Self.mostLines {
      let line = TextLine(bytes, from: start)
      number += 1
      if line.end - start > TextLine.longest {
        let beginning = UnsafeRawBufferPointer(rebasing: bytes[start...].prefix(TextLine.mostKept))
        if TextLine.isComment(beginning, comment: format.commentPrefix) {
          guard looked > 0 else { return .longComment(at: start) }
          // A header behind it would be too far from the lines before.
          start = line.end
          break
        }
        throw failure(
          number,
          "the line has more than \(TextLine.longest) bytes, and no row is so long: is it text, with a newline behind each row?"
        )
      }
      guard line.isWhole || isWhole else { break }
      let text = UnsafeRawBufferPointer(rebasing: bytes[start..<line.end])
      start = line.next
      guard TextLine.isRow(text, comment: format.commentPrefix) else { continue }
      looked += 1
      if !line.isWhole, hasReturnInside(text) {
        throw failure(
          number, "lines end with a carriage return alone: change them, such as with `tr '\\r' '\\n' < \(file)`")
      }
      do {
        switch try format.beginning(text, after: known?.header) {
        case .header(let header):
          try take(header, of: file)
          return .rows(from: start, header.order)
        case .row(let order):
          if let words { throw failure(words.number, words.error.message) }
          if known == nil { plain = plain ?? file }
          return .rows(from: begin, try follow(order, file))
        case .words(let error): words = words ?? (number, error)
        case .other: break
        }
      } catch let error as HeaderError {
        throw failure(number, error.message)
      }
    }
    guard isWhole || looked == Self.mostLines || (looked > 0 && start > Self.mostBytes) else {
      // Of many lines of comment nothing needs to be kept.
      return .more(passed: looked == 0 && start > Self.mostBytes ? start : 0)
    }
    if let words { throw failure(words.number, words.error.message) }
    guard looked > 0 else { return .rows(from: begin, nil) }
    do throws(HeaderError) {
      return .rows(from: begin, try follow(known?.header.order, file))
    } catch {
      throw failure(number, error.message)
    }
  }

  /// Where the text begins: behind a byte order mark. Nil where there are too few bytes to tell.
  private func mark(_ bytes: UnsafeRawBufferPointer, isWhole: Bool, _ file: String) throws -> Int? {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    if bytes.starts(with: mark) { return mark.count }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw ConnectorError(
        "\(file) is text in UTF-16: change it, such as with `iconv -f UTF-16 -t UTF-8 \(file)`")
    }
    return bytes.count < mark.count && mark.starts(with: bytes) && !isWhole ? nil : 0
  }

  private mutating func take(_ header: FileHeader, of file: String) throws(HeaderError) {
    if let plain, header.order != nil {
      throw HeaderError(
        message:
          "the header names \(header.names.joined(separator: ", ")), and \(plain) before it has no header and was read in the order and the units of the record: read the file with the header first"
      )
    }
    for (field, unit) in header.plainUnits.sorted(by: { $0.key < $1.key }) {
      let other = units[field] ?? (unit: unit, file: file)
      units[field] = other
      if other.unit == unit { continue }
      let name = format.fields[field].name
      throw HeaderError(
        message:
          "the header says that \(name) is in \(unit), and that of \(other.file) says \(other.unit): declare the field with its unit, such as `\(name): f64 \(other.unit)`"
      )
    }
    if known == nil {
      known = (file, header)
    } else if other == nil, header.order != known?.header.order {
      other = (file, header)
    }
  }

  /// The columns of a file that has no header.
  private mutating func follow(_ order: FieldOrder, _ file: String) throws(HeaderError) -> FieldOrder {
    if let known, let other {
      throw HeaderError(
        message:
          "the file has no header, and those of other files differ: that of \(known.file) names \(known.header.names.joined(separator: ", ")), and that of \(other.file) \(other.header.names.joined(separator: ", ")): give the file a header"
      )
    }
    guard order != nil else { return nil }
    followers = ((followers?.count ?? 0) + 1, followers?.first ?? file)
    return order
  }

  private func hasReturnInside(_ line: UnsafeRawBufferPointer) -> Bool {
    guard let base = line.baseAddress, let found = memchr(base, 0x0D, line.count) else { return false }
    return line[(UnsafeRawPointer(found) - base)...].contains { $0 != 0x0D }
  }
}

/// Text without the lines that are too long to be rows; their newlines stay, so that lines keep their numbers. A first
/// row that is too long stays, as it ends a run.
package func emptyingLongLines(_ bytes: [UInt8], _ format: any RecordFormat) -> [UInt8] {
  guard case .lines = format.framing else { return bytes }
  return bytes.withUnsafeBytes { bytes in
    guard TextLine.tooLong(in: bytes) != nil else { return Array(bytes) }
    var result: [UInt8] = []
    var start = 0
    var hasRow = false
    while start < bytes.count {
      let line = TextLine(bytes, from: start)
      let text = bytes[start..<line.end]
      let isRow = TextLine.isRow(UnsafeRawBufferPointer(rebasing: text), comment: format.commentPrefix)
      if text.count <= TextLine.longest || (isRow && !hasRow) { result += text }
      if line.isWhole { result.append(0x0A) }
      hasRow = hasRow || isRow
      start = line.next
    }
    return result
  }
}

/// A line of text.
struct TextLine {
  /// Where it ends, without its newline, and where the next one begins.
  let end: Int
  let next: Int
  /// Whether its newline is there.
  let isWhole: Bool

  /// The most bytes of a row. Longer ones are malformed, so that no file makes a run hold all of it.
  static let longest = 1 << 20

  init(_ bytes: UnsafeRawBufferPointer, from start: Int) {
    let found = memchr(bytes.baseAddress! + start, 0x0A, bytes.count - start)
    end = found.map { UnsafeRawPointer($0) - bytes.baseAddress! } ?? bytes.count
    next = found == nil ? end : end + 1
    isWhole = found != nil
  }

  /// Whether a line is a row: not blank, not a comment.
  static func isRow(_ line: UnsafeRawBufferPointer, comment: [UInt8]) -> Bool {
    guard let first = line.firstIndex(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return false }
    return comment.isEmpty || !line[first...].starts(with: comment)
  }

  /// So many bytes are kept of a line that is too long for a row.
  static let mostKept = 100

  /// Whether a line that begins so is a comment; blanks alone do not tell.
  static func isComment(_ beginning: UnsafeRawBufferPointer, comment: [UInt8]) -> Bool {
    !isRow(beginning, comment: comment) && beginning.contains { $0 > 0x20 }
  }

  /// Where the first line begins that is longer than rows are; nil where all are shorter.
  static func tooLong(in bytes: UnsafeRawBufferPointer) -> Int? {
    var place = longest
    while place < bytes.count {
      // A line so long has a byte at a multiple of that length.
      let start = scan_last_line(bytes.baseAddress!.assumingMemoryBound(to: CChar.self), place)
      if TextLine(bytes, from: start).end - start > longest { return start }
      place += longest
    }
    return nil
  }
}
