import Columns
import Diagnostics
import Specifications
import Support

/// Where a run begins to read a topic.
package enum KafkaStart: Sendable, Equatable {
  /// Where the published results end.
  case resume
  case earliest
  case latest
  /// The same offset in every partition.
  case offset(Int64)
  /// The first messages at this time or later, in milliseconds since 1970.
  case time(Int64)

  static let forms = "`resume`, `earliest`, `latest`, `{offset: 1000}` or `{time: 2026-11-22T14:00:00Z}`"

  /// Reads the key `start`; nil, with a finding, for anything else.
  init?(_ setting: Setting?, findings: Findings? = nil) {
    guard let setting else {
      self = .resume
      return
    }
    switch setting.node.scalar?.text {
    case "resume": self = .resume
    case "earliest": self = .earliest
    case "latest": self = .latest
    default:
      if let entry = setting.node.mapping?.first, setting.node.mapping?.count == 1, let text = entry.value.scalar?.text
      {
        if entry.name == "offset", let offset = Int64(text), offset >= 0 {
          self = .offset(offset)
          return
        }
        if entry.name == "time", let time = milliseconds(text) {
          self = .time(time)
          return
        }
      }
      findings?.error(
        .wrongType, "`start` says where reading begins, and this does not", at: setting.span,
        hint: "write \(Self.forms)")
      return nil
    }
  }
}
