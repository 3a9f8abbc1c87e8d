import ChainExecution

/// How far published results cover the input: what a run that resumes goes by.
package struct PublishedRecord: Sendable, Equatable {
  package struct ReadPosition: Sendable, Equatable {
    /// Where to read on so that no row of a window that was open is lost.
    package var resume: Int64
    /// How far rows had been read when the window was published.
    package var read: Int64
    /// The last event window published with this partition; nil for windows that cut the input.
    package var window: Int64?

    package init(resume: Int64, read: Int64, window: Int64?) {
      self.resume = resume
      self.read = read
      self.window = window
    }
  }

  /// Which results count.
  package enum Input: Sendable, Equatable {
    case any
    /// Those of this topic, or of several joined by commas; nil for those where not every source read one. Results of files
    /// that were read once in between, or of another topic, say nothing of it.
    case topic(String?)
  }

  private let input: Input
  /// By the names that partitions have in results.
  package private(set) var positions: [String: ReadPosition] = [:]
  /// What orders the last window among those of other instances.
  package private(set) var lastOrder: Int64?
  /// The last event window met: windows of another span have other numbers.
  private var window: ResultHead.Window?
  /// How many partitions the input has; nil where results do not say.
  private var partitions: Int?

  package init(of input: Input = .any) { self.input = input }

  /// Takes a message that was published after all those taken before.
  package mutating func take(_ head: ResultHead) {
    lastOrder = max(ResultMerger.order(of: head) ?? .min, lastOrder ?? .min)
    if case .topic(let topic) = input, topic != head.source.topic { return }
    // An instance that has taken partitions over publishes their windows that others had published of its own partitions:
    // what is published of those stays published.
    let isSame = head.window.kind == .span && window?.kind == .span
    for (name, resume) in head.source.resume {
      let before = isSame ? positions[name] : nil
      let read = head.source.read[name] ?? resume
      positions[name] = ReadPosition(
        resume: resume, read: max(read, before?.read ?? read),
        window: head.window.kind == .span ? max(head.window.index, before?.window ?? .min) : nil)
    }
    window = head.window
    // An instance that has not been given partitions yet does not know how many there are.
    partitions = head.source.partitions ?? partitions
  }

  /// Whether every partition of the input has a position.
  package var isComplete: Bool {
    if let partitions { return positions.count >= partitions }
    if case .topic(_?) = input { return false }
    return !positions.isEmpty
  }

  /// The positions of one of several sources, whose names stand before those of its partitions.
  package func of(source: String?) -> PublishedRecord {
    guard let source else { return self }
    var own = self
    own.positions = [:]
    for (name, position) in positions where name.hasPrefix(source + "/") {
      own.positions[String(name.dropFirst(source.count + 1))] = position
    }
    return own
  }

  /// The record as windows of this kind can go by it, and whether they are the same as those published. Where they are not,
  /// reading goes on so that no row is lost, and rows of windows that were published may count again.
  package func fitted(to plan: WindowPlan) -> (record: PublishedRecord, isSame: Bool) {
    var isSame = window == nil
    switch (plan, window?.kind) {
    case (.span(let windows), .span?):
      if case .number(let start)? = window?.start, case .number(let end)? = window?.end {
        isSame = window?.of == windows.label && end - start == Double(windows.span) / windows.ticksPerUnit
      }
    case (.span, _?), (_, .span?): isSame = false
    default: isSame = true
    }
    guard !isSame else { return (self, true) }
    var record = self
    record.positions = positions.mapValues { ReadPosition(resume: $0.resume, read: $0.resume, window: nil) }
    return (record, false)
  }
}
