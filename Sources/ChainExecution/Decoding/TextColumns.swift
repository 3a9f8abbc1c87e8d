import CScan
import Columns

/// Turns the texts of a batch into the codes that their columns hold.
struct TextColumns: ~Copyable {
  private struct Column {
    let slot: Slot
    let slices: Memory<scan_slice>
    /// Codes of the texts seen by this worker, so that the shared table is asked once a text.
    var codes: [[UInt8]: Int32] = [:]
  }

  /// The bit of a slice's length that says that the text stood in quotes (SCAN_QUOTED, a macro with a cast).
  private static let quotedBit: UInt32 = 0x8000_0000

  private let categories: Categories
  private let quote: UInt8
  private var columns: [Column] = []

  init(categories: Categories, quote: UInt8) {
    self.categories = categories
    self.quote = quote
  }

  /// Where the decoder writes the places of this column's texts.
  mutating func slices(for slot: Slot, capacity: Int) -> UnsafeMutablePointer<scan_slice> {
    if let column = columns.first(where: { $0.slot == slot }) { return column.slices.base }
    // Eight more for vector stores that overrun.
    let slices = Memory<scan_slice>(count: capacity + 8)
    columns.append(Column(slot: slot, slices: slices))
    return slices.base
  }

  mutating func convert(_ bytes: UnsafeRawBufferPointer, rows: Int, frame: Frame) {
    for index in columns.indices {
      let codes = frame.int32(columns[index].slot)
      for row in 0..<rows {
        let slice = columns[index].slices.base[row]
        let length = Int(slice.length & ~Self.quotedBit)
        var text = Array(bytes[Int(slice.start)..<Int(slice.start) + length])
        if slice.length & Self.quotedBit != 0 { text = unquoted(text) }
        if let code = columns[index].codes[text] {
          codes[row] = code
        } else if let code = categories.code(for: String(decoding: text, as: UTF8.self)) {
          columns[index].codes[text] = code
          codes[row] = code
        } else {
          codes[row] = .unknown
        }
      }
    }
  }

  /// A quote inside a quoted field is written twice.
  private func unquoted(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var skip = false
    for byte in text {
      if byte == quote, !skip {
        skip = true
        result.append(byte)
      } else if byte == quote {
        skip = false
      } else {
        skip = false
        result.append(byte)
      }
    }
    return result
  }
}
