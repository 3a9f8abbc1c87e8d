import Columns

/// What a binary file seems to be made of.
struct BinaryGuess {
  let width: Int
  let skip: Int
  let isBig: Bool
  let records: Int
  /// Bytes behind the last whole record.
  let rest: Int
  private(set) var fields: [FieldGuess]
  /// The bits of each field, where records are words cut into bits.
  let bits: [Int]

  var isWords: Bool { !bits.isEmpty }

  private static let mostRecords = 20_000

  /// Nil where no length of records can be seen.
  init?(_ sample: DataSample, width given: Int? = nil, skip givenSkip: Int? = nil) {
    guard let width = given ?? RecordLength.find(sample.bytes).map({ Self.shorter($0, sample, skip: givenSkip) }) else {
      return nil
    }
    let skip = givenSkip ?? RecordLength.header(sample.bytes, width: width, size: sample.size)
    let all = RecordBytes(sample.bytes, width: width, skip: skip)
    guard all.count >= 2 else { return nil }
    self.width = width
    self.skip = skip
    records = all.count
    rest = sample.isWhole ? (sample.bytes.count - skip) % width : 0
    let few = 0..<min(all.count, Self.mostRecords)
    let split = ByteFields(all, few)
    if let words = BitFields(all, few), words.unaligned >= 2 {
      isBig = false
      bits = words.widths
      fields = words.fields
    } else {
      isBig = split.isBig
      bits = []
      fields = split.fields
    }
    for index in fields.indices where fields[index].isRising { extend(&fields[index], all, index) }
  }

  /// The length of one record where several in turn, such as start and stop, look like a longer one: there is a time at
  /// the same place of each, and all of them together rise. Two times with nothing between them are left as they are.
  private static func shorter(_ width: Int, _ sample: DataSample, skip given: Int?) -> Int {
    /// Where numbers that rise are in a record, and their types.
    func times(_ width: Int) -> (all: [Int: FieldType], fields: Int) {
      let skip = given ?? RecordLength.header(sample.bytes, width: width, size: sample.size)
      let all = RecordBytes(sample.bytes, width: width, skip: skip)
      let fields = ByteFields(all, 0..<min(all.count, 5_000)).fields
      var times: [Int: FieldType] = [:], offset = 0
      for field in fields {
        if field.isRising { times[offset] = field.type }
        offset += field.type.storage.byteCount
      }
      return (times, fields.count)
    }
    for parts in stride(from: width / 5, to: 1, by: -1) where width % parts == 0 {
      let length = width / parts
      // The long records may begin in the middle of a turn: their own places are those of their first time.
      let short = times(length)
      guard short.all.count == 1, short.fields > 1, let type = short.all.first?.value else { continue }
      let long = times(width).all
      let places = Set(long.keys.map { $0 % length })
      if long.count == parts, places.count == 1, long.values.allSatisfy({ $0 == type }) { return length }
    }
    return width
  }

  /// Takes the last records into the range of a field that grows.
  private func extend(_ field: inout FieldGuess, _ all: RecordBytes, _ index: Int) {
    let start = isWords ? bits[..<index].reduce(0, +) : fields[..<index].reduce(0) { $0 + $1.type.storage.byteCount }
    guard let integers = field.integers else { return }
    var range = integers
    for record in max(0, all.count - 1000)..<all.count {
      let value: Int64
      if isWords {
        let word = UInt64(bitPattern: all.integer(record, at: 0, bytes: all.width, isBig: false, isSigned: false))
        value = Int64(bitPattern: word >> UInt64(start) & ((UInt64(1) << UInt64(bits[index])) - 1))
      } else {
        let size = field.type.storage.byteCount
        value = all.integer(record, at: start, bytes: size, isBig: isBig, isSigned: field.type.storage.isSigned)
      }
      range = range.including(value)
    }
    field.integers = range
    field.range = Double(range.lowerBound)...Double(range.upperBound)
  }
}

/// Records cut into numbers of whole bytes.
struct ByteFields {
  private(set) var fields: [FieldGuess] = []
  private(set) var isBig = false
  /// How sure it is, 0 to 1: the share of bytes in numbers whose high bytes change less than their low ones.
  private(set) var score = 0.0

  private struct Piece {
    let offset: Int
    let size: Int
    var type: FieldType.Storage
  }

  init(_ all: RecordBytes, _ records: Range<Int>) {
    let little = Self.cut(all, records, isBig: false)
    let big = Self.cut(all, records, isBig: true)
    isBig = big.score > little.score + 0.01
    let best = isBig ? big : little
    score = best.score
    let rising = best.pieces.map { Self.course(all, records, $0, isBig: isBig) }
    var hasTime = false
    for (number, piece) in best.pieces.enumerated() {
      var guess = FieldGuess(name: "field\(number + 1)", type: FieldType(piece.type))
      guess.course = rising[number]
      if guess.isRising, !hasTime, piece.size >= 4 {
        guess.name = "time"
        hasTime = true
        guess.doubts.append("its unit, such as `\(piece.type.rawValue) ps`")
      }
      for record in records {
        if piece.type == .f32 || piece.type == .f64 {
          let value = Self.float(all, record, piece, isBig)
          if value.isFinite { guess.range = guess.range.map { $0.including(value) } ?? value...value }
        } else {
          let value = all.integer(
            record, at: piece.offset, bytes: piece.size, isBig: isBig, isSigned: piece.type.isSigned)
          guess.integers = guess.integers.map { $0.including(value) } ?? value...value
        }
      }
      if let integers = guess.integers { guess.range = Double(integers.lowerBound)...Double(integers.upperBound) }
      fields.append(guess)
    }
  }

  private static func course(_ all: RecordBytes, _ records: Range<Int>, _ piece: Piece, isBig: Bool)
    -> FieldGuess.Course
  {
    var survey = CourseSurvey()
    for record in records {
      survey.add(
        piece.type == .f32 || piece.type == .f64
          ? float(all, record, piece, isBig)
          : Double(
            all.integer(record, at: piece.offset, bytes: piece.size, isBig: isBig, isSigned: piece.type.isSigned)))
    }
    return survey.course
  }

  private static func float(_ all: RecordBytes, _ record: Int, _ piece: Piece, _ isBig: Bool) -> Double {
    let pattern = all.integer(record, at: piece.offset, bytes: piece.size, isBig: isBig, isSigned: false)
    return piece.size == 8
      ? Double(bitPattern: UInt64(bitPattern: pattern))
      : Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
  }

  /// From the front, the widest number that makes sense at each place: one that rises, a float, or one whose bytes change
  /// ever less towards its high end.
  private static func cut(_ all: RecordBytes, _ records: Range<Int>, isBig: Bool) -> (pieces: [Piece], score: Double) {
    let changes = all.changes(records), values = all.values(records)
    var pieces: [Piece] = []
    var sure = 0
    var offset = 0
    while offset < all.width {
      let sizes = [8, 4, 2].filter { offset + $0 <= all.width }
      if let size = sizes.first(where: { isRising(all, records, offset, $0, isBig, changes) }) {
        pieces.append(Piece(offset: offset, size: size, type: signed(all, records, offset, size, isBig)))
        sure += size
        offset += size
        continue
      }
      if let size = sizes.first(where: { $0 >= 4 && isFloat(all, records, offset, $0, isBig) }) {
        pieces.append(Piece(offset: offset, size: size, type: size == 8 ? .f64 : .f32))
        sure += size
        offset += size
        continue
      }
      let size = sizes.first { isNumber(offset, $0, isBig, changes, values) } ?? 1
      if size > 1 || values[offset].count < 64 { sure += size }
      pieces.append(Piece(offset: offset, size: size, type: signed(all, records, offset, size, isBig)))
      offset += size
    }
    return (pieces, Double(sure) / Double(all.width))
  }

  /// A signed type where some values would be far beyond all others without a sign; 64 bits are signed anyway, as times are.
  private static func signed(_ all: RecordBytes, _ records: Range<Int>, _ offset: Int, _ size: Int, _ isBig: Bool)
    -> FieldType.Storage
  {
    let (signed, unsigned): (FieldType.Storage, FieldType.Storage) =
      switch size {
      case 1: (.i8, .u8)
      case 2: (.i16, .u16)
      case 4: (.i32, .u32)
      default: (.i64, .i64)
      }
    let quarter = Int64(1) << Int64(8 * size - 2)
    guard size > 1, size < 8 else { return unsigned }
    var hasMiddle = false, hasTop = false
    for record in records {
      let value = all.integer(record, at: offset, bytes: size, isBig: isBig, isSigned: true)
      if value < 0 { hasTop = true }
      if value >= quarter || value < -quarter { hasMiddle = true }
    }
    return hasTop && !hasMiddle ? signed : unsigned
  }

  /// Its high bytes are those that change least, and it rises.
  private static func isRising(
    _ all: RecordBytes, _ records: Range<Int>, _ offset: Int, _ size: Int, _ isBig: Bool, _ changes: [Double]
  ) -> Bool {
    guard size >= 4, records.count >= 8, isFalling(offset, size, isBig, changes) else { return false }
    var survey = CourseSurvey()
    for record in records {
      survey.add(Double(all.integer(record, at: offset, bytes: size, isBig: isBig, isSigned: size == 8)))
    }
    if case .rising = survey.course { return true }
    return false
  }

  /// Its bytes change ever less towards its high end, and the last of them at most so often.
  private static func isFalling(
    _ offset: Int, _ size: Int, _ isBig: Bool, _ changes: [Double], most: Double = 0.5
  ) -> Bool {
    let bytes = (0..<size).map { changes[offset + (isBig ? size - 1 - $0 : $0)] }
    return zip(bytes, bytes.dropFirst()).allSatisfy { $1 <= $0 * 1.1 + 0.02 } && bytes[size - 1] < most
  }

  /// A number of several bytes: low ones that change, and high ones that change clearly less.
  private static func isNumber(
    _ offset: Int, _ size: Int, _ isBig: Bool, _ changes: [Double], _ values: [RecordBytes.Values]
  ) -> Bool {
    let low = isBig ? offset + size - 1 : offset
    let high = isBig ? offset : offset + size - 1
    guard isFalling(offset, size, isBig, changes, most: values[high].isSigned ? 0.8 : 0.5) else { return false }
    // High bytes that never change could be anything; two of them are taken, more belong to what comes next.
    let still = (0..<size).count { values[offset + $0].count == 1 }
    if size > 2, still > size / 2 + 1 { return false }
    return values[low].count > 1 && values[high].count <= max(2, values[low].count / 2)
  }

  /// Finite numbers of sizes that are not too different, of which most have digits behind the point.
  private static func isFloat(_ all: RecordBytes, _ records: Range<Int>, _ offset: Int, _ size: Int, _ isBig: Bool)
    -> Bool
  {
    let piece = Piece(offset: offset, size: size, type: size == 8 ? .f64 : .f32)
    var fractions = 0, sizes: ClosedRange<Int>?
    var different: Set<Double> = []
    for record in records.prefix(2000) {
      let value = float(all, record, piece, isBig)
      guard value.isFinite, value == 0 || (abs(value) > 1e-12 && abs(value) < 1e15) else { return false }
      if value != value.rounded() { fractions += 1 }
      if value != 0 {
        sizes = sizes.map { $0.including(Int(value.exponent)) } ?? Int(value.exponent)...Int(value.exponent)
      }
      if different.count < 10 { different.insert(value) }
    }
    guard let sizes, different.count > 1 else { return false }
    return fractions * 2 > min(records.count, 2000) && sizes.upperBound - sizes.lowerBound <= 40
  }
}

extension ClosedRange {
  func including(_ value: Bound) -> ClosedRange { Swift.min(lowerBound, value)...Swift.max(upperBound, value) }
}
