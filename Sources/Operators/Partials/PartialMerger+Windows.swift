extension PartialMerger {
  /// A piece of a window in one of the files.
  private struct Piece {
    let file: Int
    let entry: PartialEntry
    let member: Member?
  }

  /// Gives out the windows that are complete, in ascending order, and writes what is left into `rest`.
  ///
  /// - Parameters:
  ///   - always: a window that is there even without rows, if there is no other.
  ///   - publish: takes each window that is complete.
  public func finish(
    _ closing: Closing, always: Int64? = nil, rest: PartialFileWriter?, publish: (ClosedWindow) throws -> Void
  ) throws {
    let pieces = try gather()
    var windows = Set(pieces.keys).union(extra.keys)
    if let always, windows.isEmpty, case .all = closing { windows.insert(always) }
    let limit = limit(closing)
    let ordered = windows.sorted()
    // Where reading goes on so that no row of a later window is lost, from the last window back.
    var starts: [Int64: [Int: Int64]] = [:]
    var least: [Int: Int64] = [:]
    for window in ordered.reversed() {
      starts[window] = least
      for piece in pieces[window] ?? [] {
        for (partition, range) in offsets(piece.entry, of: piece.file) {
          least[partition] = min(range.start, least[partition] ?? range.start)
        }
      }
    }
    let layout = PartialLayout(self)
    var gaps = tail.gaps
    var pending = tail.pending
    for window in ordered {
      let counts = WindowCounts(plan)
      let open = try read(pieces[window] ?? [], into: counts, layout)
      pending.disordered += open.disordered
      if let extra = extra[window] { counts.counts += extra }
      guard window < limit else {
        try keep(window, counts, open.groups, layout, in: rest)
        continue
      }
      let all = open.groups.values.first ?? OpenGroups(plan)
      for groups in open.groups.sorted(by: { $0.key < $1.key }).map(\.value) where groups !== all {
        all.merge(groups, plan: plan)
      }
      closer.closeAll(all, into: counts)
      counts.counts += pending
      pending = RowCounts()
      var resume = plan.window.cutsInput ? counts.offsets.mapValues(\.end) : tail.ends
      for partition in tail.lasting { resume[partition] = tail.ends[partition] }
      for (partition, start) in starts[window] ?? [:] { resume[partition] = min(resume[partition] ?? start, start) }
      let read = plan.window.cutsInput ? resume : tail.ends
      try publish(ClosedWindow(index: window, counts: counts, resume: resume, read: read, gaps: gaps))
      gaps = [:]
    }
    var left = tail
    (left.pending, left.gaps) = (pending, gaps)
    left.streams = layout.joined
    try rest?.finish(left, streamNumbers: layout.joined.indices.map(Int64.init), input: input)
    unpublished = rest == nil ? pending : RowCounts()
  }

  /// The first window that is not complete.
  private func limit(_ closing: Closing) -> Int64 {
    switch closing {
    case .all: return .max
    case .none: return .min
    case .before(let index): return index
    case .passed(let names):
      guard case .span(let windows) = plan.window else { return .min }
      var slowest: Int64?
      for name in names {
        guard
          let chain = chains.first(where: { chain in
            chain.first?.stream.pieces.first.map { input.partitions[$0.partition].name } == name
          }),
          let now = chain.compactMap({ member in member.stream.clock.map { $0.last + member.windowShift * windows.span }
          }).max()
        else { return .min }
        slowest = min(slowest ?? now, now)
      }
      guard let slowest else { return .min }
      let (tick, overflow) = slowest.subtractingReportingOverflow(windows.late)
      return overflow ? .min : windows.index(of: tick)
    }
  }

  private func gather() throws -> [Int64: [Piece]] {
    var pieces: [Int64: [Piece]] = [:]
    // In the order of the input: sums of floats depend on it.
    var seen: Set<Int> = []
    let order = chains.joined().filter { seen.insert($0.file).inserted }
    for member in order { add(member.file, member, &pieces) }
    for file in files.indices where !seen.contains(file) { add(file, nil, &pieces) }
    return pieces
  }

  private func add(_ file: Int, _ member: Member?, _ pieces: inout [Int64: [Piece]]) {
    for entry in files[file].entries {
      let shift = member?.windowShift ?? 0
      let window = entry.window &+ shift
      let reached = [entry.frontier.map { $0 &+ shift }, member?.frontier].compactMap(\.self).max()
      if let reached, reached > window { lateWindows.insert(window) }
      pieces[window, default: []].append(Piece(file: file, entry: entry, member: member))
    }
  }

  // MARK: Groups

  /// A stretch as it is when counters count on.
  func shifted(_ member: Member) -> PartialStream {
    var stream = member.stream
    if case .span(let windows) = plan.window {
      let ticks = member.windowShift &* windows.span
      stream.clock = stream.clock.map { .init(first: $0.first &+ ticks, last: $0.last &+ ticks) }
      stream.frontier = stream.frontier.map { $0 &+ member.windowShift }
      if case .window(let index) = stream.owner { stream.owner = .window(index &+ member.windowShift) }
    }
    for group in plan.groups.indices {
      let shift = member.keyShifts[group]
      stream.keys[group] = stream.keys[group].map { .init(first: $0.first &+ shift, last: $0.last &+ shift) }
      stream.complete[group] = stream.complete[group].map { $0.lowerBound &+ shift..<$0.upperBound &+ shift }
    }
    return stream
  }

  /// The open groups of a window, by the joined stream, -1 for those that may be in any; and how many may have been counted
  /// in two parts.
  private func read(
    _ pieces: [Piece], into counts: WindowCounts, _ layout: PartialLayout
  ) throws -> (groups: [Int: OpenGroups], disordered: UInt64) {
    var groups: [Int: OpenGroups] = [:]
    var keys: [PartialLayout.Open] = []
    for piece in pieces {
      try files[piece.file].read(piece.entry) { (reader) throws(PartialError) in
        counts.counts += try reader.counts()
        for (aggregate, cells) in zip(counts.aggregates, self.cells[piece.file]) {
          try aggregate.add(from: &reader, cells: cells)
        }
        for _ in 0..<(try reader.count()) {
          let number = try reader.signed()
          let place = layout.place(of: number, in: piece.file)
          let open = groups[place?.joined ?? -1] ?? OpenGroups(self.plan)
          groups[place?.joined ?? -1] = open
          let added = try open.add(
            from: &reader, plan: self.plan, texts: self.texts[piece.file],
            shifts: place?.keyShifts ?? self.plan.groups.map { _ in 0 })
          if let place { keys.append((place.member, added)) }
        }
      }
      for (partition, range) in offsets(piece.entry, of: piece.file) { counts.extend(partition, range) }
    }
    return (groups, layout.disordered(keys))
  }

  /// Writes a window that is not complete.
  private func keep(
    _ window: Int64, _ counts: WindowCounts, _ groups: [Int: OpenGroups], _ layout: PartialLayout,
    in rest: PartialFileWriter?
  ) throws {
    guard let rest else { return }
    // Rows that wait for several groups need all of them.
    let mustWait = (plan.deferred?.groups.count ?? 0) > 1 ? Set(plan.deferred!.groups) : []
    var open: [(stream: Int64, groups: OpenGroups)] = []
    for (place, held) in groups.sorted(by: { $0.key < $1.key }) {
      guard place >= 0 else {
        open.append((Int64(Int32.min), held))
        continue
      }
      let complete = plan.groups.indices.map {
        mustWait.contains($0) ? nil : layout.joined[place].complete[$0]
      }
      let left = OpenGroups(plan)
      closer.closeSome(held, into: counts, rest: left, complete: complete)
      if !left.isEmpty { open.append((Int64(place), left)) }
    }
    try rest.add(window, counts, open: open, frontier: nil)
  }
}
