import CScan
import Columns
import Diagnostics
import Specifications

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension DecoderComponent {
  static let csv = DecoderComponent(
    specification: Specification(
      kind: .decoder, name: "csv",
      summary: "Text rows: one row a line, fields parted by commas, another character, or blanks.",
      details: """
        A row ends at a newline, with or without a carriage return before it; the last row may end with the file. Blank
        lines are passed over; a line of more than 1 MiB is malformed. A byte order mark is no part of the text. A field that the pipeline does not use is not converted, and so is not looked at; the number
        of fields must be right all the same. Integers may be written `12`, `+12`, `12.000`; `12.5` in an integer field is
        malformed, and so is a number outside the field's type.

        Dates and times are whole nanoseconds, so that `date + time` is a time since 1970. A `date` is written 2018-07-05,
        2018/07/05, 20180705 or 05.07.2018, a `time` 12:30, 12:30:45 or 12:30:45.678, and a `datetime` as both with `T`, `_` or
        a blank between them, with `Z` or an offset such as `+02:00` if it has one. What says no offset is universal time.
        """,
      keys: [
        Key("format", .choice(["csv"]), required: true, "Names the format."),
        Key(
          "fields", .mapping(key: .identifier, value: .fieldType), required: true,
          "The fields in the order of the row, each with its type: u8, u16, u32, u64, i8, i16, i32, i64, f32, f64, text, date, time or datetime, and a unit if it has one (`f32 ns`)."
        ),
        Key(
          "header", .choice(Framing.HeaderPolicy.allCases.map(\.rawValue)), default: "auto",
          "Whether the first line of a file names the fields. `auto`: it does if it names one of the record's fields; lines that are no rows may stand before it. Fields are then found by their names, in any order, and other columns are passed over. A unit in brackets behind a name, such as `time [us]`, is converted to the declared unit of an `f32` or `f64` field. A header that does not fit the record is an error. It holds for later files of the same columns that have none. Messages of a topic have no header."
        ),
        Key(
          "separator", .text, default: ",",
          "The character between fields, or `blanks`: any number of spaces and tabs, or `tab`."),
        Key("comment", .text, "Lines that start so are passed over, such as `#`."),
        Key(
          "quote", .text,
          "The character round fields that hold separators, such as `\"`. Without it, quotes are nothing special."),
      ] + commonKeys,
      example:
        "record: {format: csv, fields: {HEAD: u8, FPGA: u8, TDC_CHANNEL: u16, ORBIT_CNT: u32, BX_COUNTER: u16, TDC_MEAS: f32}}"
    ),
    make: { settings, findings, _ in
      guard let declared = fields(settings, findings: findings) else { return nil }
      let errorsBefore = findings.errorCount
      /// One byte that is not part of a number.
      func character(_ key: String) -> UInt8? {
        guard let text = settings[key]?.text else { return nil }
        if text.text.utf8.count == 1, let byte = text.text.utf8.first, byte > 0x20 || byte == 0x09 || byte == 0x20,
          !("0"..."9").contains(Unicode.Scalar(byte)), !"+-.eE".utf8.contains(byte)
        {
          return byte
        }
        findings.error(
          "wrong-type", "`\(key)` takes one character that is not part of a number, not `\(text.written)`",
          at: text.span,
          hint: key == "separator" ? "write \",\", \";\", tab or blanks" : "write '\"'")
        return nil
      }
      var separator: UInt8 = 0
      switch settings["separator"]?.text?.text {
      case "blanks": separator = 0
      case "tab": separator = 0x09
      default: separator = character("separator") ?? 0x2C
      }
      let quote = settings.given.contains("quote") ? character("quote") : nil
      guard findings.errorCount == errorsBefore else { return nil }
      return CSVFormat(
        fields: declared.map { name, setting in
          RecordField(name: name, type: setting.fieldType!.valueType, declared: setting.fieldType!.declared)
        },
        storage: declared.map { $0.setting.fieldType!.storage },
        policy: Framing.HeaderPolicy(rawValue: settings["header"]?.text?.text ?? "auto") ?? .auto,
        delimiter: separator, quote: quote ?? 0, comment: settings["comment"]?.text?.text ?? "",
        nameBytes: declared.map { Array($0.key.text.utf8) })
    })
}

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
  var declared: String { unit.symbol.isEmpty ? storage.rawValue : "\(storage.rawValue) \(unit.symbol)" }
}

struct CSVFormat: RecordFormat {
  let fields: [RecordField]
  let storage: [FieldType.Storage]
  let policy: Framing.HeaderPolicy
  let delimiter: UInt8
  let quote: UInt8
  let comment: String
  /// The fields' names as they stand in a line.
  let nameBytes: [[UInt8]]

  var framing: Framing { .lines(policy) }
  var separator: UInt8? { delimiter }
  var commentPrefix: [UInt8] { Array(comment.utf8) }

  func makeDecoder(columns: [Slot?], categories: Categories) -> any RecordDecoder {
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
        $0 < 0 ? "others" : format.fields[$0].name.text
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
    let name = format.fields.indices.contains(declared) ? format.fields[declared].name.text : "field \(number + 1)"
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
