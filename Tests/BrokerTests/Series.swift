import TestSupport

/// What must hold for the results of a run, or of several that went on where others were killed.
enum Series {
  /// Event windows: each once, positions that never go back, none lost on the way.
  static func faultsOfEventWindows(_ messages: [Message], partitions: Int) -> [String] {
    var faults = losses(messages)
    let indices = messages.map(\.window.index)
    if Set(indices).count != indices.count { faults.append("windows twice: \(indices)") }
    if indices != indices.sorted() { faults.append("windows not in order: \(indices)") }
    if messages.contains(where: { $0.partial == true }) { faults.append("some windows are partial") }
    return faults + faultsOfPositions(messages, partitions: partitions)
  }

  /// Parts of event windows: of each partition every window once.
  static func faultsOfEventParts(_ messages: [Message]) -> [String] {
    var faults = losses(messages)
    var seen: Set<String> = []
    for message in messages {
      for partition in message.source.offsets.keys
      where !seen.insert("\(message.window.index) of \(partition)").inserted {
        faults.append("twice: window \(message.window.index) of partition \(partition)")
      }
    }
    return faults
  }

  /// Windows that cut the input: every offset in one of them, in order, and one row an offset.
  static func faultsOfInputWindows(_ messages: [Message], offsets: Int) -> [String] {
    var faults = losses(messages)
    var next: [String: Int64] = [:]
    for message in messages {
      var counted: Int64 = 0
      for (partition, range) in message.source.offsets {
        if range[0] != next[partition] ?? 0 || range[1] <= range[0] {
          faults.append("partition \(partition): \(range) follows \(next[partition] ?? 0)")
        }
        next[partition] = range[1]
        counted += range[1] - range[0]
      }
      for (partition, place) in message.source.resume where place != next[partition] ?? 0 {
        faults.append("partition \(partition): resume at \(place) where \(next[partition] ?? 0) is next")
      }
      let rows = message.counts["records"]! + message.counts["malformed"]!
      if counted != rows { faults.append("\(counted) offsets of \(rows) rows in window \(message.window.index)") }
    }
    let sum = next.values.reduce(0, +)
    if sum != offsets { faults.append("\(sum) offsets of \(offsets): \(next)") }
    return faults
  }

  private static func faultsOfPositions(_ messages: [Message], partitions: Int) -> [String] {
    var faults: [String] = []
    var read: [String: Int64] = [:]
    for message in messages {
      let source = message.source
      if source.resume.count != partitions { faults.append("resume of \(source.resume.keys.sorted())") }
      for (partition, place) in source.read ?? [:] {
        if place < read[partition] ?? 0 { faults.append("read of \(partition) goes back to \(place)") }
        if place < source.resume[partition] ?? .max { faults.append("resume of \(partition) is beyond what was read") }
        if let range = source.offsets[partition], range[0] >= range[1] || range[1] > place {
          faults.append("offsets of \(partition): \(range), read up to \(place)")
        }
        read[partition] = place
      }
    }
    return faults
  }

  private static func losses(_ messages: [Message]) -> [String] {
    let counts = Products(messages).counts
    return ["late", "stray", "disordered", "gaps"].compactMap { name in
      counts[name].flatMap { $0 == 0 ? nil : "\(name): \($0)" }
    }
  }
}
