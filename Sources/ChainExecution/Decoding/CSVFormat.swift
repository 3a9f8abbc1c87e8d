import CScan
import Columns

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension FieldType.Storage {
  /// The lane of a date or a time.
  var scanLane: scan_lane {
    switch self {
    case .date: SCAN_DATE
    case .time: SCAN_TIME
    default: SCAN_DATETIME
    }
  }
}

extension FieldType {
  /// As one would type it: `u16`, `f32 ns`.
  package var declared: String { unit.symbol.isEmpty ? storage.rawValue : "\(storage.rawValue) \(unit.symbol)" }
}

package struct CSVFormat: RecordFormat {
  package let fields: [RecordField]
  let storage: [FieldType.Storage]
  let policy: Framing.HeaderPolicy
  let delimiter: UInt8
  let quote: UInt8
  let comment: String
  /// The fields' names as they stand in a line.
  let nameBytes: [[UInt8]]

  package init(
    fields: [RecordField], storage: [FieldType.Storage], policy: Framing.HeaderPolicy, delimiter: UInt8, quote: UInt8,
    comment: String, nameBytes: [[UInt8]]
  ) {
    self.fields = fields
    self.storage = storage
    self.policy = policy
    self.delimiter = delimiter
    self.quote = quote
    self.comment = comment
    self.nameBytes = nameBytes
  }

  package var framing: Framing { .lines(policy) }
  package var separator: UInt8? { delimiter }
  package var commentPrefix: [UInt8] { Array(comment.utf8) }

  package func makeDecoder(columns: [Slot?], categories: Categories) -> any RecordDecoder {
    CSVDecoder(format: self, columns: columns, categories: categories)
  }
}

final class CSVDecoder: RecordDecoder {
  private let format: CSVFormat
  private let columns: [Slot?]
  private var texts: TextColumns
  private let comment: [CChar]
  private var descriptions: [scan_field] = []
  private var describedOrder: FieldOrder = nil
  private weak var describedFrame: Frame?
  private var bad = Array(repeating: scan_bad(), count: CSVDecoder.mostBad)

  /// Malformed rows of a batch that are looked at one by one.
  private static let mostBad = 64

  init(format: CSVFormat, columns: [Slot?], categories: Categories) {
    self.format = format
    self.columns = columns
    texts = TextColumns(categories: categories, quote: format.quote)
    comment = format.comment.utf8.map(CChar.init(bitPattern:)) + [0]
  }

  /// The C description of a row for this order of fields, writing to this frame.
  private func describe(_ order: FieldOrder, _ frame: Frame) {
    if !descriptions.isEmpty, describedOrder == order, describedFrame === frame { return }
    describedOrder = order
    describedFrame = frame
    let numbers = order?.fields ?? Array(format.fields.indices)
    descriptions = numbers.map { number in
      var field = scan_field(lane: SCAN_SKIP, single: 0, lower: 0, upper: 0, column: nil)
      guard number >= 0, let slot = columns[number] else { return field }
      if let range = format.storage[number].range {
        field.lower = range.lowerBound
        field.upper = range.upperBound
      }
      field.single = format.storage[number] == .f32 ? 1 : 0
      switch (format.storage[number], slot.lane) {
      case (.text, _):
        field.lane = SCAN_TEXT
        field.column = UnsafeMutableRawPointer(texts.slices(for: slot, capacity: frame.capacity))
        return field
      case (.date, _), (.time, _), (.datetime, _):
        field.lane = format.storage[number].scanLane
      case (_, .int32):
        field.lane = SCAN_INT32
        // Int32.min stands for unknown; an i32 field lies in 64 bits.
        field.lower = max(field.lower, Int64(Int32.min) + 1)
      case (_, .int64): field.lane = SCAN_INT64
      case (_, .float64): field.lane = SCAN_FLOAT64
      case (_, .flag): return field
      }
      field.column = frame.raw(slot)
      return field
    }
  }

  func decode(
    _ bytes: UnsafeRawBufferPointer, from offset: Int, order: FieldOrder, into frame: Frame, report: inout DecodeReport
  ) -> Int {
    describe(order, frame)
    let text = bytes.baseAddress!.advanced(by: offset).assumingMemoryBound(to: CChar.self)
    let result = comment.withUnsafeBufferPointer { comment in
      var layout = scan_format(
        separator: CChar(bitPattern: format.delimiter), quote: CChar(bitPattern: format.quote),
        comment: comment.baseAddress)
      return bad.withUnsafeMutableBufferPointer { bad in
        scan_csv(
          text, bytes.count - offset, &layout, descriptions, Int32(descriptions.count), frame.capacity,
          frame.rowOffsets, bad.baseAddress, bad.count, UInt32(offset))
      }
    }
    frame.count = result.rows
    texts.convert(bytes, rows: result.rows, frame: frame)
    for factor in order?.factors ?? [] { convert(factor, frame) }
    report.malformed += result.bad
    if result.bad > 0 { look(at: result, bytes, from: offset, order, &report) }
    report.lines += result.lines
    return offset + result.consumed
  }

  /// Brings a field that the file has in another unit to the declared one.
  private func convert(_ factor: FileColumns.Factor, _ frame: Frame) {
    guard let slot = columns[factor.field], slot.lane == .float64 else { return }
    FieldConversion(source: slot, target: slot, factor: factor.ratio).run(frame)
  }

  // MARK: Malformed rows

  /// Describes the first of the malformed rows, and finds headers among them: one that says the same again is passed over,
  /// and any other is a fault.
  private func look(
    at result: scan_result, _ bytes: UnsafeRawBufferPointer, from offset: Int, _ order: FieldOrder,
    _ report: inout DecodeReport
  ) {
    for index in 0..<min(bad.count, result.bad) {
      let row = bad[index]
      let line = UnsafeRawBufferPointer(rebasing: bytes[Int(row.offset)..<Int(row.offset) + Int(row.length)])
      if isHeader(line, at: Int(row.offset), line: report.lines + Int(row.line), order, &report) {
        report.malformed -= 1
      } else if report.fault != nil {
        return
      } else if report.samples.count < DecodeReport.sampleLimit {
        report.samples.append(describe(row, bytes, order, linesBefore: report.lines))
      }
    }
    guard result.bad > bad.count else { return }
    // Beyond those that are known one by one every line is looked at.
    var start = Int(bad[bad.count - 1].offset) + Int(bad[bad.count - 1].length)
    var number = report.lines + Int(bad[bad.count - 1].line)
    let end = offset + result.consumed
    var left = result.bad - bad.count
    while start < end, left > 0, report.fault == nil {
      let lineEnd = memchr(bytes.baseAddress! + start, 0x0A, end - start).map {
        UnsafeRawPointer($0) - bytes.baseAddress!
      }
      let line = UnsafeRawBufferPointer(rebasing: bytes[start..<(lineEnd ?? end)])
      if isHeader(line, at: start, line: number, order, &report) {
        report.malformed -= 1
        left -= 1
      }
      start = (lineEnd ?? end) + 1
      number += 1
    }
  }

  private func isHeader(
    _ line: UnsafeRawBufferPointer, at offset: Int, line number: Int, _ order: FieldOrder, _ report: inout DecodeReport
  ) -> Bool {
    let message: String
    do throws(HeaderError) {
      guard let header = try format.headerAgain(line) else { return false }
      if header.order == order { return true }
      let before = (order?.fields ?? Array(format.fields.indices)).map {
        $0 < 0 ? "others" : format.fields[$0].name
      }
      message =
        "a header among the rows names \(header.names.joined(separator: ", ")), and the rows before it have \(before.joined(separator: ", ")), or other units: cut the file in two there"
    } catch {
      message = "a header among the rows: \(error.message)"
    }
    report.fault = ChainFault(
      message, row: MalformedRow(offset: offset, line: number, reason: message, excerpt: excerpt(line, isText: true)))
    return false
  }

  private func describe(
    _ bad: scan_bad, _ bytes: UnsafeRawBufferPointer, _ order: FieldOrder, linesBefore: Int
  ) -> MalformedRow {
    let row = UnsafeRawBufferPointer(rebasing: bytes[Int(bad.offset)..<Int(bad.offset) + Int(bad.length)])
    let expected = order?.fields.count ?? format.fields.count
    let number = Int(bad.field)
    let declared = order.map { number < $0.fields.count ? $0.fields[number] : -1 } ?? number
    let name = format.fields.indices.contains(declared) ? format.fields[declared].name : "field \(number + 1)"
    let type = format.fields.indices.contains(declared) ? format.fields[declared].declared : ""
    let reason =
      switch scan_reason(UInt32(bad.reason)) {
      case SCAN_SHORT: "has \(number) of \(expected) fields"
      case SCAN_LONG: "has more than \(expected) fields"
      case SCAN_NOT_A_NUMBER: "\(name) is not a number"
      case SCAN_NOT_AN_INTEGER: "\(name) is not an integer"
      case SCAN_NOT_A_TIME: "\(name) is not a \(type)"
      case SCAN_OUT_OF_RANGE: "\(name) is out of the range of \(type)"
      default: "a quote is not closed"
      }
    return MalformedRow(
      offset: Int(bad.offset), line: linesBefore + Int(bad.line), reason: reason, excerpt: excerpt(row, isText: true))
  }
}
