import Columns
import Diagnostics
import Expressions

/// A number for the channel of each row, from several columns of whole numbers.
struct ChannelKey: Sendable {
  struct Part: Sendable {
    let slot: Slot
    let low: Int64
    /// What a step of this part adds to the number of a channel.
    let stride: Int64
  }

  let parts: [Part]

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

extension ChainBuilder {
  /// Checks `per:`, what makes a channel; false where that has errors.
  static func checkChannel(_ keys: [TypedExpression], at place: Span?, findings: Findings) -> Bool {
    var channels = 1.0
    for key in keys {
      guard key.type.kind != .float else {
        findings.error(
          "type-mismatch", "a channel is a whole number, and `\(key.label)` is \(key.type.words)",
          at: key.span, hint: "count channels by whole numbers, such as `wire`")
        return false
      }
      channels *= Double(key.type.range.upperBound) - Double(key.type.range.lowerBound) + 1
    }
    guard channels < 0x1p62 else {
      findings.error(
        "group-key-too-wide", "the channel's columns need more than 62 bits together", at: place,
        hint: "take fewer or narrower columns")
      return false
    }
    return true
  }
}

extension StageBuilder {
  /// The key with its columns in this stage.
  func channelKey(_ keys: [TypedExpression]) -> ChannelKey {
    var stride: Int64 = 1
    let parts = keys.map { key in
      defer { stride &*= key.type.range.upperBound &- key.type.range.lowerBound &+ 1 }
      return ChannelKey.Part(slot: slot(of: key), low: key.type.range.lowerBound, stride: stride)
    }
    return ChannelKey(parts: parts)
  }
}
