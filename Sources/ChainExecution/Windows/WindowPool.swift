import Synchronization

/// The counts of windows that are open, handed out to workers: nobody else writes to what a worker has taken. A window has
/// as many as there were workers in it at a time; they are merged when it closes. Memory that is free again is used again.
///
/// Unchecked `Sendable`: a lock protects what is free; what is handed out has one owner.
package final class WindowPool: @unchecked Sendable {
  private struct State {
    var idle: [Int64: [WindowCounts]] = [:]
    var spare: [WindowCounts] = []
    var groups: [OpenGroups] = []
    /// One of each window's that were handed out, for the others to share with.
    var first: [Int64: WindowCounts] = [:]
  }

  private let plan: ChainPlan
  private let state = Mutex<Void>(())
  private nonisolated(unsafe) var contents = State()

  package init(_ plan: ChainPlan) {
    self.plan = plan
  }

  /// Counts of the window that nobody else has.
  package func take(_ window: Int64) -> WindowCounts {
    state.withLock { _ in
      if let idle = contents.idle[window]?.popLast() { return idle }
      let counts = contents.spare.popLast() ?? WindowCounts(plan)
      if let first = contents.first[window] { counts.share(with: first) } else { contents.first[window] = counts }
      return counts
    }
  }

  package func give(_ window: Int64, _ counts: WindowCounts) {
    state.withLock { _ in contents.idle[window, default: []].append(counts) }
  }

  /// All that was counted of a window, in one; the window has nothing afterwards.
  func collect(_ window: Int64) -> WindowCounts {
    let all = state.withLock { _ in
      contents.first[window] = nil
      return contents.idle.removeValue(forKey: window) ?? []
    }
    guard let first = all.first else { return state.withLock { _ in contents.spare.popLast() } ?? WindowCounts(plan) }
    for counts in all.dropFirst() {
      first.merge(counts)
      recycle(counts)
    }
    return first
  }

  /// Takes back counts that were published.
  package func recycle(_ counts: WindowCounts) {
    counts.reset()
    state.withLock { _ in if contents.spare.count < 16 { contents.spare.append(counts) } }
  }

  /// Groups of no rows.
  func takeGroups() -> OpenGroups {
    state.withLock { _ in contents.groups.popLast() } ?? OpenGroups(plan)
  }

  /// Takes groups back that are counted or handed on.
  func giveGroups(_ groups: OpenGroups) {
    groups.removeAll()
    state.withLock { _ in if contents.groups.count < 64 { contents.groups.append(groups) } }
  }
}
