import Diagnostics
import ChainExecution
import Specifications

/// The rows of a test as the bytes that a source would bring.
struct TestRows {
  private let format: any RecordFormat
  private let findings: Findings

  init(_ format: any RecordFormat, findings: Findings) {
    self.format = format
    self.findings = findings
  }

  private var isText: Bool { if case .lines = format.framing { true } else { false } }

  /// Nil where errors were reported.
  func bytes(of rows: Setting) -> [UInt8]? {
    var bytes: [UInt8] = []
    if case .fixed(_, let skip) = format.framing { bytes = [UInt8](repeating: 0, count: skip) }
    for item in rows.list ?? [] {
      guard let row = self.bytes(of: item.node) else { return nil }
      bytes += row
    }
    return bytes
  }

  private func bytes(of node: Node) -> [UInt8]? {
    switch node.content {
    case .scalar(let text, _):
      if isText { return Array(text.text.utf8) + (text.scalars.last == "\n" ? [] : [0x0A]) }
      return hexadecimal(text)
    case .empty where isText: return [0x0A]
    case .mapping(let entries):
      var values: [String: LocatedText] = [:]
      let names = format.fields.map(\.name)
      for entry in entries {
        guard names.contains(entry.name) else {
          findings.error(
            .unknownKey, "the record has no field `\(entry.key.written)`", at: entry.key.span,
            hint: suggestion(for: entry.name, from: names).map { "did you mean `\($0)`?" }
              ?? "its fields are \(alternatives(names, and: true))")
          return nil
        }
        guard let value = entry.value.scalar else {
          findings.error(.wrongType, "a field is a single value, not \(entry.value.kindName)", at: entry.value.span)
          return nil
        }
        values[entry.name] = value
      }
      do throws(EncodingError) {
        if let row = try format.encode(values.mapValues(\.text)) { return row }
        findings.error(.wrongType, "rows of this format cannot be made from fields", at: node.span)
      } catch {
        report(error, values)
      }
      return nil
    default:
      findings.error(.wrongType, "a row is a line or a block of fields, not \(node.kindName)", at: node.span)
      return nil
    }
  }

  private func report(_ error: EncodingError, _ values: [String: LocatedText]) {
    guard let value = values[error.field] else { return }
    let message =
      error.range.map { "a field of \($0.lowerBound) to \($0.upperBound) cannot hold `\(value.written)`" }
      ?? "`\(error.field)` takes a number, not `\(value.written)`"
    findings.error(.wrongType, message, at: value.span)
  }

  /// `2a 00 ff`, as the bytes stand in a file.
  private func hexadecimal(_ text: LocatedText) -> [UInt8]? {
    let written = text.text.unicodeScalars.filter { $0 != " " && $0 != "\n" }
    let digits = written.compactMap { Int(String($0), radix: 16) }
    guard digits.count % 2 == 0, digits.count == written.count else {
      findings.error(
        .wrongType, "a binary row is bytes in hexadecimal or a block of fields", at: text.span,
        hint: "write `\"2a 00 ff\"`, or `{\(format.fields[0].name): 1}`")
      return nil
    }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
