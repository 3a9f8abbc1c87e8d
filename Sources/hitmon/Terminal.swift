import Columns
import Diagnostics
import ChainExecution
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What can be shown on standard error.
enum Terminal {
  /// Standard error is a terminal that understands control sequences.
  static let isInteractive = isatty(2) == 1 && environmentValue("TERM") != "dumb"
  /// Colours are for terminals only, and not where the user asks for none (https://no-color.org).
  static let hasColour = isInteractive && (environmentValue("NO_COLOR") ?? "").isEmpty

  static var width: Int {
    var size = winsize()
    return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }
}

/// Gives the error that ended it, nil for none.
@discardableResult
private func write(_ text: String, to descriptor: Int32) -> Int32? {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { buffer in
      #if canImport(Glibc)
        Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      #else
        Musl.write(descriptor, buffer.baseAddress, buffer.count)
      #endif
    }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return errno }
    bytes = bytes.dropFirst(count)
  }
  return nil
}

/// What is cut short because the disk is full must not look whole. Nobody who listens any more needs to know.
private func writeOrEnd(_ text: String) {
  guard let code = write(text, to: 1), code != EPIPE else { return }
  let words = String(cString: strerror(code))
  printError("cannot write standard output: \(words.prefix(1).lowercased() + words.dropFirst())")
  // A library has nothing to do with it.
  NativeExit.allow()
  exit(2)
}

/// Writes text for people to standard output, with a line end. Control characters in users' names and texts are escaped.
func printOut(_ text: String) { writeOrEnd(text.escapedLinesForTerminal + "\n") }

/// Writes text for programs to standard output: as it is, unless a terminal shows it.
func writeToOut(_ text: String) { writeOrEnd(isatty(1) == 1 ? text.escapedLinesForTerminal : text) }

/// Writes text for people to standard error, with a line end. Control characters in users' names and texts are escaped.
func printToError(_ text: String) { write(text.escapedLinesForTerminal + "\n", to: 2) }

/// Writes text to standard error as it is: nothing in it may be a user's, unless it is escaped.
func writeToError(_ text: String) { write(text, to: 2) }

/// One sentence on what went wrong.
func printError(_ message: String) { writeToError(errorLine(message) + "\n") }

/// The line that says in one sentence what went wrong, escaped and coloured.
func errorLine(_ message: String) -> String {
  (Terminal.hasColour ? "\u{1B}[1;31merror:\u{1B}[0m " : "error: ") + message.escapedForTerminal
}

/// The line of a warning, escaped and coloured.
func warningLine(_ message: String) -> String {
  (Terminal.hasColour ? "\u{1B}[1;33mwarning:\u{1B}[0m " : "warning: ") + message.escapedForTerminal
}

/// Writes findings to standard error as people read them, or nothing where there are none.
func printFindings(_ findings: Findings) {
  // The printer escapes what is the user's.
  if !findings.all.isEmpty { writeToError(FindingPrinter(colour: Terminal.hasColour).text(findings) + "\n") }
}

/// A whole number with commas between thousands.
func grouped(_ number: some BinaryInteger) -> String {
  let digits = String(number.magnitude)
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return number < 0 ? "-\(text)" : text
}

/// A number in three digits with k, M or G: `14.2 M`; below 10,000 as it is.
func short(_ number: Double) -> String {
  if number >= 1000, number < 10_000 { return "\(grouped(Int(saturating: number.rounded()))) " }
  for (factor, suffix) in [(1e9, " G"), (1e6, " M"), (1e3, " k")] where number >= factor {
    let value = number / factor
    return (value >= 100 ? "\(Int(saturating: value.rounded()))" : "\((value * 10).rounded() / 10)") + suffix
  }
  return number >= 100 || number == number.rounded()
    ? "\(Int(saturating: number.rounded())) " : "\((number * 10).rounded() / 10) "
}

/// Bytes as people read them: `256.1 MB`.
func bytes(_ count: Int64) -> String { "\(short(Double(count)))B" }

/// Seconds as people read them: `12.3 s`, `4 min 05 s`.
func duration(_ seconds: Double) -> String {
  if seconds < 60 { return "\((seconds * 10).rounded() / 10) s" }
  let whole = Int(saturating: seconds.rounded())
  if whole < 3600 { return "\(whole / 60) min \(whole % 60 < 10 ? "0" : "")\(whole % 60) s" }
  return "\(whole / 3600) h \(whole / 60 % 60 < 10 ? "0" : "")\(whole / 60 % 60) min"
}

/// Nanoseconds as milliseconds: `3.2 ms`, `120 ms`.
func milliseconds(_ nanoseconds: Int64) -> String {
  let value = Double(nanoseconds) * 1e-6
  return value < 100 ? "\((value * 10).rounded() / 10) ms" : "\(grouped(Int64(saturating: value.rounded()))) ms"
}

/// Ctrl-C and SIGTERM end a run in order; a second one ends the program at once.
enum StopSignal {
  private static let received = Atomic<Int32>(0)

  /// The signal that came; 0 for none.
  static var number: Int32 { received.load(ordering: .relaxed) }

  /// As if the signal had come.
  static func raise(_ number: Int32) { received.store(number, ordering: .relaxed) }

  /// Waits for one.
  static func wait() {
    // A signal that another thread takes does not wake this one.
    while number == 0 { pause(milliseconds: 50) }
  }

  /// Lets some time pass.
  static func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }

  /// A program inherits the signals that its parent's thread blocks.
  static func unblock(_ signals: Int32...) {
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    for signal in signals { sigaddset(&unblocked, signal) }
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
  }

  static func install() {
    for signal in [SIGINT, SIGTERM] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in
        // Only what a signal handler may do: an atomic exchange, and leaving.
        if StopSignal.received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
      }
      // Without SA_RESTART, so that a blocking read returns and looks at the flag.
      action.sa_flags = 0
      sigaction(signal, &action, nil)
    }
    // Blocked, these would never end the run.
    unblock(SIGINT, SIGTERM)
    signal(SIGPIPE, SIG_IGN)
  }
}
