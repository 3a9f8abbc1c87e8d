/// The type of a field as a record declares it: `u8`, `i32`, `f64`, `text`, `date`, numbers optionally with a unit
/// (`f32 ns`).
public struct FieldType: Hashable, Sendable {
  public enum Storage: String, CaseIterable, Sendable {
    case u8, u16, u32, u64, i8, i16, i32, i64, f32, f64, text
    /// A day, as nanoseconds from 1970 to its midnight.
    case date
    /// A time of day, as nanoseconds from midnight.
    case time
    /// A date and a time of day, as nanoseconds from 1970.
    case datetime

    /// Whether it is written as a date or a time; its unit is the nanosecond.
    public var isTime: Bool { self == .date || self == .time || self == .datetime }

    /// Bytes in a binary record; 0 for what only text formats have.
    public var byteCount: Int {
      switch self {
      case .u8, .i8: 1
      case .u16, .i16: 2
      case .u32, .i32, .f32: 4
      case .u64, .i64, .f64: 8
      case .text, .date, .time, .datetime: 0
      }
    }

    public var isSigned: Bool {
      switch self {
      case .i8, .i16, .i32, .i64: true
      default: false
      }
    }

    /// The values that the field can hold. Integers are computed with 63 bits: a `u64` above 2^63 - 1 and an `i64` of
    /// exactly -2^63 are malformed, since the one does not fit and the other stands for *unknown*.
    public var range: ClosedRange<Int64>? {
      switch self {
      case .u8: 0...255
      case .u16: 0...65_535
      case .u32: 0...4_294_967_295
      case .u64: 0...Int64.max
      case .i8: -128...127
      case .i16: -32_768...32_767
      case .i32: -2_147_483_648...2_147_483_647
      case .i64: ValueType.widest
      case .date, .datetime: -Self.farthestTime...Self.farthestTime
      case .time: 0...86_400_999_999_999
      case .f32, .f64, .text: nil
      }
    }

    /// The years 1677 to 2262 fit into 63 bits of nanoseconds.
    private static let farthestTime: Int64 = 106_751 * 86_400_000_000_000
  }

  public var storage: Storage
  public var unit: Unit

  public init(_ storage: Storage, unit: Unit = .none) {
    self.storage = storage
    self.unit = unit
  }

  public var valueType: ValueType {
    switch storage {
    case .text: .text()
    case .f32, .f64: .float(unit: unit)
    case .date, .time, .datetime: .integer(storage.range ?? ValueType.widest, unit: .nanosecond)
    default: .integer(storage.range ?? ValueType.widest, unit: unit)
    }
  }
}
