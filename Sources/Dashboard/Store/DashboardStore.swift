import Connectors
import Diagnostics
import Histograms
import JSON
import Results
import Specifications
import Support
import Synchronization

/// What viewers of a page can see of a run: kept windows, what they add up to, and how the run is.
///
/// One writer hands it messages; any number of readers ask. Nothing that is asked holds the writer up for longer than it
/// takes to copy a reference.
package final class DashboardStore: Sendable {
  /// Where messages come from.
  package enum Origin: String, Sendable {
    case run, topic, file
  }

  package struct Options: Sendable {
    package var origin: Origin
    /// The pipeline's name, where it is known before the first message.
    package var pipeline = ""
    /// The most windows that are kept, and their bytes.
    package var windows = Int(DashboardKeys.keep.standard)
    package var bytes = 64 << 20
    /// The program's version.
    package var version = ""
    /// Reads a part of the file that messages come from.
    package var readFile: (@Sendable (_ offset: Int64, _ count: Int) -> [UInt8]?)?

    package init(origin: Origin) { self.origin = origin }
  }

  /// How a run is, apart from its windows.
  package enum Course: Sendable, Equatable {
    case running
    case finished
    /// Its brokers are away: a sentence on that.
    case lost(String)
  }

  struct State {
    var archive: WindowArchive
    var total = ResultTotal()
    /// Histograms that the next message starts again.
    var restarted: Set<String> = []
    /// The kept windows that began some, by their numbers.
    var begun: [Int: Set<String>] = [:]
    /// Whether the newest window began some, or everything.
    var hasBegun = false
    var declared: [UInt8]?
    var declaration = DashboardDeclaration()
    var view: [UInt8] = []
    var viewVersion = 0
    var newest: [UInt8]?
    var trend = RateTrend()
    var course = Course.running
    var isPartial = false
    var lag: (rows: Int64, seconds: Double)?
    var note: String?
    let begin = monotonicNanoseconds()
  }

  package let options: Options
  let state: Mutex<State>
  private let checkpoints = Mutex(TotalCheckpoints())
  private let listener = Mutex<(@Sendable () -> Void)?>(nil)

  package init(_ options: Options) {
    self.options = options
    var initial = State(archive: WindowArchive(windows: options.windows, bytes: options.bytes))
    initial.view = DashboardView(pipeline: options.pipeline).json
    state = Mutex(initial)
  }

  /// Sets who is told, on the thread of the change, that there is something new.
  package func onChange(_ body: (@Sendable () -> Void)?) { listener.withLock { $0 = body } }

  private func tell() { listener.withLock { $0 }?() }

  // MARK: What the run says

  /// Takes the next message. `place`: where in the file it is; without one it is kept in memory. Throws where it is none.
  package func take(_ message: [UInt8], at place: (offset: Int64, count: Int)? = nil) throws(ResultError) {
    let content = try message.withUnsafeBytes { bytes in
      Result { () throws(ResultError) in try ResultContent(reading: bytes) }
    }.get()
    // A line of an event stream: outside of texts, where JSON has none, line ends are white space.
    let line = message.contains { $0 == 0x0A || $0 == 0x0D } ? message.map { $0 < 0x20 ? 0x20 : $0 } : message
    let (now, wall) = (monotonicNanoseconds(), wallNanoseconds())
    var (total, old, declared, declaration, restarted) = state.withLock {
      ($0.total, $0.view, $0.declared, $0.declaration, $0.restarted)
    }
    total.forget(restarted)
    total.add(content)
    if content.head.dashboard != declared {
      declared = content.head.dashboard
      declaration = declared?.withUnsafeBytes { try? DashboardDeclaration(reading: $0) } ?? DashboardDeclaration()
    }
    let view = DashboardView(declaration, total, head: content.head).json
    let (number, first, gone) = state.withLock { state in
      let first = state.archive.first
      let gone = state.archive.append(
        place.map { .file(offset: $0.offset, count: $0.count) } ?? .memory(line), content.head)
      state.total = total
      state.hasBegun = total.windows == 1 || !restarted.isEmpty
      if !restarted.isEmpty {
        state.begun = state.begun.filter { $0.key >= first }
        state.begun[state.archive.next - 1] = restarted
        state.restarted = []
      }
      (state.declared, state.declaration) = (declared, declaration)
      if view != old {
        state.view = view
        state.viewVersion += 1
      }
      state.newest = line
      state.isPartial = content.head.isPartial
      state.trend.add(content.head, at: now, wall: wall, isLive: options.origin != .file)
      return (state.archive.next - 1, first, gone)
    }
    checkpoints.withLock { checkpoints in
      if !gone.isEmpty { checkpoints.drop(gone, from: first) }
      checkpoints.note(total, upTo: number)
    }
    tell()
  }

  /// The pipeline was changed: what comes of these histograms does not add to what was counted before.
  package func restart(_ histograms: Set<String>) { state.withLock { $0.restarted.formUnion(histograms) } }

  /// Notes how far the run is behind its input.
  package func note(lagRows: Int64, seconds: Double) { state.withLock { $0.lag = (lagRows, seconds) } }

  /// Notes something that viewers should read; nil takes it back.
  package func note(_ sentence: String?) { state.withLock { $0.note = sentence } }

  /// Notes that the run has ended, has lost its brokers, or has them again.
  package func set(_ course: Course) {
    let isNew = state.withLock { state in
      defer { state.course = course }
      return state.course != course
    }
    if isNew { tell() }
  }

  // MARK: What viewers ask for

  /// What is newest; arrays are shared, not copied.
  package struct Newest: Sendable {
    /// The number of the newest window; -1 before there is one.
    package let number: Int
    package let window: [UInt8]?
    package let view: [UInt8]
    package let viewVersion: Int
    /// The newest window is the first of a run, or has other bins than those before, or other histograms under the same
    /// names: with it the total, or a part of it, starts again.
    package let beginsAnew: Bool
    let total: ResultTotal

    /// What the windows so far add up to, as a message.
    package var totalMessage: [UInt8] {
      var writer = JSONWriter(capacity: 65_536)
      total.write(to: &writer)
      return writer.bytes
    }
  }

  package var newest: Newest {
    state.withLock { state in
      Newest(
        number: state.archive.next - 1, window: state.newest, view: state.view, viewVersion: state.viewVersion,
        beginsAnew: state.hasBegun, total: state.total)
    }
  }

  /// The message of a window; nil where it is not kept.
  package func window(_ number: Int) -> [UInt8]? {
    switch state.withLock({ $0.archive[number] }) {
    case .memory(let message)?: return message
    case .file(let offset, let count)?: return options.readFile?(offset, count)
    case nil: return nil
    }
  }

  /// The numbers of the windows that are kept.
  package var numbers: Range<Int> { state.withLock { $0.archive.first..<$0.archive.next } }

  /// What there is to choose from.
  package var windows: [UInt8] {
    let archive = state.withLock { $0.archive }
    var writer = JSONWriter()
    archive.write(to: &writer)
    return writer.bytes
  }

  /// The newest windows: `{"windows":[MESSAGE,...]}` in pieces, oldest first, as many as fit into 32 MB.
  func newestWindows(_ count: Int, isWanted: () -> Bool) -> [[UInt8]] {
    var messages: [[UInt8]] = []
    var bytes = 0
    let numbers = numbers
    for number in numbers.suffix(max(0, count)).reversed() {
      guard isWanted(), let message = window(number), bytes + message.count <= Self.mostBytes else { break }
      bytes += message.count
      messages.append(message)
    }
    let comma = [UInt8(ascii: ",")]
    var pieces = [Array("{\"windows\":[".utf8)]
    for message in messages.reversed() {
      if pieces.count > 1 { pieces.append(comma) }
      pieces.append(message)
    }
    return pieces + [Array("]}".utf8)]
  }

  private static let mostBytes = 32 << 20

  /// What the run's windows up to one add up to; nil where that window is not kept.
  func total(upTo number: Int, isWanted: () -> Bool = { true }) -> ResultTotal? {
    let (numbers, newest, begun) = state.withLock { ($0.archive.first..<$0.archive.next, $0.total, $0.begun) }
    guard numbers.contains(number) else { return nil }
    if number == numbers.upperBound - 1 { return newest }
    var (done, total) = checkpoints.withLock { $0.before(number) } ?? (-1, ResultTotal())
    while done < number {
      done += 1
      guard isWanted() else { return nil }
      guard let message = window(done), let content = try? message.withUnsafeBytes({ try ResultContent(reading: $0) })
      else { return nil }
      total.forget(begun[done] ?? [])
      total.add(content)
    }
    return total
  }

  /// What the newest windows add up to; nil where there is none.
  func total(ofLast count: Int, isWanted: () -> Bool = { true }) -> ResultTotal? {
    var total = ResultTotal()
    let begun = state.withLock { $0.begun }
    for number in numbers.suffix(max(0, count)) {
      guard isWanted() else { return nil }
      guard let message = window(number), let content = try? message.withUnsafeBytes({ try ResultContent(reading: $0) })
      else { continue }
      total.forget(begun[number] ?? [])
      total.add(content)
    }
    return total.windows > 0 ? total : nil
  }
}
