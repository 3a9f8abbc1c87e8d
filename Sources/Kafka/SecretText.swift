/// Takes the values of secrets out of texts that librdkafka wrote.
struct SecretText: Sendable {
  /// As much of a secret as may show; librdkafka quotes parts of some values where they do not parse.
  private static let longestShown = 5
  private let secrets: [[UInt8]]

  init(_ secrets: [String]) {
    self.secrets = secrets.map { Array($0.utf8) }.filter { !$0.isEmpty }
  }

  init(_ settings: KafkaSettings) {
    self.init(settings.pairs.filter { KafkaSettings.isSecret($0.name) }.map(\.value))
  }

  /// The text with *** for whole secrets, and for pieces of them longer than a few bytes.
  func hide(in text: String) -> String {
    if secrets.isEmpty { return text }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var place = 0
    while place < bytes.count {
      let length = secrets.map { Self.match(bytes[place...], in: $0) }.max() ?? 0
      if length > 0 {
        result += Array("***".utf8)
        place += length
      } else {
        result.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// How many bytes at the beginning of the text are a secret or a telling piece of it.
  private static func match(_ text: ArraySlice<UInt8>, in secret: [UInt8]) -> Int {
    var longest = 0
    for start in secret.indices where secret[start] == text.first {
      let common = zip(text, secret[start...]).prefix { $0 == $1 }.count
      if common > longestShown || common == secret.count { longest = max(longest, common) }
    }
    return longest
  }
}
