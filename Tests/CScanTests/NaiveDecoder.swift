import CScan

/// The meaning of the format, written for clarity alone: what every level of the decoder is tested against.
struct NaiveDecoder {
  let fields: [Field]
  let format: Format

  func decode(_ bytes: [UInt8], maxRows: Int, offsetBase: Int) -> Table {
    var table = Table()
    while table.consumed < bytes.count, table.rows.count < maxRows {
      let start = table.consumed
      let lineEnd = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
      var line = Array(bytes[start..<(lineEnd ?? bytes.count)])
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      if !isPassedOver(line) {
        switch values(line, start: start) {
        case .success(let values):
          table.rows.append(values)
          table.offsets.append(offsetBase + start)
        case .failure(let failure):
          table.bad.append(
            Bad(
              offset: offsetBase + start, length: line.count, line: table.lines, field: failure.field,
              reason: failure.reason))
        }
      }
      table.lines += 1
      table.consumed = lineEnd.map { $0 + 1 } ?? bytes.count
    }
    table.badCount = table.bad.count
    return table
  }

  private struct Failure: Error {
    let field: Int
    let reason: scan_reason
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")) && Unicode.Scalar(byte) != format.separator
  }

  private func isPassedOver(_ line: [UInt8]) -> Bool {
    let rest = line.drop(while: isBlank)
    if rest.isEmpty { return true }
    guard let comment = format.comment, !comment.isEmpty else { return false }
    return rest.starts(with: comment.utf8)
  }

  private func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let blanks: Set<UInt8> = [UInt8(ascii: " "), UInt8(ascii: "\t")]
    var bytes = bytes.drop { blanks.contains($0) }
    while let last = bytes.last, blanks.contains(last) { bytes.removeLast() }
    return bytes
  }

  private func values(_ line: [UInt8], start: Int) -> Result<[Value], Failure> {
    var pieces: [(bytes: ArraySlice<UInt8>, quoted: Bool)] = []
    var rest = line[...]
    while true {
      rest = rest.drop(while: isBlank)
      if format.separator == nil, rest.isEmpty { break }
      if let quote = format.quote.map({ UInt8($0.value) }), rest.first == quote {
        var content = rest.dropFirst().startIndex
        while content < rest.endIndex {
          if rest[content] == quote {
            guard content + 1 < rest.endIndex, rest[content + 1] == quote else { break }
            content += 1
          }
          content += 1
        }
        guard content < rest.endIndex else { return .failure(Failure(field: pieces.count, reason: SCAN_BAD_QUOTE)) }
        pieces.append((rest[(rest.startIndex + 1)..<content], true))
        let behind = rest[(content + 1)...]
        rest = behind.drop(while: isBlank)
        if let next = rest.first, format.separator.map({ $0 != Unicode.Scalar(next) }) ?? (rest.count == behind.count) {
          return .failure(Failure(field: pieces.count - 1, reason: SCAN_BAD_QUOTE))
        }
      } else {
        let piece = rest.prefix { format.separator == nil ? !isBlank($0) : Unicode.Scalar($0) != format.separator }
        pieces.append((piece, false))
        rest = rest[piece.endIndex...]
      }
      guard format.separator != nil else { continue }
      guard !rest.isEmpty else { break }
      rest = rest.dropFirst()
    }
    if pieces.count < fields.count { return .failure(Failure(field: pieces.count, reason: SCAN_SHORT)) }
    if pieces.count > fields.count { return .failure(Failure(field: fields.count, reason: SCAN_LONG)) }
    var values: [Value] = []
    for (index, (field, piece)) in zip(fields, pieces).enumerated() {
      switch convert(piece.bytes, quoted: piece.quoted, field) {
      case .success(let value): if let value { values.append(value) }
      case .failure(let reason): return .failure(Failure(field: index, reason: reason.reason))
      }
    }
    return .success(values)
  }

  private func convert(_ bytes: ArraySlice<UInt8>, quoted: Bool, _ field: Field) -> Result<Value?, Reason> {
    let trimmed = trim(bytes)
    switch field.lane {
    case SCAN_SKIP: return .success(nil)
    case SCAN_TEXT: return .success(.text(Array(quoted ? bytes : trimmed), quoted: quoted))
    default: break
    }
    guard let number = Number(trimmed) else { return .failure(Reason(SCAN_NOT_A_NUMBER)) }
    if field.lane == SCAN_FLOAT64 {
      var value = Double(String(decoding: trimmed, as: UTF8.self))!
      if field.single { value = Double(Float(value)) }
      return value.isInfinite ? .failure(Reason(SCAN_OUT_OF_RANGE)) : .success(.float(value))
    }
    guard number.isInteger else { return .failure(Reason(SCAN_NOT_AN_INTEGER)) }
    guard let value = number.integer, value != .min, value >= field.lower, value <= field.upper,
      field.lane == SCAN_INT64 || (value > Int32.min && value <= Int32.max)
    else { return .failure(Reason(SCAN_OUT_OF_RANGE)) }
    return .success(.integer(value))
  }
}

/// A decimal number as text: its digits with the point moved by the exponent.
struct Number {
  private var sign = ""
  private var whole = ""
  private var fraction = ""

  init?(_ bytes: ArraySlice<UInt8>) {
    guard
      let match = String(decoding: bytes, as: UTF8.self).wholeMatch(
        of: /([-+]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([-+]?[0-9]+))?/)
    else { return nil }
    sign = String(match.1)
    whole = String(match.2)
    fraction = String(match.3 ?? "")
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    // Test texts are short: a thousand places are beyond every type.
    let exponent = match.4.map { max(-1000, min(1000, Int($0) ?? ($0.hasPrefix("-") ? -1000 : 1000))) } ?? 0
    if exponent > 0 {
      fraction += String(repeating: "0", count: max(0, exponent - fraction.count))
      whole += fraction.prefix(exponent)
      fraction = String(fraction.dropFirst(exponent))
    } else {
      whole = String(repeating: "0", count: max(0, -exponent - whole.count)) + whole
      fraction = whole.suffix(-exponent) + fraction
      whole = String(whole.dropLast(-exponent))
    }
  }

  var isInteger: Bool { fraction.allSatisfy { $0 == "0" } }
  var integer: Int64? {
    let digits = whole.drop { $0 == "0" }
    return Int64((sign == "-" ? "-" : "") + (digits.isEmpty ? "0" : digits))
  }
}
