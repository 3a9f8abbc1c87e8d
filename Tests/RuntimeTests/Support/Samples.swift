/// Rows of a small made-up record, for comparisons with what the tests compute themselves.
struct Sample: Equatable {
  var key: Int
  var kind: Int
  var a: Int
  /// Quarters, so that sums are exact in any order.
  var f: Double
  var name: String

  static let record = """
    record: {format: csv, fields: {key: i32, kind: u8, a: i16, f: f64, name: text}}

    """

  static let names = ["up", "down", "left", "right"]

  /// Rows whose keys go up, each out of its place by at most `disorder`.
  static func rows(_ count: Int, seed: UInt64, disorder: Int, from first: Int = -200) -> [Sample] {
    var dice = Dice(seed)
    return (0..<count).map { row in
      Sample(
        key: first + row / 4 - dice.int(0...disorder), kind: dice.int(0...3), a: dice.int(-50...50),
        f: Double(dice.int(-400...400)) / 4, name: dice.pick(names))
    }
  }

  var text: String { "\(key),\(kind),\(a),\(f),\(name)\n" }
}

extension [Sample] {
  var text: String { map(\.text).joined() }

  /// The rows of each key.
  var byKey: [Int: [Sample]] { Dictionary(grouping: self, by: \.key) }
}

/// A pipeline of sections around the made-up record.
func samplePipeline(_ sections: String) -> Job { Job("pipeline: samples\n" + Sample.record + sections) }
