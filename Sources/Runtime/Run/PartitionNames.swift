import Synchronization

/// Numbers for the partitions of all sources, their names, and how many lines of each have been counted. The thread that
/// reads and those that count use it at the same time.
final class PartitionNames: Sendable {
  private struct Key: Hashable {
    let source: Int
    let partition: Int
  }

  private struct State {
    var names: [String] = []
    var numbers: [Key: Int] = [:]
    var lines: [Int64] = []
  }

  private let state = Mutex(State())

  var all: [String] { state.withLock { $0.names } }

  /// The number of a source's partition. `sourceName` tells apart partitions of the same name of several sources.
  func number(source: Int, partition: Int, name: String, sourceName: String?) -> Int {
    state.withLock { state in
      let key = Key(source: source, partition: partition)
      if let number = state.numbers[key] { return number }
      state.numbers[key] = state.names.count
      state.names.append(sourceName.map { "\($0)/\(name)" } ?? name)
      state.lines.append(0)
      return state.names.count - 1
    }
  }

  /// Those of a source, by its own numbers for its partitions.
  func positions(_ positions: [Int: Int64], ofSource source: Int) -> [Int: Int64] {
    state.withLock { state in
      var own: [Int: Int64] = [:]
      for (key, number) in state.numbers where key.source == source { own[key.partition] = positions[number] }
      return own
    }
  }

  /// Counts the lines of the next chunk of a partition; gives the number of those before it.
  func takeLines(of partition: Int, _ count: Int64) -> Int64 {
    state.withLock { state in
      defer { state.lines[partition] += count }
      return state.lines[partition]
    }
  }
}
