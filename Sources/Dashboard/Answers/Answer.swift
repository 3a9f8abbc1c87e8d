/// What a server answers to a question.
package struct Answer: Sendable {
  package var status: Int
  package var type: String
  /// What it says, one piece behind the other. Those that the store keeps are shared with it, not copied.
  package var pieces: [[UInt8]]

  package init(status: Int = 200, type: String, pieces: [[UInt8]]) {
    self.status = status
    self.type = type
    self.pieces = pieces
  }

  package init(status: Int = 200, type: String, body: [UInt8]) {
    self.init(status: status, type: type, pieces: [body])
  }

  /// How long it is, and how much memory it takes where nobody shares it, in bytes.
  package var count: Int { pieces.reduce(0) { $0 + $1.count } }
  package var memory: Int { pieces.reduce(0) { $0 + $1.capacity } }

  /// The type of JSON.
  static let json = "application/json; charset=utf-8"

  static func json(_ body: [UInt8]) -> Answer { Answer(type: json, body: body) }

  /// One sentence, for people.
  package static func text(_ status: Int, _ sentence: String) -> Answer {
    Answer(status: status, type: "text/plain; charset=utf-8", body: Array((sentence + "\n").utf8))
  }
}

/// What is asked for: the path and the query of a URL, without `%` escapes.
package struct Question: Sendable {
  package let path: String
  package let query: [(name: String, value: String)]

  /// Nil where the escapes are wrong or hide something that is no text.
  package init?(target: String) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let path = Self.decoded(first), path.hasPrefix("/") else { return nil }
    self.path = path
    var query: [(String, String)] = []
    if parts.count == 2 {
      for pair in parts[1].split(separator: "&") {
        let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = Self.decoded(sides[0]), let value = Self.decoded(sides.count == 2 ? sides[1] : "") else {
          return nil
        }
        query.append((name, value))
      }
    }
    self.query = query
  }

  package subscript(name: String) -> String? { query.first { $0.name == name }?.value }

  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
        rest.first != UInt8(ascii: "+"), rest.first != UInt8(ascii: "-")
      else { return nil }
      rest = rest.dropFirst(2)
      bytes.append(value)
    }
    guard !bytes.contains(0) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
