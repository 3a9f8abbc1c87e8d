#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@testable import Connectors

/// A directory of a test's own, removed with it.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/hitmon-input-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template)!)
  }

  deinit { run("rm -rf '\(path)'") }

  func callAsFunction(_ name: String) -> String { path + "/" + name }

  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) -> String {
    let file = fopen(self(name), "w")!
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    return self(name)
  }

  @discardableResult
  func write(_ text: String, _ name: String) -> String { write(Array(text.utf8), name) }

  func bytes(_ name: String) -> [UInt8] {
    let file = fopen(self(name), "r")!
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 8 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }

  /// Runs a shell command in the directory.
  func run(_ command: String) {
    let status = system("cd '\(path)' && \(command)")
    precondition(status == 0, "\(command) failed with \(status)")
  }
}

/// A pipe: what is written to one end is read at the other.
final class Pipe {
  let reading: Int32
  private var writing: Int32

  init() {
    var ends: [Int32] = [0, 0]
    precondition(pipe(&ends) == 0)
    (reading, writing) = (ends[0], ends[1])
  }

  deinit {
    finish()
    _ = close(reading)
  }

  func send(_ bytes: [UInt8]) { precondition(write(writing, bytes, bytes.count) == bytes.count) }

  func finish() {
    if writing >= 0 { _ = close(writing) }
    writing = -1
  }
}

/// Rows that compress like real ones: of about 26 bytes, with numbers that change.
func sampleRows(_ count: Int) -> [UInt8] {
  var state: UInt64 = 42
  var text = ""
  for row in 0..<count {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let (board, channel, bx, tdc) = (state >> 63, (state >> 50) % 128, (state >> 20) % 3564, (state >> 40) % 30)
    text += "2,\(board),\(channel),\(3_387_200_947 + row / 3),\(bx),\(tdc)\n"
  }
  return Array(text.utf8)
}

/// Reads to the end with calls for `step` bytes at most; the error that ended it, if one did.
func readAll(_ input: any ByteInput, step: Int = 100_000) -> (bytes: [UInt8], error: InputError?) {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: step)
  do {
    while true {
      let count = try buffer.withUnsafeMutableBytes { (buffer) throws(InputError) in try input.read(into: buffer) }
      if count == 0 { return (bytes, nil) }
      bytes += buffer[..<count]
    }
  } catch let error as InputError {
    return (bytes, error)
  } catch {
    fatalError("inputs throw nothing else: \(error)")
  }
}
