/// One value as the reference evaluator of these tests knows it: integers of 128 bits, so that it decides by itself
/// what overflows.
enum RowValue: Equatable {
  case unknown
  case integer(Int128)
  case float(Double)
  case boolean(Bool)
  case text(String)

  var isUnknown: Bool { self == .unknown }

  var asDouble: Double? {
    switch self {
    case .integer(let value): Double(Int64(value))
    case .float(let value): value
    default: nil
    }
  }

  var asInteger: Int128? {
    if case .integer(let value) = self { value } else { nil }
  }

  var asBoolean: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }

  /// An integer that fits in 63 bits and a sign, else unknown.
  static func fitting(_ value: Int128) -> RowValue {
    value.magnitude <= UInt128(Int64.max) ? .integer(value) : .unknown
  }

  static func finite(_ value: Double) -> RowValue { value.isFinite ? .float(value) : .unknown }
}

/// The semantics of the language, written down row by row and without any type.
enum RowOperations {
  static func arithmetic(_ operation: String, _ a: RowValue, _ b: RowValue) -> RowValue {
    if let x = a.asInteger, let y = b.asInteger, operation != "/" { return integers(operation, x, y) }
    guard let x = a.asDouble, let y = b.asDouble else { return .unknown }
    switch operation {
    case "+": return .finite(x + y)
    case "-": return .finite(x - y)
    case "*": return .finite(x * y)
    case "/": return y == 0 ? .unknown : .finite(x / y)
    case "//":
      guard y != 0 else { return .unknown }
      let quotient = (x - floatModulo(x, y)) / y
      let floor = quotient.rounded(.down)
      return .finite(quotient - floor > 0.5 ? floor + 1 : floor)
    case "%": return y == 0 ? .unknown : .finite(floatModulo(x, y))
    case "min": return .float(x < y ? x : y)
    case "max": return .float(x < y ? y : x)
    default: fatalError(operation)
    }
  }

  private static func floatModulo(_ x: Double, _ y: Double) -> Double {
    let remainder = x.truncatingRemainder(dividingBy: y)
    return remainder == 0 || (remainder > 0) == (y > 0) ? remainder : remainder + y
  }

  private static func integers(_ operation: String, _ x: Int128, _ y: Int128) -> RowValue {
    switch operation {
    case "+": return .fitting(x + y)
    case "-": return .fitting(x - y)
    case "*": return .fitting(x * y)
    case "//", "%":
      guard y != 0 else { return .unknown }
      var quotient = x / y
      if quotient * y != x, (x < 0) != (y < 0) { quotient -= 1 }
      return .fitting(operation == "//" ? quotient : x - quotient * y)
    case "&": return .fitting(x & y)
    case "|": return .fitting(x | y)
    case "^": return .fitting(x ^ y)
    case "<<": return 0...63 ~= y ? .fitting(x << y) : .unknown
    case ">>": return 0...63 ~= y ? .fitting(x >> y) : .unknown
    case "min": return .integer(x < y ? x : y)
    case "max": return .integer(x < y ? y : x)
    default: fatalError(operation)
    }
  }

  static func comparison(_ operation: String, _ a: RowValue, _ b: RowValue) -> RowValue {
    if a.isUnknown || b.isUnknown { return .unknown }
    if let x = a.asInteger, let y = b.asInteger { return .boolean(compare(operation, x, y)) }
    if let x = a.asDouble, let y = b.asDouble { return .boolean(compare(operation, x, y)) }
    return .boolean((a == b) == (operation == "=="))
  }

  private static func compare<T: Comparable>(_ operation: String, _ x: T, _ y: T) -> Bool {
    switch operation {
    case "==": x == y
    case "!=": x != y
    case "<": x < y
    case "<=": x <= y
    case ">": x > y
    default: x >= y
    }
  }

  static func and(_ a: RowValue, _ b: RowValue) -> RowValue {
    if a == .boolean(false) || b == .boolean(false) { return .boolean(false) }
    return a.isUnknown || b.isUnknown ? .unknown : .boolean(true)
  }

  static func not(_ a: RowValue) -> RowValue { a.asBoolean.map { .boolean(!$0) } ?? .unknown }
  static func or(_ a: RowValue, _ b: RowValue) -> RowValue { not(and(not(a), not(b))) }

  static func function(_ name: String, _ a: RowValue) -> RowValue {
    switch (name, a) {
    case (_, .unknown): .unknown
    case ("-", .integer(let x)): .fitting(-x)
    case ("-", .float(let x)): .float(-x)
    case ("abs", .integer(let x)): .fitting(x < 0 ? -x : x)
    case ("abs", .float(let x)): .float(x < 0 ? -x : x)
    case ("sqrt", _): a.asDouble.map { $0 < 0 ? .unknown : .float($0.squareRoot()) } ?? .unknown
    case (_, .integer): a
    case ("floor", .float(let x)): rounded(x.rounded(.down))
    case ("ceil", .float(let x)): rounded(x.rounded(.up))
    case ("round", .float(let x)): rounded(x.rounded(.toNearestOrAwayFromZero))
    default: fatalError(name)
    }
  }

  private static func rounded(_ x: Double) -> RowValue { Int64(exactly: x).map { .fitting(Int128($0)) } ?? .unknown }
}
