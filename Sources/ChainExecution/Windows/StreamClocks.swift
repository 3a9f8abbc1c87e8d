/// Whose groups are kept together.
struct GroupStream: Hashable, Comparable {
  /// The stream, or the partition where each file has groups of its own; nil where a group's rows may be in any stream.
  let number: Int?
  /// Whether it is a file.
  var isFile = false

  /// What stands for it in a partial result.
  var code: Int64 { number.map { Int64($0) + (isFile ? Self.files : 0) } ?? Int64(Int32.min) }

  private static let files = Int64(1) << 40

  static func < (a: GroupStream, b: GroupStream) -> Bool { a.code < b.code }
}

/// The clocks of all streams of a run: each partition of a topic goes at its own pace.
struct StreamClocks {
  /// Where the clocks stood at a time.
  struct Times {
    fileprivate var clocks: [Int: Clock] = [:]
    /// For each group.
    fileprivate var keys: [[GroupStream: KeyClock]]
    fileprivate var newest: Int?
    fileprivate var newestKeys: [GroupStream?]

    fileprivate init(groups: Int) {
      keys = Array(repeating: [:], count: groups)
      newestKeys = Array(repeating: nil, count: groups)
    }

    /// About where the clock of a stream stands: of one that has had no rows, where another's does.
    func clock(near stream: Int) -> Int64? {
      clocks[stream]?.now ?? newest.flatMap { clocks[$0]?.now }
    }

    /// Where the clock of a stream stands.
    func clock(of stream: Int) -> Int64? { clocks[stream]?.now }

    func keyClock(_ group: Int, of stream: GroupStream) -> KeyClock? { keys[group][stream] }

    /// About where the keys of a group stand in a stream, or else in another.
    func reference(_ group: Int, near stream: GroupStream) -> Int64? {
      keys[group][stream]?.reference ?? newestKeys[group].flatMap { keys[group][$0]?.reference }
    }
  }

  private(set) var times: Times
  /// The streams that are waited for.
  var active: Set<Int> = []
  /// Where rows without a clock go that come next in a stream.
  var owners: [Int: RowOwner] = [:]
  /// Where the clock stood when the run began.
  var begin: Int64?

  init(groups: Int) { times = Times(groups: groups) }

  mutating func advance(_ stream: Int, _ outcome: ChunkOutcome) {
    times.clocks[stream, default: Clock()].advance(outcome.clockBlocks)
    times.newest = stream
  }

  /// Goes on with the keys of a group by a chunk; gives its rows that were too late.
  mutating func advance(
    _ group: Int, of stream: GroupStream, disorder: Int64, _ outcome: ChunkOutcome, unit: Int
  ) -> [LateKey] {
    times.newestKeys[group] = stream
    return times.keys[group][stream, default: KeyClock()]
      .advance(outcome.keyBlocks[group], of: unit, disorder: disorder, late: outcome.late[group])
  }

  /// Forgets the keys of a file that is at its end.
  mutating func forget(_ group: Int, of stream: GroupStream) {
    guard times.newestKeys[group] != stream else { return }
    times.keys[group][stream] = nil
  }

  /// Where the slowest of the active streams is; nil while one of them has had no rows, and while none is active.
  var slowest: Int64? { slowest { times.clocks[$0]?.now } }

  /// Where the key of a group stands in a stream; in the slowest one where a group's rows may be in any.
  func keyClock(_ group: Int, of stream: GroupStream) -> Int64? {
    guard stream.number == nil else { return times.keys[group][stream]?.now }
    return slowest { times.keys[group][GroupStream(number: $0)]?.now }
  }

  private func slowest(_ clock: (Int) -> Int64?) -> Int64? {
    var slowest: Int64?
    for stream in active {
      guard let now = clock(stream) else { return nil }
      slowest = min(slowest ?? now, now)
    }
    return slowest
  }
}
