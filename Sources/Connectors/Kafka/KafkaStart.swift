import Columns
import Diagnostics
import Specifications

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where a topic is read from when a run begins.
public enum KafkaStart: Sendable, Equatable {
  /// Where the published results end.
  case resume
  case earliest
  case latest
  /// The same offset in every partition.
  case offset(Int64)
  /// The first messages of that time or later, in milliseconds since 1970.
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
        "wrong-type", "`start` says where reading begins, and this does not", at: setting.span,
        hint: "write \(Self.forms)")
      return nil
    }
  }
}

/// Milliseconds since 1970 of a time in UTC such as `2026-11-22T14:00:00Z`, with a fraction or without; nil for anything
/// else.
public func milliseconds(_ text: String) -> Int64? {
  let parts = text.split(separator: "T", omittingEmptySubsequences: false)
  guard parts.count == 2, parts[1].last == "Z" else { return nil }
  let date = parts[0].split(separator: "-").map { Int32($0) }
  let time = parts[1].dropLast().split(separator: ":")
  guard date.count == 3, let year = date[0], let month = date[1], let day = date[2], time.count == 3,
    let hour = Int32(time[0]), let minute = Int32(time[1]), let second = Double(time[2]), (1970...9999).contains(year),
    (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute),
    (0..<61).contains(second)
  else { return nil }
  var fields = tm()
  (fields.tm_year, fields.tm_mon, fields.tm_mday, fields.tm_hour, fields.tm_min) = (
    year - 1900, month - 1, day, hour, minute
  )
  return Int64(timegm(&fields)) * 1000 + Int64(saturating: (second * 1000).rounded())
}
