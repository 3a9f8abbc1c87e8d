/// The clocks of all streams of a run: each partition of a topic goes at its own pace.
struct StreamClocks {
  /// Where the clocks stood at a time.
  struct Times {
    fileprivate var clocks: [Int: Clock] = [:]
    fileprivate var groups: [Int: [Clock]] = [:]
    fileprivate var newest: Int?

    /// About where the clock of a stream stands: of one that has had no rows, where another's does.
    func clock(near stream: Int) -> Int64? {
      clocks[stream]?.now ?? newest.flatMap { clocks[$0]?.now }
    }

    /// Where the clock of a stream stands, and the keys of a group in it.
    func clock(of stream: Int) -> Int64? { clocks[stream]?.now }
    func groupClock(_ group: Int, of stream: Int) -> Int64? { groups[stream]?[group].now }

    /// The same for the key of a group.
    func groupClock(_ group: Int, near stream: Int) -> Int64? {
      groups[stream]?[group].now ?? newest.flatMap { groups[$0]?[group].now }
    }
  }

  private(set) var times = Times()
  /// The streams that are waited for.
  var active: Set<Int> = []
  /// Where rows without a clock go that come next in a stream.
  var owners: [Int: RowOwner] = [:]
  /// Where the clock stood when the run began.
  var begin: Int64?
  private let groupCount: Int

  init(groups: Int) { groupCount = groups }

  mutating func advance(_ stream: Int, _ outcome: ChunkOutcome) {
    times.clocks[stream, default: Clock()].advance(outcome.clockBlocks)
    for group in 0..<groupCount {
      times.groups[stream, default: Array(repeating: Clock(), count: groupCount)][group]
        .advance(outcome.groupBlocks[group])
    }
    times.newest = stream
  }

  /// Where the slowest of the active streams is; nil while one of them has had no rows, and while none is active.
  var slowest: Int64? { slowest { times.clocks[$0]?.now } }

  /// Where the key of a group stands in a stream; in the slowest one where a group's rows may be in any.
  func groupClock(_ group: Int, of stream: Int?) -> Int64? {
    stream.map { times.groups[$0]?[group].now } ?? slowest { times.groups[$0]?[group].now }
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
