import Connectors
import Results

/// Totals up to some windows, so that the total up to any window is not summed from the first one on.
struct TotalCheckpoints {
  /// By number; the first may be that of windows that are not kept any more.
  private var totals: [(number: Int, total: ResultTotal)] = []
  /// Windows between two of them: more as there are more.
  private var stride = 16
  private static let most = 64

  /// Notes the total up to a window, if it is one to keep.
  mutating func note(_ total: ResultTotal, upTo number: Int) {
    guard number - (totals.last?.number ?? -stride) >= stride else { return }
    totals.append((number, total))
    guard totals.count > Self.most else { return }
    stride *= 2
    totals = totals.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
  }

  /// Windows are not kept any more: the total up to the last of them takes the place of those before.
  mutating func drop(_ messages: [[UInt8]], from first: Int) {
    guard var (number, total) = before(first - 1) ?? (first == 0 ? (-1, ResultTotal()) : nil) else { return }
    for message in messages.dropFirst(number + 1 - first) {
      guard let content = try? message.withUnsafeBytes({ try ResultContent(reading: $0) }) else { continue }
      total.add(content)
    }
    number = max(number, first + messages.count - 1)
    totals = [(number, total)] + totals.filter { $0.number > number }
  }

  /// The newest total that is not beyond a window.
  func before(_ number: Int) -> (number: Int, total: ResultTotal)? {
    totals.last { $0.number <= number }
  }
}
