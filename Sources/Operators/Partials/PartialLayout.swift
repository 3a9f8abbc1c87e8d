/// How the stretches of all parts lie to each other.
struct PartialLayout {
  /// The keys of a stretch's open groups, for each definition.
  typealias Open = (member: Int, keys: [[Int64]])

  /// Where one of a file's streams belongs.
  struct Place {
    /// The stretch that it and its neighbours make.
    let joined: Int
    /// Its own number among all.
    let member: Int
    let keyShifts: [Int64]
  }

  private struct Name: Hashable {
    let file: Int
    let number: Int64
  }

  /// Consecutive stretches as one.
  private(set) var joined: [PartialStream] = []
  private var places: [Name: Place] = [:]
  /// For each group definition and each chain the complete keys of its stretches, ascending.
  private var complete: [[[(member: Int, keys: Range<Int64>)]]]
  private var chainOfMember: [Int] = []

  init(_ merger: PartialMerger) {
    let plan = merger.plan
    complete = plan.groups.map { _ in [] }
    for (number, chain) in merger.chains.enumerated() {
      var isFirst = true
      for group in plan.groups.indices { complete[group].append([]) }
      for member in chain {
        let stream = merger.shifted(member)
        if isFirst || !joined[joined.count - 1].join(stream) { joined.append(stream) }
        isFirst = false
        let own = chainOfMember.count
        chainOfMember.append(number)
        places[Name(file: member.file, number: member.number)] = Place(
          joined: joined.count - 1, member: own, keyShifts: member.keyShifts)
        for group in plan.groups.indices {
          if let keys = stream.complete[group] { complete[group][number].append((own, keys)) }
        }
      }
      for group in plan.groups.indices {
        complete[group][number].sort { $0.keys.lowerBound < $1.keys.lowerBound }
      }
    }
  }

  func place(of stream: Int64, in file: Int) -> Place? { places[Name(file: file, number: stream)] }

  /// Counts groups of a window of which a part was counted as complete elsewhere.
  func disordered(_ open: [Open]) -> UInt64 {
    var held: [Int: [Set<Int64>]]?
    var count: UInt64 = 0
    for (member, keys) in open {
      for (group, keys) in keys.enumerated() {
        let complete = complete[group][chainOfMember[member]]
        guard complete.count > 1 || complete.first.map({ $0.member != member }) == true else { continue }
        for key in keys {
          // Stretches follow each other, so that a key lies in few of them.
          var low = 0, high = complete.count
          while low < high {
            let middle = (low + high) / 2
            if complete[middle].keys.lowerBound <= key { low = middle + 1 } else { high = middle }
          }
          let others = complete[max(0, low - 2)..<low].filter { $0.member != member && $0.keys.contains(key) }
          if others.isEmpty { continue }
          let all = held ?? Self.sets(open)
          held = all
          // Where it is open there too, both parts come together.
          if others.contains(where: { all[$0.member]?[group].contains(key) != true }) { count += 1 }
        }
      }
    }
    return count
  }

  private static func sets(_ open: [Open]) -> [Int: [Set<Int64>]] {
    var all: [Int: [Set<Int64>]] = [:]
    for (member, keys) in open {
      all[member] = all[member].map { zip($0, keys).map { $0.union($1) } } ?? keys.map { Set($0) }
    }
    return all
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
    if next.owner != .unknown { owner = next.owner }
    return true
  }

  /// Whether nothing lies between the other stretch and this one.
  func follows(_ other: PartialStream) -> Bool {
    guard let end = other.pieces.last, let begin = pieces.first, end.partition == begin.partition else { return false }
    return end.range.end == begin.range.start || (isTopic && other.isTopic)
  }

  private static func join(_ before: Reach?, _ behind: Reach?) -> Reach? {
    guard let before, let behind else { return before ?? behind }
    return Reach(first: before.first, last: max(before.last, behind.last))
  }
}
