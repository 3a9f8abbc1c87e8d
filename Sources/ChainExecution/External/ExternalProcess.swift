import CPlugin

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Why a program gave no answer.
enum ExternalTrouble: Error {
  /// It ended; in words how.
  case ended(String)
  /// It took longer than it may; for what.
  case late(String)
  /// It broke the rules, or said itself that it cannot go on; a new one would do the same.
  case wrong(String)
}

/// A program that is running: one thread at a time talks to it.
final class ExternalProcess: @unchecked Sendable {
  private var pipes: program_pipes
  private var received: [UInt8] = []
  /// How far `received` is used up.
  private var taken = 0
  private var errorLine: [UInt8] = []
  /// The last line that it wrote to standard error.
  private(set) var lastLine = ""
  /// The number of the last batch.
  private var number: UInt32 = 0
  /// Told of every line that it writes to standard error.
  private let log: (String) -> Void
  private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

  private static let longestLine = 400

  /// Throws ``ExternalTrouble/wrong(_:)`` where it cannot be started.
  init(_ command: [String], directory: String?, log: @escaping (String) -> Void) throws(ExternalTrouble) {
    self.log = log
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var pipes = program_pipes()
    let error = program_start(&arguments, directory, &pipes)
    self.pipes = pipes
    guard error == 0 else {
      self.pipes = program_pipes(pid: -1, input: -1, output: -1, errors: -1)
      let words = String(cString: strerror(error))
      throw .wrong("cannot be started: \(words.prefix(1).lowercased() + words.dropFirst())")
    }
  }

  deinit {
    end()
    block.deallocate()
  }

  /// Says that there is nothing more to come; the program ends by itself.
  func closeInput() {
    if pipes.input >= 0 { close(pipes.input) }
    pipes.input = -1
  }

  /// Waits a moment for its end, then forces it.
  func end() {
    guard pipes.pid > 0 else { return }
    closeInput()
    var status: Int32 = 0
    let deadline = program_clock() + 2_000_000_000
    // It may have something to say at the end.
    while program_clock() < deadline, program_ended(&pipes, 5, &status) == 0 { readErrors() }
    readErrors()
    if !errorLine.isEmpty { takeLine() }
    program_kill(&pipes)
  }

  /// Ends it at once.
  func kill() { program_kill(&pipes) }

  // MARK: Frames

  /// Sends the hello and waits for the program's own.
  func greet(_ hello: [UInt8], within nanoseconds: Int64) throws(ExternalTrouble) {
    let reply = try exchange(hello, expecting: .hello, number: 0, limit: 64, within: nanoseconds, what: "its hello")
    guard reply.count >= 2 else { throw .wrong("answered the hello without a version") }
    let version = ExternalFrame.number(reply, at: 0, as: UInt16.self)
    guard version == ExternalFrame.version else {
      throw .wrong("speaks version \(version) of the frames, and this is version \(ExternalFrame.version)")
    }
  }

  /// The number of the next batch.
  func nextNumber() -> UInt32 {
    number &+= 1
    return number
  }

  /// Sends a frame and gives what the program answers, which is valid until the next call.
  func exchange(
    _ frame: [UInt8], expecting kind: ExternalFrame.Kind, number: UInt32, limit: Int, within nanoseconds: Int64,
    what: String
  ) throws(ExternalTrouble) -> ArraySlice<UInt8> {
    let deadline = program_clock() + nanoseconds
    received.removeFirst(taken)
    taken = 0
    var written = 0
    while true {
      if let answer = try takeFrame(limit: limit), written == frame.count {
        if answer.kind == .error {
          throw .wrong("cannot go on: \(printable(answer.payload, limit: 300))")
        }
        guard answer.kind == kind, answer.number == number else {
          throw .wrong("answered out of turn: with a frame \(answer.kind) of number \(answer.number)")
        }
        return answer.payload
      }
      let left = deadline - program_clock()
      guard left > 0 else { throw .late(what) }
      var ends = [
        pollfd(fd: pipes.output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pipes.errors, events: Int16(POLLIN), revents: 0),
        pollfd(fd: written < frame.count ? pipes.input : -1, events: Int16(POLLOUT), revents: 0),
      ]
      let ready = poll(&ends, 3, Int32(min(left / 1_000_000 + 1, 1000)))
      if ready < 0, errno != EINTR { throw .ended("cannot be reached any more") }
      guard ready > 0 else { continue }
      if ends[1].revents != 0 { readErrors() }
      if ends[2].revents != 0, !write(frame, &written) { throw .ended(ending()) }
      if ends[0].revents != 0, !readOutput() { throw .ended(ending()) }
    }
  }

  /// False where nobody reads any more.
  private func write(_ frame: [UInt8], _ written: inout Int) -> Bool {
    let count = frame.withUnsafeBytes { systemWrite(pipes.input, $0.baseAddress! + written, frame.count - written) }
    if count > 0 { written += count }
    return count >= 0 || errno == EAGAIN || errno == EINTR
  }

  /// False at the end of what it writes.
  private func readOutput() -> Bool {
    let count = read(pipes.output, block.baseAddress!, block.count)
    if count > 0 { received.append(contentsOf: block.prefix(count)) }
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))
  }

  private struct Answer {
    let kind: ExternalFrame.Kind
    let number: UInt32
    let payload: ArraySlice<UInt8>
  }

  /// The next frame that is there as a whole.
  private func takeFrame(limit: Int) throws(ExternalTrouble) -> Answer? {
    let known = min(received.count, ExternalFrame.magic.count)
    guard received[..<known].elementsEqual(ExternalFrame.magic[..<known]) else {
      throw .wrong(
        "wrote something else than frames to standard output: `\(printable(received[...], limit: 60))`; print to standard error instead"
      )
    }
    guard received.count >= ExternalFrame.headBytes else { return nil }
    let size = Int(ExternalFrame.number(received, at: 8, as: UInt32.self))
    guard let kind = ExternalFrame.Kind(rawValue: received[4]) else {
      throw .wrong("sent a frame of the unknown kind \(received[4])")
    }
    guard size <= max(limit, kind == .error ? 65_536 : 0) else {
      throw .wrong("sent a frame of \(size) bytes where at most \(limit) make sense")
    }
    guard received.count >= ExternalFrame.headBytes + size else { return nil }
    taken = ExternalFrame.headBytes + size
    return Answer(
      kind: kind, number: ExternalFrame.number(received, at: 12, as: UInt32.self),
      payload: received[ExternalFrame.headBytes..<taken])
  }

  private func printable(_ bytes: ArraySlice<UInt8>, limit: Int) -> String {
    let text = bytes.prefix(limit).map { byte -> Character in
      (0x20..<0x7F).contains(byte) || byte >= 0x80 ? Character(Unicode.Scalar(byte)) : " "
    }
    let words = String(text).split(separator: " ").joined(separator: " ")
    return bytes.count > limit ? words + "..." : words
  }

  // MARK: Standard error

  private func readErrors() {
    while pipes.errors >= 0 {
      let count = read(pipes.errors, block.baseAddress!, block.count)
      guard count > 0 else { return }
      for byte in block.prefix(count) {
        if byte == 0x0A {
          takeLine()
        } else if errorLine.count < Self.longestLine {
          errorLine.append(byte)
        }
      }
    }
  }

  private func takeLine() {
    let line = String(decoding: errorLine.filter { $0 >= 0x20 || $0 == 0x09 }, as: UTF8.self)
    errorLine.removeAll(keepingCapacity: true)
    guard line.contains(where: { $0 != " " && $0 != "\t" }) else { return }
    lastLine = line
    log(line)
  }

  /// How it ended, in words; takes what it has left to say.
  private func ending() -> String {
    var status: Int32 = 0
    let hasEnded = program_ended(&pipes, 1000, &status) != 0
    readErrors()
    if !errorLine.isEmpty { takeLine() }
    guard hasEnded else { return "closed its standard output" }
    let signal = status & 0x7F
    return signal == 0
      ? "ended with status \((status >> 8) & 0xFF)" : "was ended by \(String(cString: signal_name(signal)))"
  }
}

/// `write` of the system, by a name that no method hides.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
