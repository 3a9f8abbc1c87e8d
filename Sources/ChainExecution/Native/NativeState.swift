import CPlugin
import Columns
import Synchronization

/// What a decoder or a function of a library keeps from call to call. One thread at a time uses it.
final class NativeState: @unchecked Sendable {
  typealias Open =
    @convention(c) (UnsafePointer<hitmon_context>?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?) ->
    Int32
  typealias Close = @convention(c) (UnsafeMutableRawPointer?) -> Void

  private(set) var pointer: UnsafeMutableRawPointer?
  private let close: Close?
  /// Room for columns that are not in memory as the library wants them, by number; made when first needed.
  private var scratch: [Int: UnsafeMutableRawPointer] = [:]

  /// Throws a sentence of the library's.
  init(_ open: Open?, _ close: Close?, settings: [(key: String, value: String)], name: String) throws(ChainFault) {
    self.close = close
    guard let open else { return }
    var words = [CChar](repeating: 0, count: 256)
    let size = words.count
    var state: UnsafeMutableRawPointer?
    let status = withSettings(settings) { all, count in
      words.withUnsafeMutableBufferPointer { words in
        var context = hitmon_context(
          settings: all, setting_count: count, error: words.baseAddress, error_size: size)
        return open(&context, &state)
      }
    }
    guard status == 0 else { throw ChainFault("\(name) refuses: \(NativeLibrary.text(words))") }
    pointer = state
  }

  deinit {
    if pointer != nil { close?(pointer) }
    for memory in scratch.values { memory.deallocate() }
  }

  /// Memory for a column of a batch.
  func column(_ number: Int) -> UnsafeMutableRawPointer {
    if let memory = scratch[number] { return memory }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: Frame.standardCapacity * 8 + 64, alignment: 64)
    scratch[number] = memory
    return memory
  }
}

/// Copies a column into one of another lane, row by row, unknown values too.
func convert(
  _ source: UnsafeRawPointer, _ from: Lane, to target: UnsafeMutableRawPointer, _ to: Lane, rows: Int, factor: Double
) {
  switch (from, to) {
  case (.int32, .int64):
    let (source, target) = (source.assumingMemoryBound(to: Int32.self), target.assumingMemoryBound(to: Int64.self))
    for row in 0..<rows { target[row] = source[row].isUnknown ? .unknown : Int64(source[row]) }
  case (.int64, .int32):
    let (source, target) = (source.assumingMemoryBound(to: Int64.self), target.assumingMemoryBound(to: Int32.self))
    for row in 0..<rows { target[row] = source[row].isUnknown ? .unknown : Int32(clamping: source[row]) }
  case (.int32, .float64):
    let (source, target) = (source.assumingMemoryBound(to: Int32.self), target.assumingMemoryBound(to: Double.self))
    for row in 0..<rows { target[row] = source[row].isUnknown ? .nan : Double(source[row]) * factor }
  case (.int64, .float64):
    let (source, target) = (source.assumingMemoryBound(to: Int64.self), target.assumingMemoryBound(to: Double.self))
    for row in 0..<rows { target[row] = source[row].isUnknown ? .nan : Double(source[row]) * factor }
  case (.float64, .float64):
    let (source, target) = (source.assumingMemoryBound(to: Double.self), target.assumingMemoryBound(to: Double.self))
    for row in 0..<rows { target[row] = source[row] * factor }
  default:
    target.copyMemory(from: source, byteCount: rows * to.stride)
  }
}

/// The first row whose value the column was not declared to have, as whatever has no such values relies on that.
func firstForeign(_ column: UnsafeRawPointer, _ lane: Lane, rows: Int, type: ValueType) -> Int? {
  func first<Value: LaneValue & FixedWidthInteger>(_: Value.Type) -> Int? {
    let values = column.assumingMemoryBound(to: Value.self)
    let low = Value(clamping: type.range.lowerBound), high = Value(clamping: type.range.upperBound)
    let mayBeUnknown = type.mayBeUnknown
    return (0..<rows).first { row in
      let value = values[row]
      return !(value >= low && value <= high) && !(mayBeUnknown && value.isUnknown)
    }
  }
  switch lane {
  case .int32: return first(Int32.self)
  case .int64: return first(Int64.self)
  case .flag: return first(UInt8.self)
  case .float64: return nil
  }
}
