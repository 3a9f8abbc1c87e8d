import CScan
import Columns

package struct BinaryRecordsFormat: RecordFormat {
  package let fields: [RecordField]
  let stored: [(storage: FieldType.Storage, offset: Int)]
  let bytes: Int
  let isBigEndian: Bool
  let skip: Int

  package init(
    fields: [RecordField], stored: [(storage: FieldType.Storage, offset: Int)], bytes: Int, isBigEndian: Bool, skip: Int
  ) {
    self.fields = fields
    self.stored = stored
    self.bytes = bytes
    self.isBigEndian = isBigEndian
    self.skip = skip
  }

  package var framing: Framing { .fixed(bytes: bytes, skip: skip) }

  package func makeDecoder(columns: [Slot?], categories: Categories) -> any RecordDecoder {
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
        // The table has every type that the check of a pipeline allows in a binary record.
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
      let name = format.fields[min(Int(row.field), format.fields.count - 1)].name
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
