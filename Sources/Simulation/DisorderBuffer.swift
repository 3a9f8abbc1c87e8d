/// Moves the rows of a stream about, each by at most `span` places, with memory for that many rows.
///
/// Row i is due at i plus a random number of 0...span, and rows leave in the order of when they are due, the later of
/// two that are due together first. So rows `span` apart can still change places, and rows further apart never do.
struct DisorderBuffer: Sendable {
  private var random: RandomStream
  /// Rows by when they are due, modulo the number of buckets.
  private var buckets: [[TelescopeRow]]
  private var current = 0

  init(span: Int, seed: UInt64) {
    random = RandomStream(seed: seed)
    buckets = Array(repeating: [], count: span + 1)
  }

  /// The next row to leave, or nil when one more row has to be put in first.
  @inline(__always)
  mutating func take() -> TelescopeRow? {
    buckets[current].popLast()
  }

  /// Puts the next row of the stream in. Only when `take` gave nil.
  @inline(__always)
  mutating func put(_ row: TelescopeRow) {
    current = current + 1 == buckets.count ? 0 : current + 1
    var due = current + random.below(buckets.count)
    if due >= buckets.count { due -= buckets.count }
    buckets[due].append(row)
  }
}
