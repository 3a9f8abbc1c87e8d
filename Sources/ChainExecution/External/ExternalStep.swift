import CPlugin
import Columns

/// Columns that a program computes: sends rows of a batch and takes its answer into the frame.
package struct ExternalStep: Sendable {
  let program: ExternalProgram
  let inputs: [Slot]
  let outputs: [Slot]
  let faults: FaultBox
  /// Cleansing comes before any row is selected; later, rows that were dropped are not sent.
  var sendsAll = false

  package init(program: ExternalProgram, inputs: [Slot], outputs: [Slot], faults: FaultBox, sendsAll: Bool = false) {
    self.program = program
    self.inputs = inputs
    self.outputs = outputs
    self.faults = faults
    self.sendsAll = sendsAll
  }

  func run(_ frame: Frame) {
    let count = sendsAll ? frame.count : frame.selectedCount
    if count < frame.count || faults.value != nil {
      for slot in outputs { fillUnknown(frame, slot) }
    }
    guard count > 0, faults.value == nil else { return }
    do {
      try exchange(frame, count)
    } catch {
      for slot in outputs { fillUnknown(frame, slot) }
      faults.raise(error)
    }
  }

  private func exchange(_ frame: Frame, _ count: Int) throws(ChainFault) {
    let begin = program_clock()
    let plan = program.plan
    let limit = ExternalFrame.payloadBytes(outputs.map(\.lane), rows: Frame.standardCapacity)
    var process = try program.take()
    while true {
      let number = process.nextNumber()
      do throws(ExternalTrouble) {
        let reply = try process.exchange(
          batch(frame, count, number: number), expecting: .reply, number: number, limit: limit, within: plan.timeout,
          what: "\(count) rows")
        try take(reply, frame, count)
        break
      } catch {
        process = try program.replace(process, after: error)
      }
    }
    program.give(process, rows: count, nanoseconds: program_clock() - begin)
  }

  // MARK: Rows out

  private func batch(_ frame: Frame, _ count: Int, number: UInt32) -> [UInt8] {
    let size = ExternalFrame.payloadBytes(inputs.map(\.lane), rows: count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ExternalFrame.headBytes + size)
    ExternalFrame.appendHead(.batch, payload: size, number: number, to: &bytes)
    ExternalFrame.append(UInt32(count), to: &bytes)
    ExternalFrame.append(UInt32(0), to: &bytes)
    for slot in inputs {
      switch slot.lane {
      case .int32: append(frame.int32(slot), frame, count, to: &bytes)
      case .int64: append(frame.int64(slot), frame, count, to: &bytes)
      case .float64: append(frame.float64(slot), frame, count, to: &bytes)
      case .flag: append(frame.flag(slot), frame, count, to: &bytes)
      }
      bytes.append(contentsOf: repeatElement(0, count: -bytes.count & 7))
    }
    return bytes
  }

  /// All processors that hitmon runs on are little-endian.
  private func append<Value: LaneValue>(
    _ column: UnsafeMutablePointer<Value>, _ frame: Frame, _ count: Int, to bytes: inout [UInt8]
  ) {
    if count == frame.count {
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: column, count: count * MemoryLayout<Value>.stride))
      return
    }
    let selection = frame.selection
    let rows = [Value](unsafeUninitializedCapacity: count) { values, initialized in
      for row in 0..<count { values[row] = column[Int(selection[row])] }
      initialized = count
    }
    rows.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  // MARK: Rows in

  private func take(_ reply: ArraySlice<UInt8>, _ frame: Frame, _ count: Int) throws(ExternalTrouble) {
    let rows = reply.count >= 8 ? Int(ExternalFrame.number(reply, at: 0, as: UInt32.self)) : 0
    guard rows == count else { throw .wrong("answered \(count) rows with \(rows)") }
    let size = ExternalFrame.payloadBytes(outputs.map(\.lane), rows: count)
    guard reply.count == size else {
      throw .wrong("answered \(count) rows with \(reply.count) bytes instead of \(size)")
    }
    var offset = reply.startIndex + 8
    for (slot, column) in zip(outputs, program.plan.outputs) {
      let bytes = reply[offset..<offset + count * slot.lane.stride]
      let bad: String?
      switch slot.lane {
      case .int32: bad = take(bytes, frame.int32(slot), frame, count, Self.check(column.type))
      case .int64: bad = take(bytes, frame.int64(slot), frame, count, Self.check(column.type))
      case .float64: bad = take(bytes, frame.float64(slot), frame, count, { _ in true })
      case .flag: bad = take(bytes, frame.flag(slot), frame, count, { $0 <= 2 })
      }
      if let bad { throw .wrong("answered with \(bad) in `\(column.name)`, which is \(column.type.description)") }
      offset += ExternalFrame.columnBytes(slot.lane, rows: count)
    }
  }

  /// Whether a value is one that the column was declared to have: tables and bins rely on it.
  private static func check<Value: LaneValue & FixedWidthInteger>(_ type: ValueType) -> (Value) -> Bool {
    let low = Value(clamping: type.range.lowerBound), high = Value(clamping: type.range.upperBound)
    return { $0.isUnknown || ($0 >= low && $0 <= high) }
  }

  /// The first value that may not be, if there is one.
  private func take<Value: LaneValue>(
    _ bytes: ArraySlice<UInt8>, _ column: UnsafeMutablePointer<Value>, _ frame: Frame, _ count: Int,
    _ isGood: (Value) -> Bool
  ) -> String? {
    let all = count == frame.count
    let selection = frame.selection
    return bytes.withUnsafeBytes { bytes in
      for row in 0..<count {
        let value = bytes.loadUnaligned(fromByteOffset: row * MemoryLayout<Value>.stride, as: Value.self)
        guard isGood(value) else { return "\(value)" }
        column[all ? row : Int(selection[row])] = value
      }
      return nil
    }
  }
}

/// Makes a column unknown in every row of the batch.
func fillUnknown(_ frame: Frame, _ slot: Slot) {
  switch slot.lane {
  case .int32: frame.int32(slot).update(repeating: .unknown, count: frame.count)
  case .int64: frame.int64(slot).update(repeating: .unknown, count: frame.count)
  case .float64: frame.float64(slot).update(repeating: .unknown, count: frame.count)
  case .flag: frame.flag(slot).update(repeating: .unknown, count: frame.count)
  }
}
