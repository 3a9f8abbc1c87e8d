import ChainExecution
import Columns
import Diagnostics
import Specifications

private enum CSVKeys {
  static let fields = DecoderComponent.fields.explained(
    "The fields in the order of the row, each with its type: u8, u16, u32, u64, i8, i16, i32, i64, f32, f64, text, date, time or datetime, and a unit if it has one (`f32 ns`)."
  )
  static let header = DefaultKey<Framing.HeaderPolicy>.choice(
    "header", default: .auto,
    "Whether the first line of a file names the fields. `auto`: it does if it names one of the record's fields; lines that are no rows may stand before it. Fields are then found by their names, in any order, and other columns are passed over. A unit in brackets behind a name, such as `time [us]`, is converted to the declared unit of an `f32` or `f64` field. A header that does not fit the record is an error. It holds for later files of the same columns that have none. Messages of a topic have no header."
  )
  static let separator = DefaultKey.reading(
    "separator", .text, default: ",",
    "The character between fields, or `blanks`: any number of spaces and tabs, or `tab`."
  ) { $0.text }
  static let comment = TypedKey.text("comment", "Lines that start so are passed over, such as `#`.")
  static let quote = TypedKey.text(
    "quote",
    "The character round fields that hold separators, such as `\"`. Without it, quotes are nothing special.")
}

extension DecoderComponent {
  static let csv = DecoderComponent(
    specification: Specification(
      kind: .decoder, name: "csv",
      summary: "Text rows: one row a line, fields separated by commas, another character, or blanks.",
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
        CSVKeys.fields, CSVKeys.header, CSVKeys.separator, CSVKeys.comment, CSVKeys.quote,
      ] + commonKeys,
      example:
        "record: {format: csv, fields: {HEAD: u8, FPGA: u8, TDC_CHANNEL: u16, ORBIT_CNT: u32, BX_COUNTER: u16, TDC_MEAS: f32}}"
    ),
    make: { settings, findings, _ in
      guard let declared = typedFields(settings, findings: findings) else { return nil }
      let errorsBefore = findings.errorCount
      /// One byte that is not part of a number; where it is none, that is reported.
      func character(_ text: LocatedText, of key: some KeyDeclaration) -> UInt8 {
        if text.text.utf8.count == 1, let byte = text.text.utf8.first, byte > 0x20 || byte == 0x09 || byte == 0x20,
          !("0"..."9").contains(Unicode.Scalar(byte)), !"+-.eE".utf8.contains(byte)
        {
          return byte
        }
        findings.error(
          .wrongType, "`\(key.name)` takes one character that is not part of a number, not `\(text.written)`",
          at: text.span,
          hint: key.name == CSVKeys.separator.name ? "write \",\", \";\", tab or blanks" : "write '\"'")
        return 0
      }
      let written = settings[CSVKeys.separator]
      let separator: UInt8 =
        switch written.text {
        case "blanks": 0
        case "tab": 0x09
        default: character(written, of: CSVKeys.separator)
        }
      let quote = settings[CSVKeys.quote].map { character($0, of: CSVKeys.quote) } ?? 0
      guard findings.errorCount == errorsBefore else { return nil }
      let format = CSVFormat(
        fields: declared.map {
          RecordField(name: $0.key.text, type: $0.type.valueType, declared: $0.type.declared)
        },
        storage: declared.map(\.type.storage),
        policy: settings[CSVKeys.header], delimiter: separator, quote: quote,
        comment: settings[CSVKeys.comment]?.text ?? "",
        nameBytes: declared.map { Array($0.key.text.utf8) })
      return DeclaredFormat(format, names: declared.map(\.key))
    })
}
