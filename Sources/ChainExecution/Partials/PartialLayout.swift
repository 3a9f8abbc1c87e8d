/// How the stretches of all parts lie to each other.
struct PartialLayout {
  /// Where one of a file's streams belongs.
  struct Place {
    /// The stretch that it and its neighbours make.
    let joined: Int
    let keyShifts: [Int64]
    /// For each group the keys below which stretches before may have counted some: their groups began again.
    let limits: [Int64?]
  }

  private struct Name: Hashable {
    let file: Int
    let number: Int64
  }

  /// Consecutive stretches as one.
  private(set) var joined: [PartialStream] = []
  private var places: [Name: Place] = [:]

  /// Throws where a stretch counted groups that one before it may have counted too: nobody knows which.
  init(_ merger: PartialMerger) throws(PartialError) {
    for chain in merger.chains + merger.fileChains {
      var isFirst = true
      var newest: [(keys: Int64, file: Int)?] = merger.plan.groups.map { _ in nil }
      for member in chain {
        let stream = merger.shifted(member)
        if isFirst || !joined[joined.count - 1].join(stream) { joined.append(stream) }
        isFirst = false
        var limits: [Int64?] = newest.map { _ in nil }
        for group in merger.plan.groups.indices where stream.isOrdered && merger.plan.closesEarly(group) {
          if let newest = newest[group], let disorder = merger.plan.groups[group].disorder {
            let (limit, overflow) = newest.keys.subtractingReportingOverflow(disorder)
            limits[group] = overflow ? nil : limit
            if !overflow, let complete = stream.complete[group], complete.lowerBound < limit {
              throw merger.overlap(
                newest.file, member.file, group, complete.lowerBound..<min(complete.upperBound, limit))
            }
          }
          if let last = stream.keys[group]?.last, last > newest[group]?.keys ?? .min {
            newest[group] = (last, member.file)
          }
        }
        places[Name(file: member.file, number: member.number)] = Place(
          joined: joined.count - 1, keyShifts: member.keyShifts, limits: limits)
      }
    }
  }

  func place(of stream: Int64, in file: Int) -> Place? { places[Name(file: file, number: stream)] }
}

extension PartialMerger {
  fileprivate func overlap(_ before: Int, _ behind: Int, _ group: Int, _ keys: Range<Int64>) -> PartialError {
    let name = plan.groups[group].name
    return PartialError(
      "\(files[before].name) and \(files[behind].name) both counted groups `\(name)` with keys from \(keys.lowerBound) to \(keys.upperBound - 1): the key goes back between them by more than `disorder`, and a group with rows in both would count twice. Where each file begins its keys again, write `within: file` in the group; else make `disorder` longer or leave it out, and count the parts again"
    )
  }
}

extension PartialStream {
  /// Takes the stretch right behind this one; false where it is another.
  mutating func join(_ next: PartialStream) -> Bool {
    guard next.follows(self), let begin = next.pieces.first else { return false }
    pieces[pieces.count - 1].range.extend(begin.range)
    pieces += next.pieces.dropFirst()
    clock = Self.join(clock, next.clock)
    for group in keys.indices {
      keys[group] = Self.join(keys[group], next.keys[group])
      switch (complete[group], next.complete[group]) {
      case (let before?, let behind?):
        complete[group] = before.lowerBound..<max(before.upperBound, behind.upperBound)
      case (let before?, nil): complete[group] = before
      case (nil, let behind): complete[group] = behind
      }
    }
    frontier = [frontier, next.frontier].compactMap(\.self).max()
    isOrdered = isOrdered && next.isOrdered
    if next.owner != .unknown { owner = next.owner }
    return true
  }

  /// Whether nothing lies between the other stretch and this one.
  func follows(_ other: PartialStream) -> Bool {
    guard let end = other.pieces.last, let begin = pieces.first, end.partition == begin.partition else { return false }
    return end.range.end == begin.range.start || (isTopic && other.isTopic)
  }

  private static func join(_ before: CounterSpan?, _ behind: CounterSpan?) -> CounterSpan? {
    guard let before, let behind else { return before ?? behind }
    return CounterSpan(first: before.first, last: max(before.last, behind.last))
  }
}
