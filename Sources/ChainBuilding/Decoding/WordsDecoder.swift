import ChainExecution
import Columns
import Diagnostics
import Specifications

private enum WordsKeys {
  static let fields = DecoderComponent.fields.taking(
    .mapping(key: .identifier, value: .text), required: true,
    "Bit fields from the lowest bit up, each with its number of bits (1 to 63), `signed` if its highest bit is the sign, and a unit if it has one."
  )
  static let bytes = DefaultKey.integer("bytes", 1...8, default: 8, "Bytes a word.")
  static let order = DefaultKey<DecoderComponent.ByteOrder>.choice(
    "order", default: .little, "The order of a word's bytes.")
}

extension DecoderComponent {
  static let words = DecoderComponent(
    specification: Specification(
      kind: .decoder, name: "words",
      summary: "Binary words of fixed width, cut into named bit fields.",
      details: """
        Fields are listed from the lowest bit of the word upwards, each with its number of bits: `12`, `12 signed`, or with
        a unit, `5 ns`. Bits above the last field are not looked at. A file that ends inside a word has one malformed record.
        """,
      keys: [
        Key("format", .choice(["words"]), required: true, "Names the format."),
        WordsKeys.fields, WordsKeys.bytes, WordsKeys.order, skip,
      ] + commonKeys,
      example: "record: {format: words, bytes: 8, fields: {TDC: 5, BX: 12, ORBIT: 32, CHAN: 9, FPGA: 3, HEAD: 3}}"),
    make: { settings, findings, _ in
      guard let declared = fields(settings, findings: findings) else { return nil }
      let bytes = Int(settings[WordsKeys.bytes])
      var shift = 0
      var fields: [RecordField] = []
      var bits: [WordsFormat.Bits] = []
      for (name, setting) in declared {
        guard let text = setting.text else { continue }
        let words = text.text.split(separator: " ").map(String.init)
        let isSigned = words.dropFirst().first == "signed"
        let unitText = text.split(separator: " ").filter { !$0.scalars.isEmpty }.dropFirst(isSigned ? 2 : 1).first
        guard let first = words.first, let width = Int(first), (1...63).contains(width) else {
          findings.error(
            .badFieldType, "`\(text.written)` is not a number of bits", at: text.span,
            hint: "give 1 to 63 bits: `\(name.text): 12`, or `\(name.text): 12 signed`")
          continue
        }
        guard let unit = unitText.map({ Unit.parse($0.text) }) ?? Unit.none else {
          if let unitText, unitText.text == "unsigned" {
            findings.error(
              .badFieldType, "bits are unsigned anyway", at: unitText.span, hint: "write `\(name.text): \(width)`")
          } else if let unitText {
            reportUnknown(unit: unitText, findings: findings)
          }
          continue
        }
        if shift + width > 8 * bytes {
          let rest = 8 * bytes - shift
          findings.error(
            .badFieldType,
            rest > 0
              ? "`\(name.text)` takes \(width) bits, and \(rest) of the word's \(8 * bytes) are left"
              : "the fields before `\(name.text)` fill all \(8 * bytes) bits of the word",
            at: text.span,
            hint: bytes < 8 ? "give it fewer bits, or the word more `bytes:`" : "give the fields fewer bits")
          return nil
        }
        let top = Int64(1) << Int64(width - (isSigned ? 1 : 0))
        let range =
          isSigned ? max(-top, Int64.min + 1)...(top - 1) : 0...(width == 63 && !isSigned ? Int64.max : top - 1)
        fields.append(
          RecordField(
            name: name.text, type: .integer(range, unit: unit), declared: "\(text.written) bits from bit \(shift)")
        )
        bits.append(.init(shift: shift, width: width, isSigned: isSigned))
        shift += width
      }
      guard fields.count == declared.count else { return nil }
      let format = WordsFormat(
        fields: fields, bits: bits, bytes: bytes, isBigEndian: settings[WordsKeys.order] == .big,
        skip: Int(settings[skip]))
      return DeclaredFormat(format, names: declared.map(\.key))
    })
}
