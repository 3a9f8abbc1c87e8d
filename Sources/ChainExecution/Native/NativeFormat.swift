import CPlugin
import Columns

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Unchecked `Sendable`: what its pointers lead to never changes, and its library stays loaded.
package struct NativeFormat: RecordFormat, @unchecked Sendable {
  let library: NativeLibrary
  let decoder: hitmon_decoder
  let settings: [(key: String, value: String)]
  let place: String
  package let fields: [RecordField]

  package init(
    library: NativeLibrary, decoder: hitmon_decoder, settings: [(key: String, value: String)], place: String
  ) {
    self.library = library
    self.decoder = decoder
    self.settings = settings
    self.place = place
    fields = nativeColumns(decoder.columns, decoder.column_count).map { column in
      RecordField(
        name: column.columnName, type: column.valueType,
        declared: "\(column.typeName) of \(library.name)")
    }
  }

  var name: String { "`\(string(decoder.name))` of \(library.name)" }

  package var framing: Framing {
    decoder.record_bytes == 0
      ? .lines(.no) : .fixed(bytes: Int(decoder.record_bytes), skip: Int(decoder.skip_bytes))
  }

  package func makeDecoder(columns: [Slot?], categories: Categories) -> any RecordDecoder {
    NativeDecoder(format: self, columns: columns)
  }
}

final class NativeDecoder: RecordDecoder {
  private let format: NativeFormat
  private let columns: [Slot?]
  private let declared: [hitmon_column]
  private var state: NativeState?
  private var starts: [UInt32] = []
  private var lengths: [UInt32] = []
  private var lines: [Int] = []
  /// Lines or records up to where the last batch ends.
  private var passed = 0
  private var status = [UInt8](repeating: 0, count: Frame.standardCapacity)

  init(format: NativeFormat, columns: [Slot?]) {
    self.format = format
    self.columns = columns
    declared = nativeColumns(format.decoder.columns, format.decoder.column_count)
  }

  func decode(
    _ bytes: UnsafeRawBufferPointer, from offset: Int, order: FieldOrder, into frame: Frame, report: inout DecodeReport
  ) -> Int {
    frame.count = 0
    let end = findRecords(bytes, from: offset, capacity: frame.capacity, line: report.lines)
    do {
      if !starts.isEmpty { try decode(bytes, into: frame, report: &report) }
    } catch {
      report.fault = error
      return bytes.count
    }
    report.lines = passed
    if case .fixed(let width, _) = format.framing {
      return reportRest(bytes, from: end, rows: starts.count, width: width, what: "record", report: &report)
    }
    return end
  }

  /// Notes where records begin, up to `capacity` of them, and gives where the last one ends.
  private func findRecords(_ bytes: UnsafeRawBufferPointer, from offset: Int, capacity: Int, line first: Int) -> Int {
    starts.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    var position = offset
    var line = first
    defer { passed = line }
    if case .fixed(let width, _) = format.framing {
      for _ in 0..<min(capacity, (bytes.count - offset) / width) {
        starts.append(UInt32(position))
        lengths.append(UInt32(width))
        lines.append(line)
        position += width
        line += 1
      }
      return position
    }
    while position < bytes.count, starts.count < capacity {
      let rest = bytes.count - position
      let base = bytes.baseAddress! + position
      let newline = memchr(base, 0x0A, rest).map { UnsafeRawPointer($0) - base } ?? rest
      let length = newline > 0 && bytes[position + newline - 1] == 0x0D ? newline - 1 : newline
      if length > 0 {
        starts.append(UInt32(position))
        lengths.append(UInt32(length))
        lines.append(line)
      }
      line += 1
      position = min(position + newline + 1, bytes.count)
    }
    return position
  }

  private func decode(
    _ bytes: UnsafeRawBufferPointer, into frame: Frame, report: inout DecodeReport
  ) throws(ChainFault) {
    let place = "\(format.place): \(format.name)"
    let state: NativeState
    if let known = self.state {
      state = known
    } else {
      state = try NativeState(format.decoder.open, format.decoder.close, settings: format.settings, name: place)
      self.state = state
    }
    let count = starts.count
    // The library writes its own types; the frame may have others.
    let targets = zip(columns, declared).enumerated().map { number, pair -> UnsafeMutableRawPointer? in
      let (slot, column) = pair
      guard let slot else { return nil }
      return slot.lane == column.lane ? frame.raw(slot) : state.column(number)
    }
    for row in 0..<count { status[row] = 0 }
    let decoded = starts.withUnsafeBufferPointer { starts in
      lengths.withUnsafeBufferPointer { lengths in
        var records = hitmon_records(
          bytes: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), starts: starts.baseAddress,
          lengths: lengths.baseAddress, count: count)
        return targets.withUnsafeBufferPointer { targets in
          format.decoder.decode(state.pointer, &records, targets.baseAddress, &status)
        }
      }
    }
    guard decoded == count else {
      throw ChainFault(
        decoded < 0
          ? "\(place) cannot go on (it gave \(decoded))" : "\(place) decoded \(decoded) of \(count) records")
    }
    let rows = noteRows(bytes, frame, &report)
    for (number, slot) in columns.enumerated() {
      guard let slot, let target = targets[number] else { continue }
      let column = declared[number]
      if rows < count { compact(target, column.lane, count) }
      if let row = firstForeign(target, column.lane, rows: rows, type: format.fields[number].type) {
        throw ChainFault(
          "\(place) gave a value of `\(column.columnName)` in row \(row) of a batch that is not \(format.fields[number].type.description)"
        )
      }
      if slot.lane != column.lane {
        convert(target, column.lane, to: frame.raw(slot), slot.lane, rows: rows, factor: 1)
      }
    }
    frame.count = rows
  }

  /// Notes where rows stand, and the records that are none; gives how many rows there are.
  private func noteRows(_ bytes: UnsafeRawBufferPointer, _ frame: Frame, _ report: inout DecodeReport) -> Int {
    var rows = 0
    for record in starts.indices {
      frame.rowOffsets[rows] = starts[record]
      if status[record] == 0 {
        rows += 1
        continue
      }
      report.malformed += 1
      guard report.samples.count < DecodeReport.sampleLimit else { continue }
      let number = Int(status[record]) - 1
      let reason =
        number < format.decoder.reason_count ? string(format.decoder.reasons[number]) : "status \(status[record])"
      let start = Int(starts[record])
      let isText = format.decoder.record_bytes == 0
      report.samples.append(
        MalformedRow(
          offset: start, line: lines[record], reason: reason,
          excerpt: excerpt(
            UnsafeRawBufferPointer(rebasing: bytes[start..<start + Int(lengths[record])]), isText: isText)))
    }
    return rows
  }

  /// Moves the values of rows together.
  private func compact(_ column: UnsafeMutableRawPointer, _ lane: Lane, _ count: Int) {
    var row = 0
    for record in 0..<count where status[record] == 0 {
      if row != record {
        (column + row * lane.stride).copyMemory(from: column + record * lane.stride, byteCount: lane.stride)
      }
      row += 1
    }
  }
}
