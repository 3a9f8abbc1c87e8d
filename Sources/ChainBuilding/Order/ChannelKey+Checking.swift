import ChainExecution
import Columns
import Diagnostics
import Expressions

extension ChainBuilder {
  /// Checks `per:`, what makes a channel; false where that has errors.
  static func checkChannel(_ keys: [TypedExpression], at place: Span?, findings: Findings) -> Bool {
    var channels = 1.0
    for key in keys {
      guard key.type.kind != .float else {
        findings.error(
          .typeMismatch, "a channel is a whole number, and `\(key.label)` is \(key.type.words)",
          at: key.span, hint: "count channels by whole numbers, such as `wire`")
        return false
      }
      channels *= Double(key.type.range.upperBound) - Double(key.type.range.lowerBound) + 1
    }
    guard channels < 0x1p62 else {
      findings.error(
        .groupKeyTooWide, "the channel's columns need more than 62 bits together", at: place,
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
