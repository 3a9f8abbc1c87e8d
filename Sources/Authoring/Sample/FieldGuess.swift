import Columns

/// What one field of a record seems to be.
package struct FieldGuess: Sendable {
  package var name: String
  package var type: FieldType
  /// The smallest and the greatest value, in the unit of the field; nil for text.
  package var range: ClosedRange<Double>?
  /// The same of whole numbers, exactly.
  package var integers: ClosedRange<Int64>?
  /// Digits behind the point, of fields that are written with them.
  package var decimals = 0
  /// How its values go from row to row.
  package var course = Course.free
  /// The texts that it has, sorted, where there are few.
  package var texts: [String] = []
  /// Whether the file itself says the name.
  package var isNamed = false
  /// What to check of the guess, a phrase each.
  package var doubts: [String] = []

  /// How values go from row to row.
  package enum Course: Sendable, Equatable {
    case free
    case constant
    /// It grows; so many rows come before the one in front of them, by up to that much.
    case rising(stepsBack: Int, greatest: Double)
  }

  package var isRising: Bool { if case .rising = course { true } else { false } }
}

/// Follows the values of a field from row to row.
struct CourseSurvey {
  private var last: Double?
  private var first: Double?
  private var rows = 0
  private var stepsForward = 0
  private var stepsBack = 0
  private var greatestBack = 0.0
  private var newest = -Double.infinity
  /// How often a value comes before the greatest so far, which one step back of many rows does often.
  private var behind = 0

  mutating func add(_ value: Double) {
    rows += 1
    if let last {
      if value > last { stepsForward += 1 }
      if value < last { stepsBack += 1 }
    } else {
      first = value
    }
    if value < newest {
      behind += 1
      greatestBack = max(greatestBack, newest - value)
    }
    newest = max(newest, value)
    last = value
  }

  /// Rows that come out of order are few, or late by little against the whole way.
  var course: FieldGuess.Course {
    guard let first, let last, rows > 1 else { return .free }
    if stepsForward == 0, stepsBack == 0 { return .constant }
    guard rows >= 8, last > first, stepsForward >= max(4, rows / 1000) else { return .free }
    let isOrdered = stepsBack * 20 <= rows && greatestBack * 2 < newest - first
    let isNearlyOrdered = greatestBack * 20 < newest - first
    return isOrdered || isNearlyOrdered ? .rising(stepsBack: stepsBack, greatest: greatestBack) : .free
  }
}
