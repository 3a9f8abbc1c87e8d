import Columns

/// The values of one column of a text.
struct ColumnSurvey {
  /// What most of its values are.
  enum Kind: Equatable {
    case integer, float, date, time, datetime, text

    /// Whether a value can stand in such a column.
    func holds(_ text: Substring) -> Bool {
      switch (self, FieldValue(text)) {
      case (.text, _), (.integer, .integer), (.float, .integer), (.float, .float), (.date, .date), (.time, .time),
        (.datetime, .datetime):
        true
      case (.integer, .float(let value, _)): value == value.rounded() && abs(value) < 1e15
      default: false
      }
    }
  }

  let kind: Kind
  private var integers: ClosedRange<Int64>?
  private var range: ClosedRange<Double>?
  private var decimals = 0
  private var survey = CourseSurvey()
  private var texts: Set<String> = []

  /// The most texts that are kept.
  private static let mostTexts = 40

  /// Finds out what most of the values are. One in five may be something else.
  init(_ values: some Sequence<Substring>) {
    var counts: [Kind: Int] = [:]
    var total = 0
    var hasFraction = false
    for value in values where !FieldValue.isMissing(value) {
      total += 1
      switch FieldValue(value) {
      case .integer: counts[.integer, default: 0] += 1
      case .float(let value, _):
        counts[.float, default: 0] += 1
        if value != value.rounded() { hasFraction = true }
      case .date: counts[.date, default: 0] += 1
      case .time: counts[.time, default: 0] += 1
      case .datetime: counts[.datetime, default: 0] += 1
      case .text: counts[.text, default: 0] += 1
      }
    }
    func isMost(_ count: Int) -> Bool { total > 0 && count * 5 >= total * 4 }
    let numbers = counts[.integer, default: 0] + counts[.float, default: 0]
    if isMost(numbers) {
      // A point in a few of many whole numbers is a mistake of those few.
      let floats = counts[.float, default: 0]
      kind = floats > 0 && (hasFraction || floats * 2 > numbers) && floats * 50 > numbers ? .float : .integer
    } else {
      kind = [Kind.date, .time, .datetime].first { isMost(counts[$0, default: 0]) } ?? .text
    }
  }

  mutating func add(_ text: Substring) {
    switch FieldValue(text) {
    case .integer(let value) where kind == .integer:
      integers = integers.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
      add(Double(value))
    case .integer(let value): add(Double(value))
    case .float(let value, let places):
      decimals = max(decimals, places)
      if kind == .integer, let whole = Int64(exactly: value) {
        integers = integers.map { min($0.lowerBound, whole)...max($0.upperBound, whole) } ?? whole...whole
      }
      add(value)
    case .date(let value), .time(let value), .datetime(let value):
      integers = integers.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
      add(Double(value))
    case .text: break
    }
    if kind == .text, texts.count <= Self.mostTexts { texts.insert(String(text)) }
  }

  private mutating func add(_ value: Double) {
    guard kind != .text else { return }
    range = range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
    survey.add(value)
  }

  func guess(_ name: FieldNames.Name) -> FieldGuess {
    var guess = FieldGuess(name: name.name, type: FieldType(.f64))
    guess.isNamed = name.isNamed
    guess.range = range
    guess.decimals = decimals
    guess.course = survey.course
    switch kind {
    case .integer:
      guess.integers = integers
      guess.type = FieldType(IntegerWidth.storage(integers ?? 0...0, isRising: guess.isRising))
    case .float: guess.type = FieldType(.f64)
    case .date: guess.type = FieldType(.date)
    case .time: guess.type = FieldType(.time)
    case .datetime: guess.type = FieldType(.datetime)
    case .text:
      guess.type = FieldType(.text)
      if texts.count <= Self.mostTexts { guess.texts = texts.sorted() }
    }
    if guess.type.storage.isTime { guess.integers = integers }
    if let unit = name.unit, kind == .integer || kind == .float {
      if let known = Unit.named(unit) ?? Unit.parse(unit) {
        guess.type.unit = known
      } else {
        guess.doubts.append("hitmon has no unit \(unit), so it is a plain number")
      }
    } else if name.isNamed, kind == .integer || kind == .float, name.name.count > 1, name.name != "min",
      let unit = Unit.named(name.name)
    {
      // A column called `mV` has no other unit; letters alone, and a minimum, are names as any other.
      guess.type.unit = unit
      guess.doubts.append("the unit is that of its name")
    }
    return guess
  }
}

/// Types for whole numbers of which a sample is known.
enum IntegerWidth {
  /// The narrowest type with room for twice as much, as the sample need not hold the greatest. A counter goes on: it has 32
  /// bits at least.
  static func storage(_ range: ClosedRange<Int64>, isRising: Bool) -> FieldType.Storage {
    let least = range.lowerBound, greatest = range.upperBound
    let signed: [FieldType.Storage] = [.i8, .i16, .i32, .i64]
    let unsigned: [FieldType.Storage] = [.u8, .u16, .u32, .u64]
    let all = least < 0 ? signed : unsigned
    return all.first { storage in
      guard let room = storage.range, room.contains(least), room.contains(greatest) else { return false }
      if isRising { return storage.byteCount >= 4 }
      if storage.byteCount >= 4 { return true }
      return greatest * 2 <= room.upperBound && least * 2 >= room.lowerBound
    } ?? all[3]
  }
}
