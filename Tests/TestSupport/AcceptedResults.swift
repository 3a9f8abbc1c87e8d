import Foundation

/// Which messages of a log of results count, as docs/delivery.md says it: read from JSON, with no code of the program's.
package struct AcceptedResults {
  /// The results that count, in the order of the log.
  package private(set) var results: [Data] = []
  /// The offsets of the messages that do not, results and claims.
  package private(set) var void: [Int] = []
  /// How many claims are good.
  package private(set) var claims = 0

  private struct State {
    var epoch = 0
    var number = 0
  }

  private var states: [String: State] = [:]

  package init(_ log: [Data]) {
    for (offset, data) in log.enumerated() {
      guard let message = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else { continue }
      switch message["schema"] as? String {
      case "hitmon.results/1":
        if takes(message) { results.append(data) } else { void.append(offset) }
      case "hitmon.claim/1":
        if let claim = message["claim"] as? [String: Any], !takes(claim, of: message) { void.append(offset) }
      default: break
      }
    }
  }

  private mutating func takes(_ claim: [String: Any], of message: [String: Any]) -> Bool {
    let keys = Self.keys(message, claim["input"] as? String ?? "", claim["after"] ?? claim["idle"])
    let epoch = claim["epoch"] as? Int ?? 0
    if let number = claim["number"] as? Int { return takes(epoch, number, keys) }
    guard let after = claim["after"] as? [String: Int] else { return false }
    let isNext = keys.allSatisfy { key in
      let before = states[key.key]?.epoch ?? 0
      return before == after[key.partition] && epoch > before
    }
    guard isNext, !keys.isEmpty else { return false }
    for key in keys { states[key.key] = State(epoch: epoch, number: 0) }
    claims += 1
    return true
  }

  private mutating func takes(_ message: [String: Any]) -> Bool {
    let source = message["source"] as? [String: Any] ?? [:]
    let own = Self.keys(message, source["topic"] as? String ?? "", source["resume"])
    guard let claim = message["claim"] as? [String: Any] else {
      return own.allSatisfy { states[$0.key] == nil }
    }
    var keys = own
    if let covers = claim["covers"] as? [String: Any] {
      keys = Self.keys(message, covers["input"] as? String ?? "", covers["partitions"])
    }
    return takes(claim["epoch"] as? Int ?? 0, claim["number"] as? Int ?? 0, keys)
  }

  private mutating func takes(_ epoch: Int, _ number: Int, _ keys: [(key: String, partition: String)]) -> Bool {
    let isNext = keys.allSatisfy { key in
      states[key.key].map { $0.epoch == epoch && $0.number == number - 1 } ?? false
    }
    guard isNext, !keys.isEmpty else { return false }
    for key in keys { states[key.key] = State(epoch: epoch, number: number) }
    return true
  }

  private static func keys(
    _ message: [String: Any], _ input: String, _ partitions: Any?
  ) -> [(key: String, partition: String)] {
    let pipeline = message["pipeline"] as? String ?? ""
    return (partitions as? [String: Any] ?? [:]).keys.map { ("\(pipeline)\u{0}\(input)\u{0}\($0)", $0) }
  }
}
