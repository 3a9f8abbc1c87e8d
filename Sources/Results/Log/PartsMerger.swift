import ChainExecution
import Histograms
import JSON
import Support

/// Merges the parts of windows into whole ones, as they come on their log. What it makes is a function of the log, so every
/// merger makes the same.
///
/// A window is whole when every partition is done with it: a part of this window or a later one covers it, or its owner says
/// that it is idle. Partitions whose owner has died are waited for until another claims them.
package final class PartsMerger {
  /// A window put together.
  package struct Whole {
    package var message: [UInt8]
    /// How far the log of parts is covered with it.
    package var position: ReadPosition
  }

  /// What is known of a window that waits for parts.
  private struct Waiting {
    var offsets: [Int64] = []
    /// Nil where memory was short: its parts are on their log.
    var content: MergedWindow?
    var bytes = 0
    /// Whether a part could not be used, or is gone.
    var isDamaged = false
  }

  private let pointLimits: [String: Int]
  private let order: [String]
  private let format: ResultFormat
  private let mostBytes: Int
  private var fold: ResultFold
  private var waiting: [Int64: Waiting] = [:]
  /// What orders the last window that each partition has a part of, by the partition's name.
  private var done: [String: Int64] = [:]
  /// How far windows that were given out cover each partition.
  private var covered: [String: ReadPosition] = [:]
  private let before: PublishedInputs
  /// The input of the parts, and how many partitions it has.
  private var input: String?
  private var partitionCount: Int?
  /// What orders the last window that was given out.
  private var last: Int64?
  private var lastIndex: Int64?
  /// The merger before had read the parts below an offset, and given out windows up to one: what came too late for those is
  /// accounted for.
  private let lastBefore: Int64?
  private let readBefore: Int64
  private var next: Int64
  private var bytes = 0
  /// What came too late for its window, and goes with the next one.
  private var late: [ResultContent] = []
  private var writer = JSONWriter(capacity: 65_536)

  /// - Parameters:
  ///   - histograms: in the order in which messages have them.
  ///   - fold: what the log says of its messages below `position.resume`.
  ///   - position: how far the log is covered; where reading begins.
  ///   - mostBytes: how much of waiting windows may be kept in memory.
  package init(
    histograms: [ResultMerger.Declared], format: ResultFormat, fold: ResultFold, position: ReadPosition,
    mostBytes: Int = 64 << 20
  ) {
    order = histograms.map(\.name)
    pointLimits = ResultMerger.pointLimits(histograms)
    self.format = format
    self.fold = fold
    before = fold.inputs
    self.mostBytes = mostBytes
    last = position.last
    lastBefore = position.last
    readBefore = position.read
    next = position.resume
  }

  /// How many windows wait for parts.
  package var waitingCount: Int { waiting.count }

  /// Takes the message at an offset, which follows on those before. Throws where a part cannot be used, with the reason: its
  /// window will say that it is `partial`.
  package func add(
    _ message: LogMessage, _ bytes: UnsafeRawBufferPointer, at offset: Int64
  ) throws(ResultError) -> ResultFold.Verdict {
    next = offset + 1
    let verdict = fold.take(message)
    guard verdict == .good, case .result(let head) = message, let key = ResultMerger.order(of: head) else {
      return verdict
    }
    let topic = head.source.topic ?? ""
    if input != topic {
      input = topic
      covered = (before[topic] ?? [:]).compactMapValues(\.position)
    }
    partitionCount = head.source.partitions ?? partitionCount
    for partition in head.source.resume.keys {
      let reached = head.window.kind == .span ? max(key, head.source.last[partition] ?? key) : key
      done[partition] = max(done[partition] ?? reached, reached)
    }
    if let last, key <= last {
      if offset >= readBefore || key > lastBefore ?? .min { late.append(try ResultContent(reading: bytes)) }
      return verdict
    }
    var window = waiting[key] ?? Waiting()
    let isKept = window.content != nil || window.offsets.isEmpty
    window.offsets.append(offset)
    defer { waiting[key] = window }
    guard isKept else { return verdict }
    do throws(ResultError) {
      let content = try ResultContent(reading: bytes)
      if try window.content?.add(content, pointLimit: { pointLimits[$0] }) == nil {
        window.content = MergedWindow(content)
      }
      window.bytes += bytes.count
      self.bytes += bytes.count
    } catch {
      window.isDamaged = true
      throw ResultError("\(head.window.name): \(error)")
    }
    return verdict
  }

  /// Gives windows' memory back where too much is kept: those that are whole last.
  package func spill() {
    for key in waiting.keys.sorted(by: >) where bytes > mostBytes {
      guard let window = waiting[key], window.content != nil else { continue }
      bytes -= window.bytes
      waiting[key]?.bytes = 0
      waiting[key]?.content = nil
    }
  }

  /// The next window that is whole, in the order of windows; nil where there is none. `fetch` gives the part at an offset
  /// again, and nil where it is gone.
  package func takeWhole(fetch: (Int64) throws -> [UInt8]?) rethrows -> Whole? {
    while let key = waiting.keys.min(), isDone(key), var window = waiting.removeValue(forKey: key) {
      bytes -= window.bytes
      if window.content == nil { try read(&window, fetch) }
      last = key
      // Of a window of which no part can be used there is nothing to say.
      if let content = window.content { return whole(key, content, isDamaged: window.isDamaged) }
    }
    return nil
  }

  private func whole(_ key: Int64, _ content: MergedWindow, isDamaged: Bool) -> Whole {
    var content = content
    let counts = addLate(to: &content)
    var head = content.head
    // Counts that do not fit into 64 bits are nobody's rows.
    for count in counts where count.value > 0 { try? head.add([count]) }
    cover(&head)
    head.format = format
    head.claim = nil
    head.isPartial = isDamaged
    // A number for each window, also where the instance that had counted longest has gone.
    if head.window.kind == .every, let lastIndex, lastIndex < .max {
      head.window.index = max(head.window.index, lastIndex + 1)
    }
    lastIndex = head.window.index
    let resume = waiting.values.compactMap(\.offsets.first).min() ?? next
    return Whole(
      message: content.message(head, order: order, &writer),
      position: ReadPosition(resume: resume, read: next, last: key))
  }

  /// Names partitions of which the window has no part: they are covered as far as before.
  private func cover(_ head: inout ResultHead) {
    covered.merge(head.positions) { $1 }
    for (partition, position) in covered where head.source.resume[partition] == nil {
      head.source.resume[partition] = position.resume
      head.source.read[partition] = position.read
      if !head.source.last.isEmpty { head.source.last[partition] = position.last }
      head.source.marks[partition] = position.mark
    }
  }

  private func isDone(_ key: Int64) -> Bool {
    let states = fold.inputs[input ?? ""] ?? [:]
    var partitions = Set(states.keys)
    // A run of several sources reads all partitions of each, and names them after the sources.
    if let partitionCount, partitions.count < partitionCount {
      partitions.formUnion((0..<partitionCount).map(String.init))
    }
    return partitions.allSatisfy { done[$0].map { $0 >= key } ?? false || states[$0]?.isIdle == true }
  }

  private func read(_ window: inout Waiting, _ fetch: (Int64) throws -> [UInt8]?) rethrows {
    for offset in window.offsets {
      let part = try fetch(offset)?.withUnsafeBytes { try? ResultContent(reading: $0) }
      guard let part else {
        window.isDamaged = true
        continue
      }
      if window.content == nil {
        window.content = MergedWindow(part)
      } else if (try? window.content?.add(part, pointLimit: { pointLimits[$0] })) == nil {
        window.isDamaged = true
      }
    }
  }

  /// Adds what came too late for its own window, and gives counts to add. Windows by arrival end when a clock says so: the
  /// rows are as good in the next. A window of a span means its rows: those of another are `late` in it, as they are for a
  /// run that meets them.
  private func addLate(to content: inout MergedWindow) -> [ResultHead.Count] {
    var counts: [ResultHead.Count] = []
    for var part in late {
      if content.head.window.kind == .every {
        part.head.window = content.head.window
        if (try? content.add(part, pointLimit: { pointLimits[$0] })) != nil { continue }
      }
      for (from, to) in [("records", "late"), ("malformed", "malformed"), ("late", "late"), ("stray", "stray")] {
        counts.append(ResultHead.Count(to, part.head.count(from)))
      }
    }
    late = []
    return counts
  }
}
