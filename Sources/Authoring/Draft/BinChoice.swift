import Columns

/// Bins for a field of which a sample is known.
enum BinChoice {
  /// As `bins:` takes it; nil for text of many kinds.
  static func bins(_ field: FieldGuess) -> String? {
    switch field.type.storage {
    case .text: return categories(field.texts)
    case .time: return clock(field)
    case .date: return days(field)
    case .datetime: return field.integers.map { seconds($0) }
    case .f32, .f64:
      // Bins that cannot be computed with are none to begin with.
      guard let range = field.range, (range.upperBound - range.lowerBound) < 1e308 else { return nil }
      return regular(range, decimals: min(field.decimals, 9), unit: field.type.unit.symbol)
    default:
      guard let integers = field.integers else { return nil }
      return whole(integers, unit: field.type.unit.symbol, isRising: field.isRising)
    }
  }

  /// Texts that need no quotes in a list of categories.
  private static func categories(_ texts: [String]) -> String? {
    func isPlain(_ text: String) -> Bool {
      guard let first = text.unicodeScalars.first, first.properties.isAlphabetic else { return false }
      return text.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_")
      }
    }
    guard !texts.isEmpty, texts.allSatisfy(isPlain) else { return nil }
    return "categories \(texts.joined(separator: ", "))"
  }

  private static func whole(_ range: ClosedRange<Int64>, unit: String, isRising: Bool) -> String {
    let (width, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    // One bin an integer only where a double tells integers apart.
    let isNear = range.lowerBound > -1 << 53 && range.upperBound < 1 << 53
    if !overflow, width < 300, isNear, unit.isEmpty, !isRising {
      let lower = range.lowerBound >= 0 && range.lowerBound <= max(width, 8) ? 0 : range.lowerBound
      var upper = max(range.upperBound, lower + 1)
      // Near the end of a power of two the field has so many bits.
      if upper > 4, upper < 1 << 16 {
        var power: Int64 = 8
        while power <= upper { power *= 2 }
        if upper * 4 >= power * 3 { upper = power - 1 }
      }
      return "integers \(lower)..\(upper)"
    }
    var lower = range.lowerBound
    var upper = range.upperBound
    if !isRising, lower > 0, lower < (overflow ? 0 : width / 4) { lower = 0 }
    if !isRising, upper > 4, upper < 1 << 32 {
      var power: Int64 = 8
      while power <= upper { power *= 2 }
      if upper * 16 >= power * 15 { upper = power - 1 }
    }
    return regular(Double(lower)...Double(upper), decimals: 0, unit: unit)
  }

  /// A time of day, in quarters of an hour where there are hours of it.
  private static func clock(_ field: FieldGuess) -> String? {
    guard let range = field.integers else { return nil }
    return range.upperBound - range.lowerBound >= 7_200_000_000_000 ? "96 from 0 h to 24 h" : seconds(range)
  }

  private static func days(_ field: FieldGuess) -> String? {
    guard let range = field.integers else { return nil }
    let day: Int64 = 86_400
    let (first, last) = (range.lowerBound / 1_000_000_000, range.upperBound / 1_000_000_000 + day)
    let count = (last - first) / day
    return count <= 1000 ? "\(count) from \(first) s to \(last) s" : seconds(range)
  }

  private static func seconds(_ range: ClosedRange<Int64>) -> String {
    regular(Double(range.lowerBound) * 1e-9...Double(range.upperBound) * 1e-9, decimals: 3, unit: "s")
  }

  /// About a hundred bins, of 1, 2 or 5 times a power of ten, with edges that are multiples of their width. None is
  /// narrower than the last digit.
  static func regular(_ range: ClosedRange<Double>, decimals: Int, unit: String) -> String {
    let span = max(range.upperBound - range.lowerBound, 0)
    var exponent = -decimals
    var factor = 1
    func width() -> Double { Double(factor) * power(exponent) }
    let wanted = span / 100
    while width() < wanted * 0.9, exponent < widest {
      switch factor {
      case 1: factor = 2
      case 2: factor = 5
      default:
        factor = 1
        exponent += 1
      }
    }
    // Beyond 2^53 whole numbers are no longer all there.
    while max(abs(range.lowerBound), abs(range.upperBound)) / width() > 4e15, exponent < widest { exponent += 1 }
    var first = Int64(saturating: (range.lowerBound / width() + 1e-6).rounded(.down))
    var last = Int64(saturating: (range.upperBound / width() + 1e-6).rounded(.down)).addingSaturated(1)
    // Zero is a good beginning where it is near.
    if first > 0, first < (last - first) / 10 { first = 0 }
    if last - first < 2 { last = first + 2 }
    if last - first < 10, span == 0 { first -= 1 }
    let symbol = unit.isEmpty ? "" : " \(unit)"
    let (lower, upper) = (decimal(first, factor, exponent), decimal(last, factor, exponent))
    return "\(last - first) from \(lower)\(symbol) to \(upper)\(symbol)"
  }

  /// The largest power of ten that is the width of a bin: its multiples are still finite.
  private static let widest = 306

  private static func power(_ exponent: Int) -> Double {
    var value = 1.0
    for _ in 0..<abs(exponent) { value *= 10 }
    return exponent < 0 ? 1 / value : value
  }

  /// `count` times `factor` times a power of ten, in digits.
  private static func decimal(_ count: Int64, _ factor: Int, _ exponent: Int) -> String {
    let (product, overflow) = count.multipliedReportingOverflow(by: Int64(factor))
    guard !overflow else { return "\(Double(count) * Double(factor) * power(exponent))" }
    if product == 0 { return "0" }
    guard exponent < 0 else {
      return exponent < 20 ? "\(product)\(String(repeating: "0", count: exponent))" : "\(product)e\(exponent)"
    }
    var digits = String(product.magnitude)
    digits = String(repeating: "0", count: max(0, -exponent + 1 - digits.count)) + digits
    var text = "\(digits.dropLast(-exponent)).\(digits.suffix(-exponent))"
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return (product < 0 ? "-" : "") + text
  }
}
