/// How a float becomes an integer.
enum Rounding: String, Sendable {
  case down, up
  /// To the nearest, halves away from zero.
  case nearest

  var rule: FloatingPointRoundingRule {
    switch self {
    case .down: .down
    case .up: .up
    case .nearest: .toNearestOrAwayFromZero
    }
  }
}
