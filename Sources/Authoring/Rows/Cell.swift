import Columns
import Diagnostics
import ChainExecution
import JSON

/// One value of a row, as it is shown.
package enum Cell: Sendable, Equatable {
  case integer(Int64)
  case float(Double)
  /// A float that was rounded to 32 bits: it has as many digits as those hold.
  case single(Float)
  case boolean(Bool)
  case text(String)
  /// A date, a time of day or both, in the form of its type.
  case moment(String)
  case unknown

  /// As tables have it.
  package var text: String {
    switch self {
    case .integer(let value): "\(value)"
    case .float(let value): Self.short("\(value)")
    case .single(let value): Self.short("\(value)")
    case .boolean(let value): value ? "true" : "false"
    case .text(let text): Self.printable(text)
    case .moment(let text): text
    case .unknown: "unknown"
    }
  }

  /// As tables for people have it: without the last digits of a float, which say nothing.
  package var words: String {
    guard case .float(let value) = self, value != 0, abs(value) < 1e12, abs(value) > 1e-6 else { return text }
    var factor = 1.0
    while abs(value) * factor < 1e9 { factor *= 10 }
    return Self.short("\((value * factor).rounded() / factor)")
  }

  /// Whether it stands at the right end of its column.
  var isNumber: Bool {
    switch self {
    case .integer, .float, .single: true
    case .boolean, .text, .moment, .unknown: false
    }
  }

  func write(to writer: inout JSONWriter) {
    switch self {
    case .integer(let value): writer.integer(value)
    case .float(let value): writer.number(value)
    case .single(let value): writer.raw(Self.short("\(value)"))
    case .boolean(let value): writer.bool(value)
    case .text(let text), .moment(let text): writer.string(text)
    case .unknown: writer.null()
    }
  }

  private static func short(_ digits: String) -> String { digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits }

  /// Nothing that a terminal would take for an order.
  static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "." : $0 }))
  }
}

/// A column of a table of rows.
package struct ColumnHead: Sendable, Equatable {
  package let name: String
  /// In words: `integer 0..255`, `float ns`, `date`.
  package let type: String
  package let unit: String

  package init(name: String, type: String, unit: String) {
    self.name = name
    self.type = type
    self.unit = unit
  }

  init(_ field: RecordField) {
    let isMoment = field.isMoment
    self.init(
      name: field.name, type: field.declared, unit: isMoment ? "" : field.type.unit.symbol)
  }
}

extension RecordField {
  /// A date, a time of day or both: its type says how it is written.
  var isMoment: Bool { ["date", "time", "datetime"].contains(declared) }
}
