import Columns

/// A value that is known before the first row, with its unit.
package struct Constant: Hashable, Sendable {
  /// The value without its unit.
  package enum Value: Hashable, Sendable {
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    case text(String)
  }

  /// The value, measured in ``unit``.
  package let value: Value
  /// `.none` for plain numbers, booleans and texts.
  package let unit: Unit

  package init(_ value: Value, unit: Unit = .none) {
    self.value = value
    self.unit = unit
  }

  /// An integer, which must not be Int64.min: that stands for unknown.
  package static func integer(_ value: Int64, unit: Unit = .none) -> Constant { Constant(.integer(value), unit: unit) }
  /// A finite float.
  package static func float(_ value: Double, unit: Unit = .none) -> Constant { Constant(.float(value), unit: unit) }
  /// A condition that is settled.
  package static func boolean(_ value: Bool) -> Constant { Constant(.boolean(value)) }
  /// A text, not yet a code.
  package static func text(_ value: String) -> Constant { Constant(.text(value)) }

  /// The number in its own unit; nil for booleans and texts.
  package var number: Double? {
    switch value {
    case .integer(let value): Double(value)
    case .float(let value): value
    case .boolean, .text: nil
    }
  }

  /// The integer in its own unit; nil for everything else, floats without a fraction too.
  package var integer: Int64? {
    if case .integer(let value) = value { value } else { nil }
  }

  /// The boolean; nil for everything else.
  package var boolean: Bool? {
    if case .boolean(let value) = value { value } else { nil }
  }

  /// The text; nil for everything else.
  package var text: String? {
    if case .text(let value) = value { value } else { nil }
  }

  /// The type with the narrowest range: that of the value alone.
  package var type: ValueType {
    switch value {
    case .integer(let value): .integer(value...value, unit: unit)
    case .float: .float(unit: unit)
    case .boolean: .boolean()
    case .text: .text()
    }
  }

  /// As it is typed: `25 ns`, `true`, `'a'`.
  package var description: String {
    let text =
      switch value {
      case .integer(let value): "\(value)"
      case .float(let value): "\(value)"
      case .boolean(let value): "\(value)"
      case .text(let value): "'\(value)'"
      }
    return unit.symbol.isEmpty ? text : "\(text) \(unit.symbol)"
  }
}
