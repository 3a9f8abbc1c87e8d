import CScan
import Columns

/// Lines that name the columns of a file. What a header says is believed, or it is an error: never passed over.
extension CSVFormat {
  package func header(_ line: UnsafeRawBufferPointer) throws(HeaderError) -> FileHeader? {
    if policy == .no { return nil }
    let cells = cells(of: line)
    guard policy == .yes || cells.contains(where: { $0.field != nil }) else { return nil }
    return try header(cells, of: line)
  }

  package func beginning(
    _ line: UnsafeRawBufferPointer, after previous: FileHeader?
  ) throws(HeaderError) -> FileBeginning {
    guard policy != .no else { return .row(nil) }
    let isRow = hasNumbers && decodes(line, nil)
    if !isRow, let header = try header(line) { return .header(header) }
    if let previous, let order = previous.order {
      if decodes(line, order) { return .row(order) }
      if isRow {
        throw HeaderError(
          message:
            "the file has no header, and the columns of the files before it, \(list(previous.names)), do not fit this row of \(cells(of: line).count) columns: give the file a header, or read it with a source of its own"
        )
      }
    }
    if isRow {
      if policy == .yes, previous == nil {
        throw HeaderError(
          message: "the first line is a row, and the record says `header: \"yes\"`: write `header: auto`")
      }
      return .row(nil)
    }
    // Whatever stands in it, a line is a row of texts.
    guard hasNumbers else { return .row(nil) }
    let cells = cells(of: line)
    guard areWords(cells) else { return .other }
    return .words(
      HeaderError(
        message:
          "the line names \(list(cells.map(\.text))); the record declares \(list(fields.map(\.name))): declare the fields by the names in the file, or write `header: \"yes\"` where the line names them in the declared order"
      ))
  }

  package func headerAgain(_ line: UnsafeRawBufferPointer) throws(HeaderError) -> FileHeader? {
    guard policy != .no, mayNameFields(line) else { return nil }
    let cells = cells(of: line)
    let found = Set(cells.compactMap(\.field))
    guard found.count == fields.count || (!found.isEmpty && areWords(cells)) else { return nil }
    return try header(cells, of: line)
  }

  /// A quick look, as rows are many and headers are few.
  private func mayNameFields(_ line: UnsafeRawBufferPointer) -> Bool {
    guard let text = line.baseAddress?.assumingMemoryBound(to: CChar.self) else { return false }
    return nameBytes.contains { name in
      name.withUnsafeBytes { name in
        scan_holds(text, line.count, name.baseAddress?.assumingMemoryBound(to: CChar.self), name.count) != 0
      }
    }
  }

  // MARK: Columns

  private func header(
    _ cells: [HeaderCell], of line: UnsafeRawBufferPointer
  ) throws(HeaderError) -> FileHeader {
    let both = "the header names \(list(cells.map(\.text))); the record declares \(list(fields.map(\.name)))"
    let found = Set(cells.compactMap(\.field))
    var columns = cells.map { $0.field ?? -1 }
    if found.isEmpty, policy == .yes, cells.count == fields.count {
      // A header of other names is taken for the declared order where the user says that there is one.
      columns = Array(fields.indices)
    } else if let missing = fields.indices.first(where: { !found.contains($0) }) {
      let name = fields[missing].name
      let near = cells.first { $0.name.lowercased() == name.lowercased() }
      throw HeaderError(
        message: near.map { "\(both): write `\($0.name)` in the record instead of `\(name)`, as the file has it" }
          ?? "\(both): no column is called \(name); declare the fields by the names in the file")
    }
    for field in found.sorted() {
      let places = cells.indices.filter { cells[$0].field == field }
      guard places.count > 1 else { continue }
      throw HeaderError(
        message:
          "\(both): columns \(places[0] + 1) and \(places[1] + 1) of the file are both called \(fields[field].name); give one of them another name in the file"
      )
    }
    var factors: [FileColumns.Factor] = []
    var plainUnits: [Int: String] = [:]
    for (cell, field) in zip(cells, columns) where field >= 0 {
      guard let unit = cell.unit else { continue }
      if fields[field].type.unit == .none {
        plainUnits[field] = unit
      } else if let ratio = try factor(of: cell, unit, fields[field], storage[field]) {
        factors.append(FileColumns.Factor(field: field, ratio: ratio))
      }
    }
    let isDeclared = columns == Array(fields.indices) && factors.isEmpty
    return FileHeader(
      order: isDeclared ? nil : FileColumns(fields: columns, factors: factors), names: cells.map(\.text),
      line: String(decoding: line, as: UTF8.self).trimmingReturn, plainUnits: plainUnits)
  }

  /// What leads from the unit in the header to the declared one; nil where they are the same.
  private func factor(
    of cell: HeaderCell, _ text: String, _ field: RecordField, _ storage: FieldType.Storage
  ) throws(HeaderError) -> Ratio? {
    let name = field.name
    let both = "the header says `\(cell.text)`, and the record declares `\(name): \(field.declared)`"
    guard let unit = Unit.parse(text) else {
      throw HeaderError(
        message:
          "\(both); `\(text)` is no unit that hitmon knows: declare the field without a unit to take its numbers as they are"
      )
    }
    if unit == field.type.unit { return nil }
    guard let ratio = unit.factor(to: field.type.unit) else {
      throw HeaderError(
        message: "\(both), which is \(field.type.unit.dimension.name): declare the unit that the file has")
    }
    guard storage == .f32 || storage == .f64 else {
      throw HeaderError(
        message: storage.isTime
          ? "\(both): write the field's numbers with a type such as `f64 \(unit.symbol)`"
          : "\(both): write `\(name): \(storage.rawValue) \(unit.symbol)`, or `\(name): f64 \(field.type.unit.symbol)`, which is converted"
      )
    }
    return ratio
  }

  private var hasNumbers: Bool { storage.contains { $0 != .text } }

  /// Whether cells are words and nothing else, where rows have numbers. One word alone is none of several columns: it
  /// says something only with a unit.
  private func areWords(_ cells: [HeaderCell]) -> Bool {
    guard hasNumbers, cells.count > 1 || cells.first?.unit != nil else { return false }
    return cells.allSatisfy { cell in
      guard let first = cell.text.unicodeScalars.first, first == "_" || first.properties.isAlphabetic else {
        return false
      }
      // What stands for a value that is not there.
      return !["nan", "na", "n/a", "inf", "infinity", "null", "none", "nil"].contains(cell.text.lowercased())
    }
  }

  /// Whether the line is a row of these columns that can be decoded.
  private func decodes(_ line: UnsafeRawBufferPointer, _ order: FieldOrder) -> Bool {
    guard let base = line.baseAddress else { return false }
    let numbers = order?.fields ?? Array(fields.indices)
    // One value for each column, with the room that vector stores need.
    let room = 8 + 64
    let values = UnsafeMutableRawBufferPointer.allocate(byteCount: room * max(1, numbers.count), alignment: 64)
    defer { values.deallocate() }
    let described = numbers.enumerated().map { place, number in
      var field = scan_field(lane: SCAN_SKIP, single: 0, lower: 0, upper: 0, column: nil)
      guard number >= 0 else { return field }
      field.column = values.baseAddress! + room * place
      field.single = storage[number] == .f32 ? 1 : 0
      if let range = storage[number].range { (field.lower, field.upper) = (range.lowerBound, range.upperBound) }
      field.lane =
        switch storage[number] {
        case .text: SCAN_TEXT
        case .f32, .f64: SCAN_FLOAT64
        case .date, .time, .datetime: storage[number].scanLane
        default: SCAN_INT64
        }
      return field
    }
    // The caller knows that the line is no comment.
    var format = scan_format(
      separator: CChar(bitPattern: delimiter), quote: CChar(bitPattern: quote), comment: nil)
    let result = scan_csv(
      base.assumingMemoryBound(to: CChar.self), line.count, &format, described, Int32(described.count), 1, nil, nil, 0,
      0)
    return result.rows == 1
  }

  // MARK: Cells

  private struct HeaderCell {
    /// As it stands in the file, without blanks and quotes round it.
    let text: String
    let name: String
    let unit: String?
    /// The field that it names.
    let field: Int?
  }

  private func cells(of line: UnsafeRawBufferPointer) -> [HeaderCell] {
    let numbers = Dictionary(
      fields.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    return split(line).map { text in
      if let field = numbers[text] { return HeaderCell(text: text, name: text, unit: nil, field: field) }
      let header = HeaderName(text)
      return HeaderCell(text: text, name: header.name, unit: header.unit, field: numbers[header.name])
    }
  }

  /// The texts between separators. Quotes round a name are no part of it, whether rows have quotes or not.
  private func split(_ line: UnsafeRawBufferPointer) -> [String] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var bytes = line.starts(with: mark) ? line.dropFirst(mark.count) : line[...]
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    func trimmed(_ part: Slice<UnsafeRawBufferPointer>) -> String {
      var part = part.drop(while: isBlank)
      while let last = part.last, isBlank(last) { part.removeLast() }
      if part.count >= 2, let first = part.first, first == part.last, first == 0x22 || (quote != 0 && first == quote) {
        part = part.dropFirst().dropLast()
      }
      return String(decoding: part, as: UTF8.self)
    }
    while let last = bytes.last, isBlank(last), last != delimiter { bytes.removeLast() }
    var parts: [String] = []
    var start = bytes.startIndex
    var isInside = false
    for index in bytes.indices {
      let byte = bytes[index]
      if quote != 0, byte == quote { isInside.toggle() }
      guard !isInside, delimiter == 0 ? isBlank(byte) : byte == delimiter else { continue }
      if delimiter != 0 || index > start { parts.append(trimmed(bytes[start..<index])) }
      start = index + 1
    }
    if delimiter != 0 || start < bytes.endIndex { parts.append(trimmed(bytes[start...])) }
    return parts
  }

  /// Names for a message, of which there may be many.
  private func list(_ names: [String]) -> String {
    let most = 12
    let shown = names.prefix(most).map { $0.count > 40 ? "\($0.prefix(40))..." : $0 }.joined(separator: ", ")
    return names.count > most ? "\(shown) and \(names.count - most) more" : shown
  }
}

extension String {
  /// Without a carriage return and a byte order mark, which are no part of a line.
  fileprivate var trimmingReturn: String {
    var scalars = unicodeScalars[...]
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    while scalars.last == "\r" { scalars.removeLast() }
    return String(scalars)
  }
}
