/// Rows of a small made-up record, for comparisons with what the tests compute themselves.
package struct Sample: Equatable {
  package var key: Int
  package var kind: Int
  package var a: Int
  /// Quarters, so that sums are exact in any order.
  package var f: Double
  package var name: String

  package init(key: Int, kind: Int, a: Int, f: Double, name: String) {
    self.key = key
    self.kind = kind
    self.a = a
    self.f = f
    self.name = name
  }

  package static let record = """
    record: {format: csv, fields: {key: i32, kind: u8, a: i16, f: f64, name: text}}

    """

  package static let names = ["up", "down", "left", "right"]

  /// Rows whose keys go up, each out of its place by at most `disorder`.
  package static func rows(_ count: Int, seed: UInt64, disorder: Int, from first: Int = -200) -> [Sample] {
    var dice = Dice(seed)
    return (0..<count).map { row in
      Sample(
        key: first + row / 4 - dice.int(0...disorder), kind: dice.int(0...3), a: dice.int(-50...50),
        f: Double(dice.int(-400...400)) / 4, name: dice.pick(names))
    }
  }

  package var text: String { "\(key),\(kind),\(a),\(f),\(name)\n" }
}

extension [Sample] {
  package var text: String { map(\.text).joined() }

  /// The rows of each key.
  package var byKey: [Int: [Sample]] { Dictionary(grouping: self, by: \.key) }
}

/// A pipeline of sections around the made-up record.
package func samplePipeline(_ sections: String) -> Job { Job("pipeline: samples\n" + Sample.record + sections) }
