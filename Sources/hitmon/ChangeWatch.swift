import Configuration
import Connectors
import Diagnostics
import Runtime
import Support
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads a pipeline again while it runs: at SIGHUP, and with `--watch` whenever one of its files changes. What has errors
/// is told and goes no further.
final class ChangeWatch: Sendable {
  private let request: Pipeline.Request
  /// Of the thread.
  private nonisolated(unsafe) let files: FileWatch?
  /// The changed pipeline that the run has not asked for yet.
  private let waiting = Mutex<Pipeline?>(nil)
  private let isOver = Atomic(false)
  private let reject: @Sendable (_ report: String, _ sentence: String) -> Void
  private nonisolated(unsafe) var thread: SystemThread?

  /// - Parameters:
  ///   - files: what watches the files; nil where only SIGHUP counts.
  ///   - read: the files that the pipeline was made of.
  ///   - reject: told what is wrong with a changed pipeline: for a terminal, and in a sentence.
  init(
    _ request: Pipeline.Request, _ files: FileWatch?, read: [String],
    reject: @escaping @Sendable (_ report: String, _ sentence: String) -> Void
  ) {
    self.request = request
    self.reject = reject
    self.files = files
    HangUp.install()
    thread = SystemThread { [unowned self] in work(read) }
  }

  /// Watches where a pipeline's files lie; to be called before they are read, so that no change goes unnoticed.
  static func files(of request: Pipeline.Request) throws -> FileWatch {
    guard let files = FileWatch() else {
      throw ConnectorError("--watch: files cannot be watched: the system gives no more inotify instances")
    }
    _ = files.follow(files: [request.path], folders: folders(of: request))
    return files
  }

  /// The changed pipeline that is to take over; each once.
  func take() -> Pipeline? {
    waiting.withLock { waiting in
      defer { waiting = nil }
      return waiting
    }
  }

  func close() {
    isOver.store(true, ordering: .relaxed)
    HangUp.wake()
    thread?.join()
    thread = nil
  }

  private func work(_ read: [String]) {
    var read = read
    while !isOver.load(ordering: .relaxed) {
      _ = files?.follow(files: read, folders: Self.folders(of: request))
      guard wait() else { continue }
      if HangUp.isTerminalGone { return StopSignal.raise(SIGHUP) }
      read = look() ?? read
    }
  }

  /// Waits for a change or a signal; false where neither came for a while.
  private func wait() -> Bool {
    if let files {
      return files.wait(wake: HangUp.descriptor) { isOver.load(ordering: .relaxed) || HangUp.isDue } || HangUp.take()
    }
    return HangUp.wait()
  }

  /// Reads the pipeline again; gives the files that it is made of, or nil where it cannot be read.
  private func look() -> [String]? {
    let findings = Findings()
    let pipeline: Pipeline?
    do {
      pipeline = try Pipeline.load(request, environment: environmentValue, findings: findings)
    } catch {
      reject(errorLine(error.message), "The changed pipeline cannot be read: \(error.message)")
      return nil
    }
    let printer = FindingPrinter(colour: Terminal.hasColour)
    if let pipeline {
      waiting.withLock { $0 = pipeline }
    } else {
      let first = findings.sorted.first { $0.severity == .error }
      let place = first.flatMap { finding in finding.span.map { "\($0.source.name):\($0.start.line): " } } ?? ""
      reject(
        printer.text(findings),
        "The changed pipeline has errors and was not taken: \(place)\(first?.message ?? printer.summary(findings))")
    }
    return findings.sources.map(\.name)
  }

  /// Where a plugin that is missing may be put.
  private static func folders(of request: Pipeline.Request) -> [String] {
    request.folders(environment: environmentValue).withSubfolders
  }
}

/// SIGHUP: a wish to read the pipeline again, or the end of the terminal.
enum HangUp {
  private static let received = Atomic(false)
  /// What the handler writes to, and what can be waited for.
  private static let writing = Atomic<Int32>(-1)
  private static let reading = Atomic<Int32>(-1)
  private static let endsWithTerminal = Atomic(false)

  static var isDue: Bool { received.load(ordering: .relaxed) }

  /// Has something to read while the signal is due, and after ``wake()``.
  static var descriptor: Int32 { reading.load(ordering: .relaxed) }

  /// Whether the signal came; only the first to ask is told.
  static func take() -> Bool {
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) > 0 {}
    return received.exchange(false, ordering: .relaxed)
  }

  /// Waits for the signal or for ``wake()``; true for the signal.
  static func wait() -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // Without a descriptor, which only a program without room for one more has.
    _ = poll(&request, 1, descriptor < 0 ? 100 : -1)
    return take()
  }

  /// Ends the waiting.
  static func wake() {
    var byte: UInt8 = 0
    _ = write(writing.load(ordering: .relaxed), &byte, 1)
  }

  /// Whether there was a terminal, and it is closed. A program that was told to ignore that, as `nohup` does, goes on.
  static var isTerminalGone: Bool { endsWithTerminal.load(ordering: .relaxed) && isatty(2) == 0 }

  static func install() {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
    }
    reading.store(ends[0], ordering: .relaxed)
    writing.store(ends[1], ordering: .relaxed)
    var action = sigaction()
    sigaction(SIGHUP, nil, &action)
    // SIG_IGN is 1.
    let isIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    endsWithTerminal.store(isatty(2) == 1 && !isIgnored, ordering: .relaxed)
    action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      // Only what a signal handler may do: an atomic store, and a write.
      HangUp.received.store(true, ordering: .relaxed)
      HangUp.wake()
    }
    // Nothing that blocks is to end for it.
    action.sa_flags = Int32(SA_RESTART)
    sigaction(SIGHUP, &action, nil)
    StopSignal.unblock(SIGHUP)
  }
}
