import Columns
import Specifications

/// How fast rows come.
package enum RowRate: Hashable, Sendable {
  /// Rows a second, more than 0 and less than 10^12.
  case perSecond(Double)
  /// As fast as they can be made or taken.
  case unlimited

  /// Reads `1000`, `1000 /s`, `5 kHz`, `max`; nil for anything else, also for a rate that is not above 0.
  package init?(_ text: String) {
    if text == "max" {
      self = .unlimited
      return
    }
    guard let quantity = try? Quantity.parse(text),
      let rate = quantity.unit.isNone ? quantity.value : quantity.value(in: .hertz), rate > 0, rate < 1e12
    else { return nil }
    self = .perSecond(rate)
  }

  /// Rows a second; nil where nothing limits them.
  package var perSecond: Double? { if case .perSecond(let rate) = self { rate } else { nil } }
}
