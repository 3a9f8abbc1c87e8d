import Columns
import Support

/// Puts partial results together into the windows that one run over the whole input would have given, or into one partial
/// result. They may come in any order and grouping; what the result depends on, the order of the input, stands in them.
package final class PartialMerger {
  /// Which windows are complete.
  package enum Closing: Sendable {
    case all
    /// Those below this number: for windows that cut the input.
    case before(Int64)
    /// Event windows that all of these partitions of a topic have passed.
    case passed(by: [String])
    case none
  }

  /// A stretch of a stream in one of the files, and what the others make of it.
  struct Member {
    let file: Int
    let number: Int64
    var stream: PartialStream
    /// What to add to the windows' numbers and to the keys of each group: a counter that wraps starts again in each process.
    var windowShift: Int64 = 0
    var keyShifts: [Int64]
    /// The first window that earlier stretches say was complete before.
    var frontier: Int64?
  }

  let plan: ChainPlan
  private(set) var files: [PartialFile] = []
  /// By the merger's own numbers.
  package private(set) var input = PartialInput(source: "")
  private var numbers: [String: Int] = [:]
  /// For each file its partitions' numbers here.
  private var maps: [[Int]] = []
  /// For each file its texts' codes here; empty where they are the same.
  private(set) var texts: [[Int32]] = []
  /// For each file and each histogram the cells here.
  private(set) var cells: [[[Int32]]] = []
  /// The stretches of each stream, in order; streams of a topic's partitions are apart.
  var chains: [[Member]] = []
  /// The stretches of each file, where each has groups of its own.
  private(set) var fileChains: [[Member]] = []
  private(set) var tail = PartialTail()
  /// Rows without a clock that go with a hit of another part.
  var extra: [Int64: RowCounts] = [:]
  /// Windows that got rows which a run may have counted as late.
  package internal(set) var lateWindows: Set<Int64> = []
  /// Rows that were in no window that was given out, and are not kept either.
  package internal(set) var unpublished = RowCounts()
  let closer: GroupCloser

  package init(_ plan: ChainPlan) {
    self.plan = plan
    closer = GroupCloser(plan)
  }

  /// Takes a file. Throws where it cannot go with those before.
  package func add(_ file: PartialFile) throws(PartialError) {
    if files.isEmpty {
      input = file.input
      input.partitions = []
    } else if input.topic != file.input.topic || input.source != file.input.source {
      throw PartialError(
        "\(file.name) is of another input than \(files[0].name): \(describe(file.input)) and \(describe(input))")
    }
    input.partitionCount = [input.partitionCount, file.input.partitionCount].compactMap(\.self).max()
    maps.append(
      file.input.partitions.map { partition in
        if let number = numbers[partition.name] {
          // A file that has grown since ends where the last part says.
          input.partitions[number].extent =
            input.partitions[number].extent.map { known in
              let other = partition.extent ?? known
              return OffsetRange(start: min(known.start, other.start), end: max(known.end, other.end))
            } ?? partition.extent
          return number
        }
        numbers[partition.name] = input.partitions.count
        input.partitions.append(partition)
        return input.partitions.count - 1
      })
    files.append(file)
  }

  private func describe(_ input: PartialInput) -> String {
    input.topic.map { "the topic `\($0)`" } ?? "`\(input.source)`"
  }

  /// A file's number of a partition as the merger has it.
  func partition(_ number: Int, of file: Int) -> Int { maps[file][number] }

  func offsets(_ entry: PartialEntry, of file: Int) -> [Int: OffsetRange] {
    Dictionary(entry.offsets.map { (partition($0.key, of: file), $0.value) }) { a, _ in a }
  }

  // MARK: What the parts say of each other

  /// Brings the parts into the order of the input, and settles what depends on it. Gives what the user should know.
  ///
  /// - Parameter closing: which windows will be given out; only after `all` of them no more parts come.
  package func settle(_ closing: Closing) throws(PartialError) -> [String] {
    var members: [String: [Member]] = [:]
    var filesOfGroups: [String: [Member]] = [:]
    for (index, file) in files.enumerated() {
      for (number, stream) in zip(file.streamNumbers, file.tail.streams) {
        var stream = stream
        for piece in stream.pieces.indices {
          stream.pieces[piece].partition = partition(stream.pieces[piece].partition, of: index)
        }
        let name = stream.pieces.first.map { input.partitions[$0.partition].name } ?? ""
        let member = Member(file: index, number: number, stream: stream, keyShifts: plan.groups.map { _ in 0 })
        if stream.isOfGroups {
          filesOfGroups[name, default: []].append(member)
        } else {
          members[stream.isTopic ? name : "", default: []].append(member)
        }
      }
      add(file.tail, of: index)
    }
    chains = inOrder(members)
    fileChains = inOrder(filesOfGroups)
    let isWhole = if case .none = closing { false } else { true }
    let isEnd = if case .all = closing { true } else { false }
    let warnings = try checkCoverage(isEnd)
    try unwrap()
    placeLeading(isWhole)
    readTables()
    return warnings
  }

  private func inOrder(_ members: [String: [Member]]) -> [[Member]] {
    members.sorted { namesInOrder($0.key, $1.key) }.map { $0.value.sorted(by: precedes) }
  }

  private func precedes(_ a: Member, _ b: Member) -> Bool {
    guard let first = a.stream.pieces.first, let second = b.stream.pieces.first else {
      return !a.stream.pieces.isEmpty
    }
    let (one, two) = (input.partitions[first.partition], input.partitions[second.partition])
    if one.order != two.order { return one.order < two.order }
    if one.name != two.name { return one.name.utf8.lexicographicallyPrecedes(two.name.utf8) }
    return (first.range.start, first.range.end) < (second.range.start, second.range.end)
  }

  private func add(_ other: PartialTail, of file: Int) {
    tail.pending += other.pending
    for (number, ranges) in other.gaps {
      var all = tail.gaps[partition(number, of: file)] ?? []
      for range in ranges where !all.contains(range) { all.append(range) }
      tail.gaps[partition(number, of: file)] = all.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    }
    for (number, end) in other.ends {
      let here = partition(number, of: file)
      tail.ends[here] = max(end, tail.ends[here] ?? end)
    }
    tail.lasting = Set(tail.lasting).union(other.lasting.map { partition($0, of: file) }).sorted()
  }

  /// Throws where rows are in two parts; warns where some are in none.
  private func checkCoverage(_ isEnd: Bool) throws(PartialError) -> [String] {
    var pieces: [Int: [(range: OffsetRange, file: Int)]] = [:]
    for member in chains.joined() {
      for piece in member.stream.pieces { pieces[piece.partition, default: []].append((piece.range, member.file)) }
    }
    var warnings: [String] = []
    for (partition, ranges) in pieces.sorted(by: { $0.key < $1.key }) {
      let (name, extent) = (input.partitions[partition].name, isEnd ? input.partitions[partition].extent : nil)
      var last: (range: OffsetRange, file: Int)?
      for piece in ranges.sorted(by: { ($0.range.start, $0.range.end) < ($1.range.start, $1.range.end) })
      where piece.range.start < piece.range.end {
        if let last, piece.range.start < last.range.end {
          throw PartialError(
            "\(files[last.file].name) and \(files[piece.file].name) both have \(name) from \(piece.range.start) to \(min(last.range.end, piece.range.end)): the same rows twice; with rows on standard input, give `kernel` --partition and --offset"
          )
        }
        // Nobody says where standard input begins.
        if let end = last?.range.end ?? extent?.start, piece.range.start > end, input.topic == nil {
          warnings.append("\(name) from \(end) to \(piece.range.start) is in no partial result")
        }
        last = piece
      }
      if let end = last?.range.end, let extent, end < extent.end {
        warnings.append("\(name) from \(end) to \(extent.end) is in no partial result")
      }
    }
    return warnings
  }

  /// Counts counters that wrap on from one stretch to the next.
  private func unwrap() throws(PartialError) {
    var begin: Int64?
    for chain in chains.indices {
      var last: Int64?
      var frontier: Int64?
      for index in chains[chain].indices {
        let stream = chains[chain][index].stream
        if case .span(let windows) = plan.window, let clock = stream.clock {
          if let bits = windows.wrapBits, let reference = last ?? begin {
            let shift = Clock.unwrap(clock.first, near: reference, bits: bits) &- clock.first
            guard shift % windows.span == 0 else {
              throw PartialError(
                "\(windows.label) starts again between \(files[chains[chain][max(0, index - 1)].file].name) and \(files[chains[chain][index].file].name), and \(windows.span) is no divisor of its range, so that windows were cut elsewhere; give `kernel` of all parts behind it --clock-near \(reference)"
              )
            }
            chains[chain][index].windowShift = shift / windows.span
          }
          let shift = chains[chain][index].windowShift
          begin = begin ?? clock.first
          last = clock.last &+ shift &* windows.span
          chains[chain][index].frontier = frontier
          if let reached = stream.frontier { frontier = max(frontier ?? .min, reached &+ shift) }
        }
      }
    }
    for chain in chains.indices { unwrapKeys(&chains[chain]) }
    for chain in fileChains.indices { unwrapKeys(&fileChains[chain]) }
  }

  private func unwrapKeys(_ chain: inout [Member]) {
    var keys: [Int64?] = plan.groups.map { _ in nil }
    for index in chain.indices {
      for (group, plan) in plan.groups.enumerated() {
        guard let bits = plan.wrapBits, let reach = chain[index].stream.keys[group] else { continue }
        if let reference = keys[group] {
          chain[index].keyShifts[group] = Clock.unwrap(reach.first, near: reference, bits: bits) &- reach.first
        }
        keys[group] = reach.last &+ chain[index].keyShifts[group]
      }
    }
  }

  /// Puts rows without a clock with the hit before them.
  private func placeLeading(_ isWhole: Bool) {
    let known = Set(
      chains.joined().flatMap { member in files[member.file].entries.map { $0.window &+ member.windowShift } })
    for chain in chains.indices {
      var owner = RowOwner.unknown
      for index in chains[chain].indices {
        let member = chains[chain][index]
        let follows = isWhole || (index > 0 && member.stream.follows(chains[chain][index - 1].stream))
        if member.stream.leading != RowCounts(), follows {
          if case .window(let window) = owner, known.contains(window) {
            extra[window, default: RowCounts()] += member.stream.leading
            chains[chain][index].stream.leading = RowCounts()
          } else {
            tail.pending += member.stream.leading
            chains[chain][index].stream.leading = RowCounts()
          }
        }
        switch member.stream.owner {
        case .unknown: break
        case .published: owner = .published
        case .window(let window): owner = .window(window &+ member.windowShift)
        }
      }
    }
  }

  /// Finds what the numbers of each file stand for here; in the order of the input, so that values which come up in it have
  /// their order.
  private func readTables() {
    texts = Array(repeating: [], count: files.count)
    cells = Array(repeating: [], count: files.count)
    var order: [Int] = []
    for member in chains.joined() where !order.contains(member.file) { order.append(member.file) }
    for file in order + files.indices.filter({ !order.contains($0) }) {
      let codes = files[file].texts.map { plan.categories.code(for: $0) ?? -1 }
      texts[file] = codes.elementsEqual(0..<Int32(codes.count)) ? [] : codes
      let maps = zip(plan.openCells, files[file].values).map { open, values in
        values.map { value -> Int32 in
          guard open.isText, !texts[file].isEmpty else { return open.cells.index(of: value) }
          let code = texts[file].indices.contains(Int(clamping: value)) ? texts[file][Int(value)] : -1
          return code < 0 ? -1 : open.cells.index(of: Int64(code))
        }
      }
      cells[file] = plan.histograms.map { histogram in
        guard let cells = histogram.cells else { return [0] }
        if let open = plan.openCells.firstIndex(where: { $0.cells === cells }) { return maps[open] }
        return Array(0..<Int32(cells.count))
      }
    }
  }
}
