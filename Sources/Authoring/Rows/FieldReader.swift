import Columns
import ChainExecution

/// Decodes rows with all their fields, whatever a pipeline uses of them.
final class FieldReader {
  let format: any RecordFormat
  private let frame: Frame
  private let slots: [Slot]
  private let decoder: any RecordDecoder
  private let categories = Categories()
  /// Why nothing can be decoded any more.
  private(set) var fault: ChainFault?

  init(_ format: any RecordFormat) {
    self.format = format
    var layout = FrameLayout()
    slots = format.fields.map { layout.add($0.type.lane) }
    frame = Frame(layout: layout)
    decoder = format.makeDecoder(columns: slots, categories: categories)
  }

  var heads: [ColumnHead] { format.fields.map { ColumnHead($0) } }

  /// Decodes whole rows.
  ///
  /// - Parameters:
  ///   - row: called for every row, with the number of its place in the batch and the byte at which it begins; ask
  ///     ``cell(_:of:)`` for its values then.
  ///   - malformed: called for every row that cannot be decoded; `line` are the lines of `bytes` before it.
  /// - Returns: how many lines, or records, there are; 0 where there is a ``fault``, of which the row counts from the
  ///   beginning of `bytes`.
  func read(
    _ bytes: UnsafeRawBufferPointer, order: FieldOrder, row: (Int, Int) -> Void,
    malformed: (MalformedRow) -> Void
  ) -> Int {
    var lines = 0
    var start = 0
    // Few rows at a time, because a report describes only the first few that are malformed.
    while start < bytes.count {
      let end = format.rowEnd(in: bytes, from: start, within: 4096)
      let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      lines += read(piece, at: start, linesBefore: lines, order, row, malformed)
      if fault != nil { return 0 }
      start = end
    }
    return lines
  }

  private func read(
    _ piece: UnsafeRawBufferPointer, at start: Int, linesBefore: Int, _ order: FieldOrder, _ row: (Int, Int) -> Void,
    _ malformed: (MalformedRow) -> Void
  ) -> Int {
    var report = DecodeReport()
    var offset = 0
    var rows: [(Int, Int)] = []
    // A piece never holds more rows than a frame.
    offset = decoder.decode(piece, from: 0, order: order, into: frame, report: &report)
    if let new = report.fault {
      fault = fault ?? ChainFault(new.message, row: new.row?.moved(by: start, lines: linesBefore))
      return 0
    }
    let needsMore = report.malformed > report.samples.count || offset < piece.count
    if needsMore, format.rowEnd(in: piece, from: 0, within: 1) < piece.count {
      let middle = format.rowEnd(in: piece, from: 0, within: max(1, piece.count / 2))
      let cut = middle < piece.count ? middle : format.rowEnd(in: piece, from: 0, within: 1)
      let first = UnsafeRawBufferPointer(rebasing: piece[..<cut])
      let second = UnsafeRawBufferPointer(rebasing: piece[cut...])
      let lines = read(first, at: start, linesBefore: linesBefore, order, row, malformed)
      return lines + read(second, at: start + cut, linesBefore: linesBefore + lines, order, row, malformed)
    }
    for index in 0..<frame.count { rows.append((index, start + Int(frame.rowOffsets[index]))) }
    var samples = report.samples[...]
    for (index, place) in rows {
      while let bad = samples.first, start + bad.offset < place {
        malformed(bad.moved(by: start, lines: linesBefore))
        samples.removeFirst()
      }
      row(index, place)
    }
    for bad in samples { malformed(bad.moved(by: start, lines: linesBefore)) }
    return report.lines
  }

  /// A value of a row of the batch that is being read.
  func cell(_ field: Int, of row: Int) -> Cell {
    let slot = slots[field], declared = format.fields[field]
    switch slot.lane {
    case .int32:
      let value = frame.int32(slot)[row]
      if declared.type.kind == .text { return categories.text(of: value).map { .text($0) } ?? .unknown }
      return value.isUnknown ? .unknown : .integer(Int64(value))
    case .int64:
      let value = frame.int64(slot)[row]
      if value.isUnknown { return .unknown }
      switch declared.declared {
      case "date": return .moment(Moment.date(value))
      case "time": return .moment(Moment.time(value))
      case "datetime": return .moment(Moment.datetime(value))
      default: return .integer(value)
      }
    case .float64:
      let value = frame.float64(slot)[row]
      if value.isUnknown { return .unknown }
      return declared.declared.hasPrefix("f32") ? .single(Float(value)) : .float(value)
    case .flag: return .unknown
    }
  }
}

extension MalformedRow {
  fileprivate func moved(by offset: Int, lines: Int) -> MalformedRow {
    MalformedRow(offset: self.offset + offset, line: line + lines, reason: reason, excerpt: excerpt)
  }
}
