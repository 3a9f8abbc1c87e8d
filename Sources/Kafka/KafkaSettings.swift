/// Settings of a client, by librdkafka's names, in the order given; a later one replaces an earlier one.
public struct KafkaSettings: Sendable, ExpressibleByDictionaryLiteral {
  /// Names and values; no name twice.
  public private(set) var pairs: [(name: String, value: String)] = []

  /// No settings.
  public init() {}

  /// The given settings.
  public init(_ pairs: some Sequence<(String, String)>) {
    for (name, value) in pairs { self[name] = value }
  }

  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { self[name] = value }
  }

  /// The value of a setting; nil where it is not set, which leaves librdkafka's default.
  public subscript(name: String) -> String? {
    get { pairs.first { $0.name == name }?.value }
    set {
      let place = pairs.firstIndex { $0.name == name }
      switch (place, newValue) {
      case (let place?, let value?): pairs[place].value = value
      case (let place?, nil): pairs.remove(at: place)
      case (nil, let value?): pairs.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// These settings with the other's in place of or beside them.
  public func merging(_ others: KafkaSettings) -> KafkaSettings {
    var all = self
    for (name, value) in others.pairs { all[name] = value }
    return all
  }

  /// Sets what is not set yet.
  public mutating func setDefault(_ name: String, _ value: String) {
    if self[name] == nil { self[name] = value }
  }
}

extension KafkaSettings: CustomStringConvertible {
  /// "name=value name=value", with *** for the values that are secret.
  public var description: String {
    pairs.map { "\($0.name)=\(Self.isSecret($0.name) ? "***" : $0.value)" }.joined(separator: " ")
  }
}
