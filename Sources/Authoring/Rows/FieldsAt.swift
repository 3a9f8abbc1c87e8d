import ChainExecution
import Connectors
import Runtime

/// The fields of rows of which one knows where they begin.
final class FieldsAt {
  let heads: [ColumnHead]
  let isText: Bool
  private var found: [Int: [Cell]] = [:]
  private var texts: [Int: String] = [:]
  private var numbers: [Int: Int] = [:]

  init(_ offsets: [Int], _ beginning: Pipeline.Beginning) throws {
    let format = beginning.format
    if case .lines = format.framing { isText = true } else { isText = false }
    let reader = FieldReader(format)
    heads = reader.heads
    let wanted = Set(offsets)
    guard let last = offsets.last else { return }
    let file = try TemporaryFile(beginning.bytes)
    let source = FileSource(inputs: [InputPlace(path: file.path)], format: format)
    defer { source.close() }
    // As the probe does: all in one piece, so that places in it are places in the input. It has no lines that a source
    // takes apart from others.
    let buffer = ChunkBuffer(capacity: beginning.bytes.count + 4096)
    guard case .rows(let rows) = try source.read(into: buffer, rowLimit: nil, deadline: .max) else { return }
    let end = format.rowEnd(in: buffer.bytes, from: last, within: 1)
    let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[..<end])
    var line = Int(rows.linesBefore) + 1
    var position = 0
    let fields = format.fields.count
    _ = reader.read(bytes, order: rows.order) { row, offset in
      guard wanted.contains(offset) else { return }
      found[offset] = (0..<fields).map { reader.cell($0, of: row) }
      if case .fixed(let width, _) = format.framing {
        numbers[offset] = offset / width + 1
      } else {
        while position < offset {
          if bytes[position] == 0x0A { line += 1 }
          position += 1
        }
        numbers[offset] = line
      }
      let rowEnd = format.rowEnd(in: bytes, from: offset, within: 1)
      texts[offset] = text(UnsafeRawBufferPointer(rebasing: bytes[offset..<rowEnd]))
    } malformed: { _ in
    }
    if let fault = reader.fault {
      let number = Int(rows.linesBefore) + (fault.row?.line ?? 0) + 1
      throw ConnectorError("\(beginning.name):\(number): \(fault.message)")
    }
  }

  private func text(_ row: UnsafeRawBufferPointer) -> String {
    if isText {
      var end = row.count
      while end > 0, row[end - 1] == 0x0A || row[end - 1] == 0x0D { end -= 1 }
      return String(decoding: row[..<end], as: UTF8.self)
    }
    let digits = Array("0123456789abcdef")
    return row.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined(separator: " ")
  }

  func cells(of offset: Int) -> [Cell] { found[offset] ?? Array(repeating: .unknown, count: heads.count) }
  func number(of offset: Int) -> Int { numbers[offset] ?? 0 }
  func raw(_ offset: Int) -> String { texts[offset] ?? "" }
}
