import Columns

/// The frames that hitmon and a program send one another: a head of 16 bytes and what follows it, all little-endian.
/// docs/external.md describes them for those who write such programs.
enum ExternalFrame {
  /// What a frame begins with: `HMX1`.
  static let magic: [UInt8] = Array("HMX1".utf8)
  static let version: UInt16 = 1
  static let headBytes = 16

  /// What a frame is.
  enum Kind: UInt8 {
    /// From hitmon: the columns. From the program: that it understood them.
    case hello = 0x48
    /// Rows, from hitmon.
    case batch = 0x42
    /// What the program made of them.
    case reply = 0x52
    /// One sentence on why the program cannot go on.
    case error = 0x45
  }

  /// How values of a lane are called in a hello.
  static func code(_ lane: Lane) -> UInt8 {
    switch lane {
    case .int32: 1
    case .int64: 2
    case .float64: 3
    case .flag: 4
    }
  }

  /// Bytes of a column in a frame: each ends at a multiple of 8.
  static func columnBytes(_ lane: Lane, rows: Int) -> Int { (rows * lane.stride + 7) & ~7 }

  /// Bytes of the columns of a batch or a reply, with their head of 8 bytes.
  static func payloadBytes(_ lanes: [Lane], rows: Int) -> Int {
    lanes.reduce(8) { $0 + columnBytes($1, rows: rows) }
  }

  static func appendHead(_ kind: Kind, payload: Int, number: UInt32, to bytes: inout [UInt8]) {
    bytes += magic
    bytes += [kind.rawValue, 0, 0, 0]
    append(UInt32(payload), to: &bytes)
    append(number, to: &bytes)
  }

  static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }

  static func number<Number: FixedWidthInteger>(
    _ bytes: some Collection<UInt8>, at offset: Int, as: Number.Type
  ) -> Number {
    var value: Number = 0
    for (index, byte) in bytes.dropFirst(offset).prefix(Number.bitWidth / 8).enumerated() {
      value |= Number(truncatingIfNeeded: byte) << Number(8 * index)
    }
    return value
  }

  /// The frame that a program gets first.
  static func hello(inputs: [ExternalColumn], outputs: [ExternalColumn]) -> [UInt8] {
    var payload: [UInt8] = []
    append(version, to: &payload)
    append(UInt16(inputs.count), to: &payload)
    append(UInt16(outputs.count), to: &payload)
    append(UInt16(0), to: &payload)
    append(UInt32(Frame.standardCapacity), to: &payload)
    for column in inputs + outputs {
      let name = Array(column.name.utf8), unit = Array(column.type.unit.symbol.utf8)
      payload += [code(column.type.lane), 0]
      append(UInt16(name.count), to: &payload)
      append(UInt16(unit.count), to: &payload)
      payload += name + unit
    }
    var frame: [UInt8] = []
    appendHead(.hello, payload: payload.count, number: 0, to: &frame)
    return frame + payload
  }
}

/// A column that goes to a program or comes from it.
package struct ExternalColumn: Sendable {
  package let name: String
  package let type: ValueType

  package init(name: String, type: ValueType) {
    self.name = name
    self.type = type
  }
}
