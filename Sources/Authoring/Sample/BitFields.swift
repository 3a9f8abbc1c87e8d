import Columns

/// Little-endian words cut into fields of bits.
///
/// Where one field ends and the next begins the bits themselves tell. In a number the low bits change from row to row more
/// often than the high ones, so a bit that changes clearly more often than the one below it is the lowest of another field.
/// And a number that counts to less than a power of two leaves the largest values of its bits out: what lies above them is
/// another field. Fields that neither tells apart come out as one, and the user divides them.
struct BitFields {
  private(set) var widths: [Int] = []
  private(set) var fields: [FieldGuess] = []
  /// Fields that begin inside of a byte, where no number of whole bytes has reason to: how sure it is that these are bits.
  private(set) var unaligned = 0

  private let words: [UInt64]

  /// Nil for records that are longer than a word, or too few.
  init?(_ all: RecordBytes, _ records: Range<Int>) {
    guard all.width <= 8, records.count >= 100 else { return nil }
    words = records.map {
      UInt64(bitPattern: all.integer($0, at: 0, bytes: all.width, isBig: false, isSigned: false))
    }
    let count = 8 * all.width
    let (starts, unaligned) = boundaries(count)
    self.unaligned = unaligned
    for (start, end) in zip(starts, starts.dropFirst() + [count]) {
      for part in divided(start..<end) { add(part) }
    }
  }

  /// Where a bit changes more often than the one below it.
  private func boundaries(_ count: Int) -> (starts: [Int], unaligned: Int) {
    var changes = [Int](repeating: 0, count: count)
    var ones = [Int](repeating: 0, count: count)
    for (index, word) in words.enumerated() {
      let changed = index > 0 ? word ^ words[index - 1] : 0
      for bit in 0..<count {
        ones[bit] += Int(word >> UInt64(bit) & 1)
        changes[bit] += Int(changed >> UInt64(bit) & 1)
      }
    }
    let rates = changes.map { Double($0) / Double(words.count - 1) }
    var starts = [0]
    var unaligned = 0
    for bit in 1..<count {
      let start = starts[starts.count - 1]
      // Zeros below are the low bits of a number that was shifted, and no field.
      let isShifted = (start..<bit).allSatisfy { ones[$0] == 0 }
      let rises = rates[bit] > rates[bit - 1] * 1.25 + 0.02 && bit - start >= 2 && !isShifted
      // A bit that is always 1 above bits that are always 0 is no high end of a number.
      let isMark =
        changes[bit] == 0 && ones[bit] > 0 && changes[bit - 1] == 0 && ones[bit - 1] == 0
        && (start..<bit).contains { ones[$0] > 0 } && changes[bit...].allSatisfy { $0 == 0 }
      guard rises || isMark || bit - start == 63 else { continue }
      // The mark of a number below zero is the last bit of a byte, and comes with numbers of whole bytes.
      if rises, bit % 8 != 0, bit % 8 != 7 { unaligned += 1 }
      // An unused bit between two fields goes with the lower one; a mark has as many bits as are left above it.
      starts.append(bit)
    }
    return (starts, unaligned)
  }

  /// Fields that lie one above the other, of which the lower does not use all of its values.
  private func divided(_ bits: Range<Int>) -> [Range<Int>] {
    guard bits.count > 12, !isCounter(bits) else { return [bits] }
    for width in 3..<min(bits.count, 24) {
      let low = bits.lowerBound..<bits.lowerBound + width
      let mask = (UInt64(1) << UInt64(width)) - 1
      let greatest = words.lazy.map { $0 >> UInt64(low.lowerBound) & mask }.max() ?? 0
      let missing = Double(mask - greatest) / Double(mask + 1)
      let high = low.upperBound..<bits.upperBound
      let isConstant = words.allSatisfy { value($0, high) == value(words[0], high) }
      // So many rows would have had those values, if they were possible.
      if missing >= 0.02, missing * Double(words.count) >= 50, !isConstant { return [low] + divided(high) }
    }
    return [bits]
  }

  private func value(_ word: UInt64, _ bits: Range<Int>) -> UInt64 {
    word >> UInt64(bits.lowerBound) & (bits.count == 64 ? .max : (UInt64(1) << UInt64(bits.count)) - 1)
  }

  /// Whether the bits count up by one or two.
  private func isCounter(_ bits: Range<Int>) -> Bool {
    var survey = CourseSurvey()
    var steps: [UInt64] = []
    var before: UInt64?
    for word in words {
      let value = value(word, bits)
      survey.add(Double(value))
      if let before, value > before { steps.append(value - before) }
      before = value
    }
    guard case .rising = survey.course else { return false }
    steps.sort()
    return steps.isEmpty || steps[steps.count / 2] <= 4
  }

  private mutating func add(_ bits: Range<Int>) {
    var guess = FieldGuess(name: "field\(fields.count + 1)", type: FieldType(.u64))
    var survey = CourseSurvey()
    for word in words {
      let value = Int64(bitPattern: value(word, bits))
      guess.integers = guess.integers.map { $0.including(value) } ?? value...value
      survey.add(Double(value))
    }
    guess.course = survey.course
    if let integers = guess.integers { guess.range = Double(integers.lowerBound)...Double(integers.upperBound) }
    fields.append(guess)
    widths.append(bits.count)
  }
}
