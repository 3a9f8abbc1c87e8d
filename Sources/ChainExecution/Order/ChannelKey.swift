import Columns

/// A number for the channel of each row, from several columns of whole numbers.
package struct ChannelKey: Sendable {
  package struct Part: Sendable {
    let slot: Slot
    let low: Int64
    /// What a step of this part adds to the number of a channel.
    let stride: Int64

    package init(slot: Slot, low: Int64, stride: Int64) {
      self.slot = slot
      self.low = low
      self.stride = stride
    }
  }

  let parts: [Part]

  package init(parts: [Part]) {
    self.parts = parts
  }

  /// The number of each selected row's channel; unknown where a part of it is. Without parts all rows are of one.
  func read(_ frame: Frame, into keys: UnsafeMutablePointer<Int64>) {
    let n = frame.selectedCount
    keys.update(repeating: 0, count: n)
    for part in parts {
      for i in 0..<n where !keys[i].isUnknown {
        let value = frame.integer(part.slot, Int(frame.selection[i]))
        keys[i] = value.isUnknown ? .unknown : keys[i] &+ (value &- part.low) &* part.stride
      }
    }
  }
}

extension Frame {
  /// A value of a column of whole numbers or flags in 64 bits.
  @inline(__always)
  func integer(_ slot: Slot, _ row: Int) -> Int64 {
    switch slot.lane {
    case .int32:
      let value = int32(slot)[row]
      return value.isUnknown ? .unknown : Int64(value)
    case .int64: return int64(slot)[row]
    case .flag:
      let value = flag(slot)[row]
      return value.isUnknown ? .unknown : Int64(value)
    case .float64: return .unknown
    }
  }
}
