/// A physical dimension: integer exponents of the base quantities.
public struct Dimension: Hashable, Sendable {
  public var time: Int8 = 0
  public var length: Int8 = 0
  public var voltage: Int8 = 0
  public var temperature: Int8 = 0
  public var angle: Int8 = 0

  public init(time: Int8 = 0, length: Int8 = 0, voltage: Int8 = 0, temperature: Int8 = 0, angle: Int8 = 0) {
    self.time = time
    self.length = length
    self.voltage = voltage
    self.temperature = temperature
    self.angle = angle
  }

  public static let none = Dimension()
  public static let time = Dimension(time: 1)

  /// Nil where an exponent leaves -127...127.
  public static func * (a: Dimension, b: Dimension) -> Dimension? {
    func sum(_ exponent: KeyPath<Dimension, Int8>) -> Int8? {
      let (sum, overflow) = a[keyPath: exponent].addingReportingOverflow(b[keyPath: exponent])
      // Without -128 every dimension has an inverse.
      return overflow || sum == .min ? nil : sum
    }
    guard let time = sum(\.time), let length = sum(\.length), let voltage = sum(\.voltage),
      let temperature = sum(\.temperature), let angle = sum(\.angle)
    else { return nil }
    return Dimension(time: time, length: length, voltage: voltage, temperature: temperature, angle: angle)
  }

  public var inverse: Dimension {
    Dimension(time: -time, length: -length, voltage: -voltage, temperature: -temperature, angle: -angle)
  }

  /// A name for messages: "time", "length", "frequency", or the exponents.
  public var name: String {
    switch self {
    case .none: return "a plain number"
    case Dimension(time: 1): return "a time"
    case Dimension(length: 1): return "a length"
    case Dimension(time: -1): return "a frequency"
    case Dimension(voltage: 1): return "a voltage"
    case Dimension(temperature: 1): return "a temperature"
    case Dimension(angle: 1): return "an angle"
    case Dimension(time: -1, length: 1): return "a velocity"
    default: return "another quantity"
    }
  }
}

/// A ratio of two positive integers in lowest terms: the exact factor between two units.
public struct Ratio: Hashable, Sendable {
  public let numerator: Int64
  public let denominator: Int64

  public init(_ numerator: Int64, _ denominator: Int64 = 1) {
    var a = numerator, b = denominator
    while b != 0 { (a, b) = (b, a % b) }
    self.numerator = numerator / a
    self.denominator = denominator / a
  }

  public static let one = Ratio(1)
  public var inverse: Ratio { Ratio(denominator, numerator) }
  public var value: Double { Double(numerator) / Double(denominator) }

  /// Nil where the product needs more than 63 bits.
  public func times(_ other: Ratio) -> Ratio? {
    let a = Ratio(numerator, other.denominator), b = Ratio(other.numerator, denominator)
    let (n, no) = a.numerator.multipliedReportingOverflow(by: b.numerator)
    let (d, od) = a.denominator.multipliedReportingOverflow(by: b.denominator)
    return no || od ? nil : Ratio(n, d)
  }
}

/// A unit of measurement: a dimension, the exact factor to the base unit of that dimension (s, m, V, K, rad), and a symbol.
public struct Unit: Hashable, Sendable {
  public let dimension: Dimension
  /// How many base units one of this unit is.
  public let scale: Ratio
  public let symbol: String

  public init(dimension: Dimension, scale: Ratio, symbol: String) {
    self.dimension = dimension
    self.scale = scale
    self.symbol = symbol
  }

  /// A plain number.
  public static let none = Unit(dimension: .none, scale: .one, symbol: "")
  public static let nanosecond = Unit(dimension: .time, scale: Ratio(1, 1_000_000_000), symbol: "ns")
  public static let hertz = Unit(dimension: Dimension(time: -1), scale: .one, symbol: "Hz")
  public static let second = Unit(dimension: .time, scale: .one, symbol: "s")
  public var isNone: Bool { dimension == .none }

  public static func == (a: Unit, b: Unit) -> Bool { a.dimension == b.dimension && a.scale == b.scale }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(dimension)
    hasher.combine(scale)
  }

  /// The factor by which values in this unit are multiplied to be in `other`; nil where they measure different things or
  /// the factor needs more than 63 bits.
  public func factor(to other: Unit) -> Ratio? {
    dimension == other.dimension ? scale.times(other.scale.inverse) : nil
  }

  /// Nil where the factor needs more than 63 bits or the dimension is absurd.
  public static func * (a: Unit, b: Unit) -> Unit? {
    if a.isNone, a.scale == .one { return b }
    if b.isNone, b.scale == .one { return a }
    guard let scale = a.scale.times(b.scale), let dimension = a.dimension * b.dimension else { return nil }
    return Unit(dimension: dimension, scale: scale, symbol: Unit.join(a.symbol, b.symbol))
  }

  /// Nil where the factor needs more than 63 bits or the dimension is absurd.
  public static func / (a: Unit, b: Unit) -> Unit? {
    if b.isNone, b.scale == .one { return a }
    guard let scale = a.scale.times(b.scale.inverse), let dimension = a.dimension * b.dimension.inverse else {
      return nil
    }
    let symbol = a.symbol == b.symbol ? "" : "\(a.symbol)/\(b.symbol)"
    return Unit(dimension: dimension, scale: scale, symbol: symbol)
  }

  private static func join(_ a: String, _ b: String) -> String {
    a.isEmpty ? b : b.isEmpty ? a : b.hasPrefix("/") ? a + b : "\(a) \(b)"
  }

  /// The unit of that symbol, such as `ns` or `mm`.
  public static func named(_ symbol: String) -> Unit? { bySymbol[symbol] }

  /// A symbol of units joined by `/`, such as `um/ns` or `/s`. Nil where one of them is unknown, or where the whole is too
  /// large or too small to compute with.
  public static func parse(_ text: String) -> Unit? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(trimmed)
    guard let first = parts.first else { return nil }
    var unit: Unit
    if first.isEmpty {
      guard parts.count > 1 else { return nil }
      unit = .none
    } else {
      guard let named = named(first) else { return nil }
      unit = named
    }
    for part in parts.dropFirst() {
      guard let named = named(part), let quotient = unit / named else { return nil }
      unit = quotient
    }
    return unit
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// Every unit that can be typed, grouped by what it measures, smallest first.
  public static let known: [Unit] = {
    let second = Dimension(time: 1), hertz = Dimension(time: -1), metre = Dimension(length: 1)
    let volt = Dimension(voltage: 1), kelvin = Dimension(temperature: 1), radian = Dimension(angle: 1)
    func unit(_ symbol: String, _ dimension: Dimension, _ numerator: Int64, _ denominator: Int64 = 1) -> Unit {
      Unit(dimension: dimension, scale: Ratio(numerator, denominator), symbol: symbol)
    }
    return [
      unit("ps", second, 1, 1_000_000_000_000), unit("ns", second, 1, 1_000_000_000), unit("us", second, 1, 1_000_000),
      unit("ms", second, 1, 1000), unit("s", second, 1), unit("min", second, 60), unit("h", second, 3600),
      unit("Hz", hertz, 1), unit("kHz", hertz, 1000), unit("MHz", hertz, 1_000_000), unit("GHz", hertz, 1_000_000_000),
      unit("um", metre, 1, 1_000_000), unit("mm", metre, 1, 1000), unit("cm", metre, 1, 100), unit("m", metre, 1),
      unit("uV", volt, 1, 1_000_000), unit("mV", volt, 1, 1000), unit("V", volt, 1), unit("kV", volt, 1000),
      unit("K", kelvin, 1), unit("rad", radian, 1), unit("mrad", radian, 1, 1000),
    ]
  }()

  private static let bySymbol: [String: Unit] = Dictionary(uniqueKeysWithValues: known.map { ($0.symbol, $0) })
}
