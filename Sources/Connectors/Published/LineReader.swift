/// Reads a file line by line, packed or not; lines may have any length.
package final class LineReader {
  private let input: any ByteInput
  private var buffer: [UInt8] = []
  private var line = 0..<0
  /// Where the line after this one begins.
  private var rest = 0
  private var atEnd = false
  /// The number of the line, from 1 on.
  package private(set) var number = 0
  private static let chunk = 1 << 16

  /// The path as the user typed it, or `standard input`.
  package var name: String { input.name }

  /// `-` is standard input. Throws where the file cannot be opened.
  package init(path: String) throws(InputError) {
    input = try openInput(path: path)
  }

  deinit { input.close() }

  /// The line, without its end.
  package func withLine<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[line])) }
  }

  /// Whether the line is nobody's message.
  package var isBlank: Bool { withLine { line in line.allSatisfy { $0 == 0x20 || $0 == 0x0D } } }

  /// Goes to the next line; false where there is none.
  package func advance() throws(InputError) -> Bool {
    var searched = rest
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        (line, rest) = (rest..<end, end + 1)
        number += 1
        return true
      }
      if atEnd {
        guard rest < buffer.count else { return false }
        (line, rest) = (rest..<buffer.count, buffer.count)
        number += 1
        return true
      }
      buffer.removeFirst(rest)
      (line, rest) = (0..<0, 0)
      searched = buffer.count
      try fill()
    }
  }

  private func fill() throws(InputError) {
    let held = buffer.count
    // At least as much again as is held, so that a long line costs no more than its length.
    buffer.append(contentsOf: repeatElement(0, count: max(Self.chunk, held)))
    let room = buffer.count - held
    let result: Result<Int, InputError> = buffer.withUnsafeMutableBytes { bytes in
      do throws(InputError) {
        return .success(try input.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[held...])))
      } catch {
        return .failure(error)
      }
    }
    let count = (try? result.get()) ?? 0
    buffer.removeLast(room - count)
    atEnd = count == 0
    if case .failure(let error) = result { throw error }
  }
}
