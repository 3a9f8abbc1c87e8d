/// How a column lies in memory. A lane is what kernels loop over.
///
/// Every lane has one value that means *unknown* (a value that could not be computed, or does not exist): see
/// ``Lane/unknown``. A column whose type says `mayBeUnknown: false` never holds it, and its kernels do not look for it.
public enum Lane: UInt8, Sendable, CaseIterable, CustomStringConvertible {
  /// Int32; unknown is Int32.min.
  case int32
  /// Int64; unknown is Int64.min.
  case int64
  /// Double; unknown is NaN.
  case float64
  /// UInt8: 0 false, 1 true, 2 unknown.
  case flag

  /// The case's name, written out: printing by reflection is slow, and the names of computations have it.
  public var description: String {
    switch self {
    case .int32: "int32"
    case .int64: "int64"
    case .float64: "float64"
    case .flag: "flag"
    }
  }

  /// Bytes a value.
  public var stride: Int {
    switch self {
    case .int32: 4
    case .int64, .float64: 8
    case .flag: 1
    }
  }
}

/// Values that a lane can hold, with the one that stands for *unknown*.
public protocol LaneValue: BitwiseCopyable, Sendable {
  static var lane: Lane { get }
  static var unknown: Self { get }
  var isUnknown: Bool { get }
}

extension Int32: LaneValue {
  public static var lane: Lane { .int32 }
  @inlinable public static var unknown: Int32 { .min }
  @inlinable public var isUnknown: Bool { self == .min }
}

extension Int64: LaneValue {
  public static var lane: Lane { .int64 }
  @inlinable public static var unknown: Int64 { .min }
  @inlinable public var isUnknown: Bool { self == .min }
}

extension Double: LaneValue {
  public static var lane: Lane { .float64 }
  @inlinable public static var unknown: Double { .nan }
  @inlinable public var isUnknown: Bool { self != self }
}

extension UInt8: LaneValue {
  public static var lane: Lane { .flag }
  @inlinable public static var unknown: UInt8 { 2 }
  @inlinable public var isUnknown: Bool { self == 2 }
}

/// The type of a column or of an expression: what its values mean, which unit they are in, and which values are possible.
public struct ValueType: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case integer
    case float
    case boolean
    /// Text is interned: a column holds the codes that ``Categories`` gives out.
    case text
  }

  public var kind: Kind
  public var unit: Unit
  /// The values that an integer can take, as far as is known before the first row; never contains Int64.min.
  public var range: ClosedRange<Int64>
  public var mayBeUnknown: Bool

  public static let widest: ClosedRange<Int64> = (Int64.min + 1)...Int64.max

  private init(kind: Kind, unit: Unit, range: ClosedRange<Int64>, mayBeUnknown: Bool) {
    self.kind = kind
    self.unit = unit
    self.range = range
    self.mayBeUnknown = mayBeUnknown
  }

  public static func integer(
    _ range: ClosedRange<Int64> = widest, unit: Unit = .none, mayBeUnknown: Bool = false
  ) -> ValueType {
    ValueType(kind: .integer, unit: unit, range: range.clamped(to: widest), mayBeUnknown: mayBeUnknown)
  }

  public static func float(unit: Unit = .none, mayBeUnknown: Bool = false) -> ValueType {
    ValueType(kind: .float, unit: unit, range: widest, mayBeUnknown: mayBeUnknown)
  }

  public static func boolean(mayBeUnknown: Bool = false) -> ValueType {
    ValueType(kind: .boolean, unit: .none, range: 0...1, mayBeUnknown: mayBeUnknown)
  }

  public static func text(mayBeUnknown: Bool = false) -> ValueType {
    ValueType(kind: .text, unit: .none, range: 0...Int64(Int32.max), mayBeUnknown: mayBeUnknown)
  }

  public var isNumber: Bool { kind == .integer || kind == .float }

  /// Integers whose possible values fit (Int32.min itself is taken by *unknown*) lie in 32 bits, all others in 64.
  public var lane: Lane {
    switch kind {
    case .integer: range.lowerBound > Int64(Int32.min) && range.upperBound <= Int64(Int32.max) ? .int32 : .int64
    case .float: .float64
    case .boolean: .flag
    case .text: .int32
    }
  }

  /// For people: `integer 0..63`, `float ns`, `boolean`, with a `?` where the value may be unknown.
  public var description: String {
    var text: String
    switch kind {
    case .integer:
      text = "integer"
      if range != ValueType.widest { text += " \(range.lowerBound)..\(range.upperBound)" }
    case .float: text = "float"
    case .boolean: text = "boolean"
    case .text: text = "text"
    }
    if !unit.symbol.isEmpty { text += " \(unit.symbol)" }
    return mayBeUnknown ? text + "?" : text
  }
}
