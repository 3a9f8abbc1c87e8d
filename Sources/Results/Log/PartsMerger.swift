import ChainExecution
import Histograms
import JSON
import Support

/// Merges the parts of windows into whole windows, as they come on their log. The result depends only on the log, so
/// every merger makes the same.
///
/// A window is whole when each partition has a part of this window or a later one, or its owner says that it is idle.
/// If the owner of a partition has died, its windows wait until another instance claims the partition.
package final class PartsMerger {
  /// A whole window.
  package struct Whole {
    package var message: [UInt8]
    /// How far this window covers the log of parts.
    package var position: ReadPosition
  }

  /// A window that waits for parts.
  private struct Waiting {
    var offsets: [Int64] = []
    /// Nil if memory was short: its parts are on their log.
    var content: MergedWindow?
    var bytes = 0
    /// Whether a part could not be used, or is missing.
    var isDamaged = false
  }

  private let pointLimits: [String: Int]
  private let order: [String]
  private let format: ResultFormat
  private let mostBytes: Int
  private var fold: ResultFold
  private var waiting: [Int64: Waiting] = [:]
  /// For each partition, by name: the order key of the last window that it has a part of.
  private var done: [String: Int64] = [:]
  /// How far the windows returned so far cover each partition.
  private var covered: [String: ReadPosition] = [:]
  private let before: PublishedInputs
  /// The input of the parts, and how many partitions it has.
  private var input: String?
  private var partitionCount: Int?
  /// The order key of the last window returned.
  private var last: Int64?
  private var lastIndex: Int64?
  /// The merger before had read the parts below `readBefore`, and returned windows up to `lastBefore`. It has counted
  /// the parts that came too late for those.
  private let lastBefore: Int64?
  private let readBefore: Int64
  private var next: Int64
  private var bytes = 0
  /// Parts that came too late for their window, and go into the next one.
  private var late: [ResultContent] = []
  private var writer = JSONWriter(capacity: 65_536)

  /// - Parameters:
  ///   - histograms: in the order in which messages have them.
  ///   - fold: a fold of the log's messages below `position.resume`.
  ///   - position: how far the log is covered, and where reading begins.
  ///   - mostBytes: how many bytes of waiting windows to keep in memory.
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

  /// Takes the next message of the log. Throws the reason if a part cannot be used: if its window still waits, it will
  /// say that it is `partial`.
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

  /// Frees the memory of windows if too much is kept. It begins with those that will be whole last.
  package func spill() {
    for key in waiting.keys.sorted(by: >) where bytes > mostBytes {
      guard let window = waiting[key], window.content != nil else { continue }
      bytes -= window.bytes
      waiting[key]?.bytes = 0
      waiting[key]?.content = nil
    }
  }

  /// The next whole window, in the order of windows; nil if there is none. `fetch` returns the part at an offset again,
  /// nil if it is missing.
  package func takeWhole(fetch: (Int64) throws -> [UInt8]?) rethrows -> Whole? {
    while let key = waiting.keys.min(), isDone(key), var window = waiting.removeValue(forKey: key) {
      bytes -= window.bytes
      if window.content == nil { try read(&window, fetch) }
      last = key
      // A window without a usable part is left out.
      if let content = window.content { return whole(key, content, isDamaged: window.isDamaged) }
    }
    return nil
  }

  private func whole(_ key: Int64, _ content: MergedWindow, isDamaged: Bool) -> Whole {
    var content = content
    let counts = addLate(to: &content)
    var head = content.head
    // Counts that do not fit into 64 bits are not of real rows.
    for count in counts where count.value > 0 { try? head.add([count]) }
    cover(&head)
    head.format = format
    head.claim = nil
    head.isPartial = isDamaged
    // Each window has its own number, even after the instance that had counted longest has gone.
    if head.window.kind == .every, let lastIndex, lastIndex < .max {
      head.window.index = max(head.window.index, lastIndex + 1)
    }
    lastIndex = head.window.index
    let resume = waiting.values.compactMap(\.offsets.first).min() ?? next
    return Whole(
      message: content.message(head, order: order, &writer),
      position: ReadPosition(resume: resume, read: next, last: key))
  }

  /// Adds the partitions without a part of the window: they are covered as far as before.
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
    guard (fold.inputs[input ?? ""] ?? [:]).count >= partitionCount ?? 0 else { return false }
    return missing(key).isEmpty
  }

  /// The partitions that the first window waits for, as far as they are known; empty if none waits.
  package var missing: [String] {
    waiting.keys.min().map { missing($0).sorted { namesInOrder($0, $1) } } ?? []
  }

  private func missing(_ key: Int64) -> [String] {
    (fold.inputs[input ?? ""] ?? [:]).filter { partition, state in
      !state.isIdle && done[partition].map { $0 < key } ?? true
    }.map(\.key)
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

  /// Adds parts that came too late for their own window, and returns counts to add. A window by arrival ends by a
  /// clock, so the next one may have the rows as well. A window of a span stands for its own rows, so those of another
  /// count as `late` in it, as in a run that meets them.
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
