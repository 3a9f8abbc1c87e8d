#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Columns

/// Where values lie along one side of a picture.
struct Scale {
  let low: Double
  let high: Double
  /// Where they go, in pixels.
  let from: Double
  let to: Double
  let isLog: Bool

  init(_ low: Double, _ high: Double, from: Double, to: Double, isLog: Bool = false) {
    // A side without length would put everything nowhere.
    (self.low, self.high) = low < high ? (low, high) : isLog ? (low / 2, low * 2) : (low - 0.5, low + 0.5)
    (self.from, self.to, self.isLog) = (from, to, isLog)
  }

  func callAsFunction(_ value: Double) -> Double {
    let share = isLog ? (log(max(value, low)) - log(low)) / (log(high) - log(low)) : (value - low) / (high - low)
    return from + (to - from) * min(max(share, 0), 1)
  }

  /// Values to write beside it: round numbers, about so many.
  func ticks(_ count: Int) -> [Double] {
    guard !isLog else { return logTicks(count) }
    let raw = (high - low) / Double(max(1, count))
    guard raw.isFinite else { return [low, high] }
    let power = pow(10, log10(raw).rounded(.down))
    let step = ([1, 2, 5, 10].first { $0 * power >= raw * 0.999 } ?? 10) * power
    let first = Int(saturating: (low / step - 1e-9).rounded(.up))
    let last = Int(saturating: (high / step + 1e-9).rounded(.down))
    guard first <= last, last.subtractingSaturated(first) < 100 else { return [low, high] }
    // Whole multiples, so that 0.3 is not 0.30000000000000004.
    return (first...last).map { step < 1 ? Double($0) / (1 / step).rounded() : Double($0) * step }
  }

  private func logTicks(_ count: Int) -> [Double] {
    let first = Int(saturating: log10(low).rounded(.up)), last = Int(saturating: log10(high).rounded(.down))
    guard first <= last, last.subtractingSaturated(first) < 1000 else { return [low, high] }
    let step = max(1, (last - first + count) / max(1, count))
    return stride(from: first, through: last, by: step).map { pow(10, Double($0)) }
  }
}

/// A number in few characters.
func shown(_ value: Double) -> String {
  guard value.isFinite else { return "" }
  let size = abs(value)
  if size >= 1e15 || (size > 0 && size < 1e-4 && size >= 1e-300) {
    let power = Int(saturating: log10(size).rounded(.down))
    return "\(shown(value / pow(10, Double(power))))e\(power)"
  }
  let digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4
  let factor = pow(10, Double(digits))
  let rounded = (value * factor).rounded() / factor
  return rounded == rounded.rounded() ? String(Int64(saturating: rounded)) : "\(rounded)"
}
