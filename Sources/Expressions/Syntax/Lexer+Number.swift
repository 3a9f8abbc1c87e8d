import Columns
import Diagnostics

extension Lexer {
  /// A number with the unit that may follow it.
  mutating func number() -> Token? {
    let start = index
    guard let value = magnitude() else { return nil }
    guard let unit = unit(after: start..<index) else { return nil }
    return Token(kind: .literal(Constant(value, unit: unit)), range: start..<index)
  }

  private mutating func magnitude() -> Constant.Value? {
    let start = index
    if scalars[index] == "0", let prefix = scalar(at: index + 1) {
      switch prefix {
      case "x", "X": return integer(radix: 16, from: start)
      case "b", "B": return integer(radix: 2, from: start)
      case "o", "O":
        var end = start + 2
        while let digit = scalar(at: end), digit.isDigit { end += 1 }
        return fail(
          "octal numbers are not part of this language", start..<(start + 2),
          hint: Int64(text(start + 2..<end), radix: 8).map { "write \($0)" } ?? "write 0x or 0b")
      default: break
      }
    }
    skipDigits()
    var isFloat = false
    if scalar(at: index) == ".", scalar(at: index + 1) != "." {
      guard let digit = scalar(at: index + 1), digit.isDigit else {
        let digits = written(start..<index)
        return fail("\(digits). lacks a digit behind the point", start..<(index + 1), hint: "write \(digits).0")
      }
      isFloat = true
      index += 1
      skipDigits()
    }
    if let exponent = scalar(at: index), exponent == "e" || exponent == "E" {
      var digits = index + 1
      if let sign = scalar(at: digits), sign == "+" || sign == "-" { digits += 1 }
      if let digit = scalar(at: digits), digit.isDigit {
        isFloat = true
        index = digits
        skipDigits()
      }
    }
    let digits = text(start..<index)
    let plain = digits.filter { $0 != "_" }
    if digits.hasSuffix("_") || digits.contains("_.") || digits.contains("__") {
      let typed = written(start..<index).filter { $0 != "_" }
      return fail("_ stands only between two digits", start..<index, hint: "write \(typed)")
    }
    if isFloat {
      guard let value = Double(plain), value.isFinite else {
        return fail("\(written(start..<index)) is too large for a float", start..<index, code: .constantOverflow)
      }
      return .float(value)
    }
    return checked(Int64(plain), start)
  }

  private mutating func integer(radix: Int, from start: Int) -> Constant.Value? {
    index += 2
    let digitsStart = index
    while let scalar = scalar(at: index), scalar == "_" || Character(scalar).hexDigitValue.map({ $0 < radix }) == true {
      index += 1
    }
    let digits = text(digitsStart..<index).filter { $0 != "_" }
    guard !digits.isEmpty else {
      return fail(
        "\(written(start..<index)) lacks digits", start..<index, hint: radix == 16 ? "write 0x1F" : "write 0b101")
    }
    // `0b12` is a slip, not the number 0b1 with a unit.
    if let following = scalar(at: index), following.isDigit {
      return fail(
        "a number that starts with 0b has only the digits 0 and 1", start..<(index + 1),
        hint: "write 0x before hexadecimal digits, nothing before decimal ones")
    }
    return checked(Int64(digits, radix: radix), start)
  }

  private func checked(_ value: Int64?, _ start: Int) -> Constant.Value? {
    guard let value else {
      let isDecimal = start + 1 >= index || scalars[start + 1].isDigit || scalars[start + 1] == "_"
      return fail(
        "\(written(start..<index)) needs more than 63 bits", start..<index, code: .constantOverflow,
        hint: isDecimal
          ? "the largest integer is \(Int64.max); write it with a point to make it a float"
          : "the largest integer is 0x7FFFFFFFFFFFFFFF; -1 has all bits set")
    }
    return .integer(value)
  }

  private mutating func skipDigits() {
    while let scalar = scalar(at: index), scalar.isDigit || scalar == "_" { index += 1 }
  }

  /// The unit behind a number: `25 ns`, `25ns`, `53.8 um/ns`, `1000 /s`. A slash belongs to the unit only where the
  /// name of a unit follows it without a space.
  private mutating func unit(after number: Range<Int>) -> Unit? {
    var unit = Unit.none
    var lookahead = index
    while let scalar = scalar(at: lookahead), scalar.isSpace { lookahead += 1 }
    if let scalar = scalar(at: lookahead), scalar.startsName {
      let range = lookahead..<nameEnd(from: lookahead)
      let symbol = text(range)
      let isAttached = lookahead == index
      guard isAttached || Token.Word(rawValue: symbol) == nil else { return Unit.none }
      guard let named = Unit.named(symbol) else { return unknownUnit(symbol, range, number: number) }
      unit = named
      index = range.upperBound
      lookahead = index
    }
    while scalar(at: lookahead) == "/", let scalar = scalar(at: lookahead + 1), scalar.startsName {
      let range = (lookahead + 1)..<nameEnd(from: lookahead + 1)
      guard let named = Unit.named(text(range)), self.scalar(at: range.upperBound) != "(" else { break }
      guard let quotient = unit.dividing(by: named) else {
        return fail(
          "this unit is too large or too small to compute with", number.lowerBound..<range.upperBound,
          code: .unitMismatch)
      }
      unit = quotient
      index = range.upperBound
      lookahead = index
    }
    return unit
  }

  private func unknownUnit(_ symbol: String, _ range: Range<Int>, number: Range<Int>) -> Unit? {
    let typed = written(range)
    let symbols = Unit.known.map(\.symbol)
    let ascii = String(symbol.map { $0 == "µ" || $0 == "μ" ? "u" : $0 })
    let hint: String
    if ["AND", "OR", "NOT", "IN", "IS"].contains(symbol.uppercased()) {
      return fail("\(typed) is not an operator of this language", range, hint: "write \(symbol.lowercased())")
    } else if let word = Self.foreignWords[symbol.lowercased()] {
      return fail("\(typed) is not an operator of this language", range, hint: word)
    } else if Unit.named(ascii) != nil {
      hint = "write \(ascii)"
    } else if let near = suggestion(for: symbol, from: symbols) {
      hint = "did you mean \(near)?"
    } else {
      hint = "units are \(symbols.joined(separator: ", ")); to multiply, write \(written(number)) * \(typed)"
    }
    return fail("\(typed) is not a unit", range, code: .unknownUnit, hint: hint)
  }
}
