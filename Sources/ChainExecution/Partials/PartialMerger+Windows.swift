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
  package func finish(
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
    let layout = try PartialLayout(self)
    var gaps = tail.gaps
    var pending = tail.pending
    for window in ordered {
      let counts = WindowCounts(plan)
      let open = try read(pieces[window] ?? [], into: counts, layout)
      if let extra = extra[window] { counts.counts += extra }
      guard window < limit else {
        try keep(window, counts, open, layout, in: rest)
        continue
      }
      counts.counts.disordered += open.reduce(0) { $0 + ($1.late?.count ?? 0) }
      GroupStore.together(open.map { ($0.stream, $0.groups) }, plan, nil) { closer.closeAll($0, into: counts) }
      GroupStore.together(open.map { ($0.stream, $0.late?.groups) }, plan, nil) { closer.closeAll($0, into: counts) }
      counts.counts += pending
      pending = RowCounts()
      var resume = plan.window.cutsInput ? counts.offsets.mapValues(\.end) : tail.ends
      for partition in tail.lasting { resume[partition] = tail.ends[partition] }
      for (partition, start) in starts[window] ?? [:] { resume[partition] = min(resume[partition] ?? start, start) }
      let read = plan.window.cutsInput ? resume : tail.ends
      let last = plan.window.cutsInput ? [:] : resume.mapValues { _ in window }
      try publish(
        ClosedWindow(index: window, counts: counts, resume: resume, read: read, last: last, gaps: gaps))
      gaps = [:]
    }
    var left = tail
    (left.pending, left.gaps) = (pending, gaps)
    left.streams = layout.joined
    left.streamNumbers = layout.joined.indices.map(Int64.init)
    try rest?.finish(left, input)
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

  /// The groups of a window that its pieces left open, by the joined stretches.
  private func read(
    _ pieces: [Piece], into counts: WindowCounts, _ layout: PartialLayout
  ) throws -> [GroupStore.Left] {
    var all: [GroupStream: GroupStore.Left] = [:]
    for piece in pieces {
      try files[piece.file].read(piece.entry) { (reader) throws(PartialError) in
        counts.counts += try reader.counts()
        for (histogram, cells) in zip(counts.histograms, self.cells[piece.file]) {
          try histogram.add(from: &reader, cells: cells)
        }
        for _ in 0..<(try reader.count()) {
          let place = layout.place(of: try reader.signed(), in: piece.file)
          let stream = GroupStream(
            number: place?.joined, isFile: place.map { layout.joined[$0.joined].isOfGroups } ?? false)
          var left = all[stream] ?? GroupStore.Left(stream: stream)
          all[stream] = nil
          try self.add(&reader, of: piece.file, place, to: &left)
          all[stream] = left
        }
      }
      for (partition, range) in offsets(piece.entry, of: piece.file) { counts.extend(partition, range) }
    }
    return all.values.sorted { $0.stream < $1.stream }
  }

  /// Adds the groups that a part has of a stream.
  private func add(
    _ reader: inout PartialReader, of file: Int, _ place: PartialLayout.Place?, to left: inout GroupStore.Left
  ) throws(PartialError) {
    let flags = try reader.byte()
    guard flags < 8, flags & 6 != 4 else { throw reader.damaged() }
    let texts = texts[file]
    let shifts = place?.keyShifts ?? plan.groups.map { _ in 0 }
    if flags & 1 != 0 {
      let groups = left.groups ?? OpenGroups(plan)
      left.groups = groups
      let keys = try groups.add(from: &reader, plan: plan, texts: texts, shifts: shifts)
      for (group, limit) in (place?.limits ?? []).enumerated() {
        guard let limit, keys[group].contains(where: { $0 < limit }) else { continue }
        var late = left.late ?? DisorderedGroups(plan)
        // Sets of keys that are held twice would be copied.
        left.late = nil
        late.keys[group].formUnion(keys[group].filter { $0 < limit })
        left.late = late
      }
    }
    guard flags & 2 != 0 else { return }
    var late = left.late ?? DisorderedGroups(plan)
    left.late = nil
    for (group, definition) in plan.groups.enumerated() {
      late.keys[group].formUnion(try reader.keys(of: definition, texts: texts, shift: shifts[group]))
    }
    if flags & 4 != 0 {
      let groups = late.groups ?? OpenGroups(plan)
      late.groups = groups
      _ = try groups.add(from: &reader, plan: plan, texts: texts, shifts: shifts)
    }
    left.late = late
  }

  /// Writes a window that is not complete.
  private func keep(
    _ window: Int64, _ counts: WindowCounts, _ groups: [GroupStore.Left], _ layout: PartialLayout,
    in rest: PartialFileWriter?
  ) throws {
    guard let rest else { return }
    var open: [PartialFileWriter.Open] = []
    for held in groups {
      guard let place = held.stream.number else {
        open.append(.init(stream: held.stream.code, groups: held.groups, late: held.late))
        continue
      }
      // Rows that wait for several groups need all of them.
      let complete = plan.groups.indices.map { plan.closesEarly($0) ? layout.joined[place].complete[$0] : nil }
      let left = OpenGroups(plan)
      if let groups = held.groups { closer.closeSome(groups, into: counts, rest: left, complete: complete) }
      if left.isEmpty, held.late == nil { continue }
      open.append(.init(stream: Int64(place), groups: left.isEmpty ? nil : left, late: held.late))
    }
    try rest.add(window, counts, open: open, frontier: nil)
  }
}
