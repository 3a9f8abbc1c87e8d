import Synchronization

/// Texts and the small numbers that stand for them in columns, shared by all workers of a run.
///
/// Codes are given out in the order of first sight and never change. Beyond `limit` different texts, new ones get no code:
/// their value is *unknown*, and the count of refused texts is kept, so that a column of free text cannot fill the memory.
public final class Categories: Sendable {
  private struct State {
    var codes: [String: Int32] = [:]
    var texts: [String] = []
    var refused = 0
  }

  public let limit: Int
  private let state = Mutex(State())

  public init(limit: Int = 65_536) {
    self.limit = limit
  }

  /// The code of `text`, or nil when the limit is reached and it has none.
  public func code(for text: String) -> Int32? {
    state.withLock { state in
      if let code = state.codes[text] { return code }
      guard state.texts.count < limit else {
        state.refused += 1
        return nil
      }
      let code = Int32(state.texts.count)
      state.codes[text] = code
      state.texts.append(text)
      return code
    }
  }

  public func text(of code: Int32) -> String? {
    state.withLock { $0.texts.indices.contains(Int(code)) ? $0.texts[Int(code)] : nil }
  }

  /// All texts, by their codes.
  public var texts: [String] { state.withLock { $0.texts } }

  public var refusedCount: Int { state.withLock { $0.refused } }
}
