import CScan
import Columns
import Diagnostics
import Specifications

extension DecoderComponent {
  static let records = DecoderComponent(
    specification: Specification(
      kind: .decoder, name: "records",
      summary: "Binary records of fixed size, made of typed fields.",
      details: """
        Fields lie one after the other without gaps, after `skip` bytes of file header. A record with a NaN or an infinity in
        a field that is used is malformed, and so is a file's last record if it is cut short.
        """,
      keys: [
        Key("format", .choice(["records"]), required: true, "Names the format."),
        Key(
          "fields", .mapping(key: .identifier, value: .fieldType), required: true,
          "The fields in the order of the record: u8 to u64, i8 to i64, f32, f64, with a unit if it has one (`i64 ps`)."
        ),
        Key("bytes", .integer(1...65_536), "Bytes a record, where there is padding behind the last field."),
        Key("order", .choice(["little", "big"]), default: "little", "The order of a field's bytes."),
        Key("skip", .integer(0...1_073_741_824), default: "0", "Bytes of a file's header."),
      ] + commonKeys,
      example: "record: {format: records, skip: 40, fields: {time: i64 ps, channel: u16}}"),
    make: { settings, findings, _ in
      guard let declared = fields(settings, findings: findings) else { return nil }
      var offset = 0
      var fields: [RecordField] = []
      var stored: [(FieldType.Storage, Int)] = []
      for (name, setting) in declared {
        let type = setting.fieldType!
        guard type.storage.byteCount > 0 else {
          findings.error(
            "bad-field-type",
            type.storage == .text
              ? "a binary record has no text fields" : "only text has fields of type `\(type.storage.rawValue)`",
            at: setting.span,
            hint: "declare its bytes as numbers, such as `u8`")
          continue
        }
        fields.append(RecordField(name: name, type: type.valueType, declared: type.declared))
        stored.append((type.storage, offset))
        offset += type.storage.byteCount
      }
      guard fields.count == declared.count else { return nil }
      let bytes = settings["bytes"]?.integer.map(Int.init) ?? offset
      guard bytes >= offset else {
        findings.error(
          "wrong-type", "the fields take \(offset) bytes, more than the record's \(bytes)", at: settings["bytes"]!.span,
          hint: "write `bytes: \(offset)`, or leave it out")
        return nil
      }
      return BinaryRecordsFormat(
        fields: fields, stored: stored, bytes: bytes, isBigEndian: settings["order"]?.text?.text == "big",
        skip: Int(settings["skip"]?.integer ?? 0))
    })
}

struct BinaryRecordsFormat: RecordFormat {
  let fields: [RecordField]
  let stored: [(storage: FieldType.Storage, offset: Int)]
  let bytes: Int
  let isBigEndian: Bool
  let skip: Int

  var framing: Framing { .fixed(bytes: bytes, skip: skip) }

  func makeDecoder(columns: [Slot?], categories: Categories) -> any RecordDecoder {
    BinaryRecordsDecoder(format: self, columns: columns)
  }
}

final class BinaryRecordsDecoder: RecordDecoder {
  private let format: BinaryRecordsFormat
  private let columns: [Slot?]
  private var bad = Array(repeating: scan_bad(), count: DecodeReport.sampleLimit)

  init(format: BinaryRecordsFormat, columns: [Slot?]) {
    self.format = format
    self.columns = columns
  }

  private static let storages: [FieldType.Storage: scan_storage] = [
    .u8: SCAN_U8, .u16: SCAN_U16, .u32: SCAN_U32, .u64: SCAN_U64, .i8: SCAN_I8, .i16: SCAN_I16, .i32: SCAN_I32,
    .i64: SCAN_I64, .f32: SCAN_F32, .f64: SCAN_F64,
  ]

  func decode(
    _ bytes: UnsafeRawBufferPointer, from offset: Int, order: FieldOrder, into frame: Frame, report: inout DecodeReport
  ) -> Int {
    let width = format.bytes
    let count = min(frame.capacity, (bytes.count - offset) / width)
    let fields = zip(format.stored, columns).map { field, slot in
      let range = field.storage.range ?? 0...0
      let lane =
        switch slot?.lane {
        case .int32: SCAN_INT32
        case .int64: SCAN_INT64
        case .float64: SCAN_FLOAT64
        default: SCAN_SKIP
        }
      return scan_stored(
        lane: lane, storage: Self.storages[field.storage]!, offset: UInt32(field.offset),
        big_endian: format.isBigEndian ? 1 : 0, lower: range.lowerBound, upper: range.upperBound,
        column: slot.map { frame.raw($0) })
    }
    let room = DecodeReport.sampleLimit - report.samples.count
    let records = bytes.baseAddress!.advanced(by: offset).assumingMemoryBound(to: UInt8.self)
    let result = bad.withUnsafeMutableBufferPointer { bad in
      scan_records(
        records, count, width, fields, Int32(fields.count), frame.rowOffsets, bad.baseAddress, room, UInt32(offset))
    }
    frame.count = result.rows
    for index in 0..<min(room, result.bad) {
      let row = bad[index]
      let name = format.fields[min(Int(row.field), format.fields.count - 1)].name.text
      let start = Int(row.offset)
      report.samples.append(
        MalformedRow(
          offset: start, line: report.lines + Int(row.line), reason: "\(name) is not a number of its type",
          excerpt: excerpt(UnsafeRawBufferPointer(rebasing: bytes[start..<start + width]), isText: false)))
    }
    report.malformed += result.bad
    report.lines += count
    return reportRest(bytes, from: offset + count * width, rows: count, width: width, what: "record", report: &report)
  }
}
