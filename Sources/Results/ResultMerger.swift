import ChainExecution
import Diagnostics
import Histograms
import JSON
import Support

/// Combines messages that each cover some partitions of a window, as several instances of a pipeline publish them, into
/// one message a window: the message that one instance with all partitions would have published.
///
/// Messages may come in any order, but those of one partition in the order in which they were published: a partition is
/// done with a window as soon as a message of that window or a later one has been read that names it in `resume`. A
/// window is complete when all partitions of the topic are done with it. Where messages do not say how many partitions
/// there are, as those of files do not, windows are complete when all messages have been read.
package final class ResultMerger {
  /// A histogram as the pipeline declares it.
  package struct Declared: Sendable {
    package var name: String
    /// The most points of a plot; nil for others.
    package var pointLimit: Int?

    package init(name: String, pointLimit: Int?) {
      self.name = name
      self.pointLimit = pointLimit
    }
  }

  /// A window put together.
  package struct Merged: Sendable {
    package var head: ResultHead
    /// A JSON object without a line end.
    package var message: [UInt8]
  }

  private let pipeline: String
  private let order: [String]
  private let pointLimits: [String: Int]
  private let format: ResultFormat
  private var writer = JSONWriter(capacity: 65_536)
  /// The windows that are not complete, by what orders them: an index, or a beginning in milliseconds.
  private var pending: [Int64: MergedWindow] = [:]
  /// The last window of each partition.
  private var done: [String: Int64] = [:]
  private var partitions: Int?
  /// The last window given out.
  private var released: Int64?
  private var lastIndex: Int64?
  /// What all messages must agree in.
  private var cut: (kind: ResultHead.Window.Kind, of: String?)?
  /// Windows of which a message could not be used.
  private var damaged: Set<Int64> = []
  /// Of windows that cut the input: no offset is in two of them.
  private var coverage = OffsetCoverage()

  /// - Parameters:
  ///   - pipeline: the name that messages must have.
  ///   - histograms: in the order in which messages have them.
  ///   - format: how histograms are written.
  package init(pipeline: String, histograms: [Declared], format: ResultFormat = .json) {
    self.pipeline = pipeline
    order = histograms.map(\.name)
    pointLimits = Self.pointLimits(histograms)
    self.format = format
  }

  /// The most points of plots, by their names.
  static func pointLimits(_ histograms: [Declared]) -> [String: Int] {
    Dictionary(histograms.compactMap { declared in declared.pointLimit.map { (declared.name, $0) } }) { $1 }
  }

  /// Windows that wait for messages of other partitions.
  package var pendingCount: Int { pending.count }

  /// Takes a message, and gives the windows that are complete with it, in ascending order; each window comes once.
  ///
  /// Throws where the message cannot be used, with the reason; then it counts nowhere, and its window, if it is known, will
  /// say that it is `partial`. Further messages can be added.
  package func add(_ message: UnsafeRawBufferPointer) throws(ResultError) -> [Merged] {
    let head = try ResultHead(reading: message)
    guard head.pipeline == pipeline else {
      throw ResultError("the message is of the pipeline `\(head.pipeline)`, not of `\(pipeline)`")
    }
    let key = try Self.key(of: head)
    try check(head, key)
    do throws(ResultError) {
      let content = try ResultContent(reading: message)
      if try pending[key]?.add(content, pointLimit: { self.pointLimits[$0] }) == nil {
        pending[key] = MergedWindow(content)
      }
    } catch {
      damaged.insert(key)
      throw ResultError("\(head.window.name): \(error)")
    }
    cut = (head.window.kind, head.window.of)
    if head.window.kind != .span {
      for (partition, range) in head.source.offsets { coverage.insert(range, partition: partition) }
    }
    for partition in head.source.resume.keys { done[partition] = max(done[partition] ?? key, key) }
    if let count = head.source.partitions, count > 0 { partitions = max(partitions ?? 0, count) }
    // Windows of rows are those of one instance only, so each is whole.
    return release(upTo: head.window.kind == .rows ? key : frontier)
  }

  /// Gives all windows that are left, in ascending order. Those of which a partition is missing say that they are
  /// `partial`.
  package func finish() -> [Merged] { release(upTo: .max) }

  /// What all partitions are done with; nil while one has not been heard of.
  private var frontier: Int64? {
    guard let partitions, done.count >= partitions else { return nil }
    return done.values.min()
  }

  private func release(upTo end: Int64?) -> [Merged] {
    guard let end else { return [] }
    defer { damaged = damaged.filter { $0 > released ?? .min } }
    return pending.keys.filter { $0 <= end }.sorted().compactMap { key in
      guard let window = pending.removeValue(forKey: key) else { return nil }
      var head = window.head
      head.format = format
      head.isPartial = isMissing(key, window)
      // A number for each window, also where the instance that had counted longest has gone.
      if head.window.kind == .every, let last = lastIndex, last < .max {
        head.window.index = max(head.window.index, last + 1)
      }
      lastIndex = head.window.index
      released = key
      return Merged(head: head, message: window.message(head, order: order, &writer))
    }
  }

  private func isMissing(_ key: Int64, _ window: MergedWindow) -> Bool {
    if damaged.contains(key) { return true }
    guard let partitions else { return window.saysPartial }
    return window.head.window.kind != .rows && done.values.count { $0 >= key } < partitions
  }

  // MARK: Checks

  /// What orders a message by its window among those of other instances; nil where it is no message.
  package static func order(of message: UnsafeRawBufferPointer) -> Int64? {
    (try? ResultHead(reading: message)).flatMap { order(of: $0) }
  }

  /// The same of a message's head.
  static func order(of head: ResultHead) -> Int64? { try? key(of: head) }

  private static func key(of head: ResultHead) throws(ResultError) -> Int64 {
    switch head.window.kind {
    case .span, .rows: return head.window.index
    case .all: return 0
    case .every:
      guard case .time(let start) = head.window.start, let begin = milliseconds(start),
        case .time(let last) = head.window.end,
        let end = milliseconds(last)
      else { throw ResultError("a window by arrival has no `start` and `end` that are times in UTC") }
      guard begin < end else {
        throw ResultError("windows of less than a millisecond cannot be told apart by their times, and so not merged")
      }
      return begin
    }
  }

  /// Throws where the message does not go with those before.
  private func check(_ head: ResultHead, _ key: Int64) throws(ResultError) {
    let window = head.window
    if let cut, cut.kind != window.kind || cut.of != window.of {
      throw ResultError(
        "the message's windows are cut by `\(window.cut)`, those before by `\(cut.of ?? cut.kind.rawValue)`")
    }
    if window.kind == .rows, head.isPartial {
      throw ResultError(
        "\(window.name): windows of rows hold other rows in every instance and cannot be merged; cut them by `every` or `span`"
      )
    }
    if let released, key <= released {
      throw ResultError("\(window.name) has been given out already: the message comes twice or too late")
    }
    for (partition, range) in head.source.offsets.sorted(by: { namesInOrder($0.key, $1.key) }) {
      let covered = window.kind == .span ? pending[key]?.coverage ?? OffsetCoverage() : coverage
      if let overlap = covered.overlap(of: partition, with: range) {
        throw ResultError(
          "\(window.name): partition \(partition) from \(overlap.start) to \(overlap.end) is in a message already: the same rows came twice"
        )
      }
      if window.kind == .all, covered.contains(partition: partition) {
        throw ResultError(
          "partition \(partition) is in two messages of the only window: with `window: all` each partition is in one")
      }
    }
  }
}

extension ResultHead.Window {
  var name: String {
    switch (kind, start) {
    case (.all, _): "the only window"
    case (.every, .time(let start)): "the window from \(start)"
    default: "window \(index)"
    }
  }

  fileprivate var cut: String { of ?? kind.rawValue }
}
