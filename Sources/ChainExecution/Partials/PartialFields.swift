import Columns

extension PartialWriter {
  mutating func counts(_ counts: RowCounts) {
    for value in [
      counts.records, counts.malformed, counts.dropped, counts.unmapped, counts.late, counts.stray, counts.disordered,
      counts.gaps,
    ] { unsigned(value) }
  }

  mutating func range(_ range: OffsetRange) {
    signed(range.start)
    signed(range.end)
  }

  /// What numbers stand for that processes give out as values come: texts, and values of `per` columns.
  mutating func tables(_ plan: ChainPlan) {
    let texts = plan.categories.texts
    count(texts.count)
    for text in texts { self.text(text) }
    let open = plan.openCells
    count(open.count)
    for (cells, _) in open {
      let values = cells.values
      count(values.count)
      for value in values { signed(value) }
    }
  }

  mutating func input(_ input: PartialInput) {
    text(input.source)
    byte(input.topic == nil ? 0 : 1)
    if let topic = input.topic { text(topic) }
    optional(input.partitionCount.map(Int64.init))
    count(input.partitions.count)
    for partition in input.partitions {
      text(partition.name)
      signed(partition.order)
      byte(partition.extent == nil ? 0 : 1)
      if let extent = partition.extent { range(extent) }
    }
  }

  mutating func stream(_ stream: PartialStream) {
    byte((stream.isTopic ? 1 : 0) | (stream.isOfGroups ? 2 : 0) | (stream.isOrdered ? 4 : 0))
    count(stream.pieces.count)
    for piece in stream.pieces {
      count(piece.partition)
      range(piece.range)
    }
    reach(stream.clock)
    for keys in stream.keys { reach(keys) }
    for complete in stream.complete {
      byte(complete == nil ? 0 : 1)
      if let complete {
        signed(complete.lowerBound)
        signed(complete.upperBound)
      }
    }
    optional(stream.frontier)
    counts(stream.leading)
    switch stream.owner {
    case .unknown: byte(0)
    case .published: byte(1)
    case .window(let index):
      byte(2)
      signed(index)
    }
  }

  private mutating func reach(_ reach: PartialStream.CounterSpan?) {
    byte(reach == nil ? 0 : 1)
    if let reach {
      signed(reach.first)
      signed(reach.last)
    }
  }
}

extension PartialReader {
  mutating func counts() throws(PartialError) -> RowCounts {
    var counts = RowCounts()
    counts.records = try total()
    counts.malformed = try total()
    counts.dropped = try total()
    counts.unmapped = try total()
    counts.late = try total()
    counts.stray = try total()
    counts.disordered = try total()
    counts.gaps = try total()
    // Hits are what is left of them.
    guard counts.dropped <= counts.records else { throw damaged() }
    return counts
  }

  /// A number of which many can be added up.
  private mutating func total() throws(PartialError) -> UInt64 {
    let value = try unsigned()
    guard value < 1 << 48 else { throw damaged() }
    return value
  }

  mutating func range() throws(PartialError) -> OffsetRange {
    let range = OffsetRange(start: try signed(), end: try signed())
    guard range.start <= range.end else { throw damaged() }
    return range
  }

  mutating func input() throws(PartialError) -> PartialInput {
    var input = PartialInput(source: try text())
    if try byte() == 1 { input.topic = try text() }
    input.partitionCount = try optional().map { Int($0) }
    for _ in 0..<(try count()) {
      var partition = PartialInput.Partition(name: try text(), order: try signed())
      if try byte() == 1 { partition.extent = try range() }
      input.partitions.append(partition)
    }
    return input
  }

  mutating func stream(groups: Int, partitions: Int) throws(PartialError) -> PartialStream {
    var stream = PartialStream(groups: groups)
    let kind = try byte()
    guard kind < 8 else { throw damaged() }
    (stream.isTopic, stream.isOfGroups, stream.isOrdered) = (kind & 1 != 0, kind & 2 != 0, kind & 4 != 0)
    for _ in 0..<(try count()) {
      let partition = try count(limit: max(0, partitions - 1))
      stream.pieces.append((partition, try range()))
    }
    stream.clock = try reach()
    for group in 0..<groups { stream.keys[group] = try reach() }
    for group in 0..<groups where try byte() == 1 {
      let first = try signed(), end = try signed()
      guard first <= end else { throw damaged() }
      stream.complete[group] = first..<end
    }
    stream.frontier = try optional()
    stream.leading = try counts()
    switch try byte() {
    case 0: stream.owner = .unknown
    case 1: stream.owner = .published
    case 2: stream.owner = .window(try signed())
    default: throw damaged()
    }
    return stream
  }

  private mutating func reach() throws(PartialError) -> PartialStream.CounterSpan? {
    switch try byte() {
    case 0: return nil
    case 1: return PartialStream.CounterSpan(first: try signed(), last: try signed())
    default: throw damaged()
    }
  }
}

extension ChainPlan {
  /// The `per` columns whose values are not known before the first row, each once, and whether they are texts.
  var openCells: [(cells: Cells, isText: Bool)] {
    var all: [(cells: Cells, isText: Bool)] = []
    for histogram in histograms {
      guard let cells = histogram.cells, !cells.isClosed, !all.contains(where: { $0.cells === cells }) else { continue }
      all.append((cells, histogram.perType?.kind == .text))
    }
    return all
  }
}
