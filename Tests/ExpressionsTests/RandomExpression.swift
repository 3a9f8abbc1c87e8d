/// A random expression: its text, and what it is worth in a row by the reference semantics.
struct RandomExpression {
  enum Kind { case integer, float, boolean, text }

  let text: String
  let kind: Kind
  let value: ([String: RowValue]) -> RowValue
}

/// Makes well-typed random expressions over given columns.
struct ExpressionGenerator {
  let columns: [(name: String, kind: RandomExpression.Kind)]
  var random: SeededGenerator

  mutating func expression(_ kind: RandomExpression.Kind, depth: Int) -> RandomExpression {
    guard depth > 0, Int.random(in: 0..<10, using: &random) > 0 else { return leaf(kind) }
    switch kind {
    case .integer: return integer(depth - 1)
    case .float: return float(depth - 1)
    case .boolean: return boolean(depth - 1)
    case .text: return depth > 1 ? choice(.text, depth - 1) : leaf(.text)
    }
  }

  private mutating func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }

  private mutating func leaf(_ kind: RandomExpression.Kind) -> RandomExpression {
    let named = columns.filter { $0.kind == kind }.map(\.name)
    if Int.random(in: 0..<4, using: &random) > 0 {
      let name = pick(named)
      return RandomExpression(text: name, kind: kind) { $0[name]! }
    }
    let (text, value) = literal(kind)
    return RandomExpression(text: text, kind: kind) { _ in value }
  }

  private mutating func literal(_ kind: RandomExpression.Kind) -> (String, RowValue) {
    switch kind {
    case .integer:
      let value = pick([0, 1, 2, 3, 5, 7, 8, 25, 63, 64, 100, 255, 1000, 3564, 65_536, 4_294_967_295, Int64.max])
      return ("\(value)", .integer(Int128(value)))
    case .float:
      let value = pick([0.0, 0.5, 1.0, 1.5, 2.5, 25.0, 1e-3, 1e10, 1e300])
      return ("\(value)", .float(value))
    case .boolean:
      let value = Bool.random(using: &random)
      return ("\(value)", .boolean(value))
    case .text:
      let value = pick(["a", "b", "nowhere"])
      return ("'\(value)'", .text(value))
    }
  }

  private mutating func binary(
    _ operation: String, _ a: RandomExpression, _ b: RandomExpression, _ kind: RandomExpression.Kind,
    _ value: @escaping (RowValue, RowValue) -> RowValue
  ) -> RandomExpression {
    RandomExpression(text: "(\(a.text) \(operation) \(b.text))", kind: kind) { value(a.value($0), b.value($0)) }
  }

  private mutating func integer(_ depth: Int) -> RandomExpression {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<6:
      let operation = pick(["+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>"])
      return binary(operation, expression(.integer, depth: depth), expression(.integer, depth: depth), .integer) {
        RowOperations.arithmetic(operation, $0, $1)
      }
    case 6: return call(pick(["-", "abs"]), expression(.integer, depth: depth), .integer)
    case 7: return call(pick(["floor", "ceil", "round"]), expression(.float, depth: depth), .integer)
    case 8: return extremum(.integer, depth)
    default: return choice(.integer, depth)
    }
  }

  private mutating func float(_ depth: Int) -> RandomExpression {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<6:
      let operation = pick(["+", "-", "*", "/", "//", "%"])
      let pairs: [(RandomExpression.Kind, RandomExpression.Kind)] = [
        (.float, .float), (.integer, .float), (.float, .integer),
      ]
      let kinds = pick(pairs)
      let a = expression(kinds.0, depth: depth)
      let b = expression(kinds.1, depth: depth)
      return binary(operation, a, b, .float) { RowOperations.arithmetic(operation, $0, $1) }
    case 6: return call(pick(["-", "abs", "sqrt"]), expression(.float, depth: depth), .float)
    case 7:
      return binary("/", expression(.integer, depth: depth), expression(.integer, depth: depth), .float) {
        RowOperations.arithmetic("/", $0, $1)
      }
    case 8: return extremum(.float, depth)
    default: return choice(.float, depth)
    }
  }

  private mutating func call(
    _ name: String, _ a: RandomExpression, _ kind: RandomExpression.Kind
  ) -> RandomExpression {
    let text = name == "-" ? "(-\(a.text))" : "\(name)(\(a.text))"
    return RandomExpression(text: text, kind: kind) { RowOperations.function(name, a.value($0)) }
  }

  private mutating func extremum(_ kind: RandomExpression.Kind, _ depth: Int) -> RandomExpression {
    let name = pick(["min", "max"])
    let arguments = (0..<Int.random(in: 2...3, using: &random)).map { _ in expression(kind, depth: depth) }
    let text = arguments.map(\.text).joined(separator: ", ")
    return RandomExpression(text: "\(name)(\(text))", kind: kind) { row in
      let values = arguments.map { $0.value(row) }
      return values.dropFirst().reduce(values[0]) { RowOperations.arithmetic(name, $0, $1) }
    }
  }

  private mutating func choice(_ kind: RandomExpression.Kind, _ depth: Int) -> RandomExpression {
    let test = expression(.boolean, depth: depth)
    let a = expression(kind, depth: depth)
    let b = expression(kind, depth: depth)
    return RandomExpression(text: "if(\(test.text), \(a.text), \(b.text))", kind: kind) { row in
      test.value(row).asBoolean.map { $0 ? a.value(row) : b.value(row) } ?? .unknown
    }
  }

  private mutating func boolean(_ depth: Int) -> RandomExpression {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<3:
      let operation = pick(["==", "!=", "<", "<=", ">", ">="])
      let pairs: [(RandomExpression.Kind, RandomExpression.Kind)] = [
        (.integer, .integer), (.float, .float), (.integer, .float),
      ]
      let kinds = pick(pairs)
      return binary(operation, expression(kinds.0, depth: depth), expression(kinds.1, depth: depth), .boolean) {
        RowOperations.comparison(operation, $0, $1)
      }
    case 3:
      let operation = pick(["==", "!="])
      let kind = pick([RandomExpression.Kind.text, .boolean])
      return binary(operation, expression(kind, depth: depth), expression(kind, depth: depth), .boolean) {
        RowOperations.comparison(operation, $0, $1)
      }
    case 4:
      return binary("and", expression(.boolean, depth: depth), expression(.boolean, depth: depth), .boolean) {
        RowOperations.and($0, $1)
      }
    case 5:
      return binary("or", expression(.boolean, depth: depth), expression(.boolean, depth: depth), .boolean) {
        RowOperations.or($0, $1)
      }
    case 6:
      let a = expression(.boolean, depth: depth)
      return RandomExpression(text: "(not \(a.text))", kind: .boolean) { RowOperations.not(a.value($0)) }
    case 7: return range(depth)
    case 8: return list(depth)
    default:
      let a = expression(pick([.integer, .float, .boolean, .text]), depth: depth)
      let isKnown = Bool.random(using: &random)
      return RandomExpression(text: "(\(a.text) is \(isKnown ? "known" : "unknown"))", kind: .boolean) {
        .boolean(a.value($0).isUnknown != isKnown)
      }
    }
  }

  private mutating func range(_ depth: Int) -> RandomExpression {
    let kind = pick([RandomExpression.Kind.integer, .integer, .float])
    let value = expression(kind, depth: depth)
    let isFixed = Bool.random(using: &random)
    let low = isFixed ? literalExpression(kind) : expression(kind, depth: depth)
    let high = isFixed ? literalExpression(kind) : expression(kind, depth: depth)
    let negated = Bool.random(using: &random)
    return RandomExpression(
      text: "(\(value.text) \(negated ? "not in" : "in") \(low.text)..\(high.text))", kind: .boolean
    ) { row in
      let (x, a, b) = (value.value(row), low.value(row), high.value(row))
      if x.isUnknown || a.isUnknown || b.isUnknown { return .unknown }
      let inside = RowOperations.and(RowOperations.comparison("<=", a, x), RowOperations.comparison("<=", x, b))
      return negated ? RowOperations.not(inside) : inside
    }
  }

  private mutating func literalExpression(_ kind: RandomExpression.Kind) -> RandomExpression {
    let (text, value) = literal(kind)
    return RandomExpression(text: text, kind: kind) { _ in value }
  }

  private mutating func list(_ depth: Int) -> RandomExpression {
    let kind = pick([RandomExpression.Kind.integer, .integer, .float, .text])
    let value = expression(kind, depth: depth)
    let isFixed = Int.random(in: 0..<3, using: &random) > 0
    let members = (0..<Int.random(in: 1...4, using: &random)).map { _ in
      isFixed ? literalExpression(kind) : expression(kind, depth: depth)
    }
    let negated = Bool.random(using: &random)
    let texts = members.map(\.text).joined(separator: ", ")
    return RandomExpression(text: "(\(value.text) \(negated ? "not in" : "in") [\(texts)])", kind: .boolean) { row in
      let x = value.value(row)
      let all = members.map { $0.value(row) }
      if x.isUnknown || all.contains(where: \.isUnknown) { return .unknown }
      let found = all.contains { RowOperations.comparison("==", x, $0) == .boolean(true) }
      return .boolean(found != negated)
    }
  }
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
