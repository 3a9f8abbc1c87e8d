import ChainExecution
import Columns
import Diagnostics
import Specifications

private enum RecordsKeys {
  static let fields = DecoderComponent.fields.explained(
    "The fields in the order of the record: u8 to u64, i8 to i64, f32, f64, with a unit if it has one (`i64 ps`)."
  )
  static let bytes = TypedKey.integer(
    "bytes", 1...65_536, "Bytes a record, where there is padding behind the last field.")
  static let order = DefaultKey<DecoderComponent.ByteOrder>.choice(
    "order", default: .little, "The order of a field's bytes.")
}

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
        RecordsKeys.fields, RecordsKeys.bytes, RecordsKeys.order, skip,
      ] + commonKeys,
      example: "record: {format: records, skip: 40, fields: {time: i64 ps, channel: u16}}"),
    make: { settings, findings, _ in
      guard let declared = typedFields(settings, findings: findings) else { return nil }
      var offset = 0
      var fields: [RecordField] = []
      var stored: [(FieldType.Storage, Int)] = []
      for (name, type, span) in declared {
        guard type.storage.byteCount > 0 else {
          findings.error(
            .badFieldType,
            type.storage == .text
              ? "a binary record has no text fields" : "only text has fields of type `\(type.storage.rawValue)`",
            at: span,
            hint: "declare its bytes as numbers, such as `u8`")
          continue
        }
        fields.append(RecordField(name: name.text, type: type.valueType, declared: type.declared))
        stored.append((type.storage, offset))
        offset += type.storage.byteCount
      }
      guard fields.count == declared.count else { return nil }
      let bytes = settings[RecordsKeys.bytes].map(Int.init) ?? offset
      guard bytes >= offset else {
        findings.error(
          .wrongType, "the fields take \(offset) bytes, more than the record's \(bytes)",
          at: settings.span(of: RecordsKeys.bytes),
          hint: "write `bytes: \(offset)`, or leave it out")
        return nil
      }
      let format = BinaryRecordsFormat(
        fields: fields, stored: stored, bytes: bytes, isBigEndian: settings[RecordsKeys.order] == .big,
        skip: Int(settings[skip]))
      return DeclaredFormat(format, names: declared.map(\.key))
    })
}
