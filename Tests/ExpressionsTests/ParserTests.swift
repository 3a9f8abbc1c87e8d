import Diagnostics
import Testing

@testable import Expressions

@Suite struct ParserTests {
  /// The tree as nested lists.
  private func tree(_ text: String) -> String {
    let findings = Findings()
    let parsed = ExpressionParser.parse(LocatedText(option: "test", text: text), findings: findings)
    return parsed.map { dump($0.root) } ?? findings.all.map(\.message).joined(separator: "; ")
  }

  private func dump(_ syntax: Syntax) -> String {
    let parts = syntax.kind.children.map(dump).joined(separator: " ")
    switch syntax.kind {
    case .literal(let constant): return constant.description
    case .name(let name): return name
    case .unary(let operation, _): return "(\(operation.rawValue) \(parts))"
    case .binary(let operation, _, _): return "(\(operation.rawValue) \(parts))"
    case .call(let name, _, _): return "\(name)(\(parts))"
    case .inRange(_, _, _, let negated): return "(\(negated ? "outside" : "inside") \(parts))"
    case .inList(_, _, let negated): return "(\(negated ? "noneOf" : "oneOf") \(parts))"
    case .isKnown(_, let negated): return "(\(negated ? "unknown" : "known") \(parts))"
    }
  }

  @Test(arguments: [
    ("a + b * c", "(+ a (* b c))"), ("a * b + c", "(+ (* a b) c)"), ("a - b - c", "(- (- a b) c)"),
    ("a / b // c % d", "(% (// (/ a b) c) d)"), ("(a + b) * c", "(* (+ a b) c)"), ("a << b + c", "(<< a (+ b c))"),
    ("a & b << c", "(& a (<< b c))"), ("a | b ^ c & d", "(| a (^ b (& c d)))"), ("a & b == c", "(== (& a b) c)"),
    ("a | b < c", "(< (| a b) c)"), ("not a == b", "(not (== a b))"), ("not a and b", "(and (not a) b)"),
    ("a or b and c", "(or a (and b c))"), ("a and b or c", "(or (and a b) c)"), ("not not a", "(not (not a))"),
    ("-a * b", "(* (- a) b)"), ("a - -b", "(- a (- b))"), ("- - a", "(- (- a))"), ("a * -b", "(* a (- b))"),
    ("a in 0..63", "(inside a 0 63)"), ("a not in b + 1..c * 2", "(outside a (+ b 1) (* c 2))"),
    ("a in [1, b, 'c']", "(oneOf a 1 b 'c')"), ("a not in [1]", "(noneOf a 1)"),
    ("a + 1 in 0..5 and b", "(and (inside (+ a 1) 0 5) b)"),
    ("a is known", "(known a)"), ("a is unknown", "(unknown a)"), ("a is not known", "(unknown a)"),
    ("a is not unknown or b", "(or (known a) b)"), ("not a in [1]", "(not (oneOf a 1))"),
    ("if(a, b, c) + min(d, e, f)", "(+ if(a b c) min(d e f))"), ("f()", "f()"),
    ("orbit.t0 - a.b.c", "(- orbit.t0 a.b.c)"), ("orbit.t0..5", "the expression should end before .."),
    ("a in orbit.t0..5", "(inside a orbit.t0 5)"), ("notable + input", "(+ notable input)"), ("π * ñ_1", "(* π ñ_1)"),
  ]) func precedence(text: String, expected: String) {
    #expect(tree(text) == expected)
  }

  @Test(arguments: [
    ("25 ns", "25 ns"), ("25ns", "25 ns"), ("1.5", "1.5"), ("2e-3", "0.002"), ("2E3", "2000.0"), ("0x1F", "31"),
    ("0XfF_fF", "65535"),
    ("0b1010_1010", "170"), ("1_000_000", "1000000"), ("53.8 um/ns", "53.8 um/ns"), ("5 m/s/s", "5 m/s/s"),
    ("25 ns/30", "(/ 25 ns 30)"), ("25 ns / m", "(/ 25 ns m)"), ("25 ns/m", "25 ns/m"), ("25 ns/x", "(/ 25 ns x)"),
    ("1000 /s", "1000 /s"), ("1000/s", "1000 /s"), ("1000 / s", "(/ 1000 s)"), ("2 h", "2 h"), ("5 min", "5 min"),
    ("5 and 6", "(and 5 6)"), ("5 in [5]", "(oneOf 5 5)"), ("0..5", "the expression should end before .."),
    ("a in 0..5", "(inside a 0 5)"), ("a in 0 ns..5 us", "(inside a 0 ns 5 us)"),
    ("a in 1.5..2.5", "(inside a 1.5 2.5)"),
    ("'it' == \"it's\"", "(== 'it' 'it's')"), ("''", "''"), ("true or false", "(or true false)"),
    ("9223372036854775807", "9223372036854775807"), ("0x7FFFFFFFFFFFFFFF", "9223372036854775807"),
  ]) func literals(text: String, expected: String) {
    #expect(tree(text) == expected)
  }

  @Test func namesAndSpans() throws {
    let text = "  (FPGA == mode) and min(TDC_CHANNEL, 5) > orbit.t0 "
    let expression = try #require(ExpressionParser.parse(LocatedText(option: "test", text: text), findings: Findings()))
    #expect(expression.names == ["FPGA", "mode", "TDC_CHANNEL", "orbit.t0"])
    #expect(expression.span.start == Position(line: 1, column: 3))
    #expect(expression.span.end == Position(line: 1, column: 52))
    #expect(expression.source[expression.root.kind.children[0].range].text == "FPGA == mode")
  }

  // MARK: Group functions

  private func groupFunction(_ text: String) -> String {
    let findings = Findings()
    guard let call = ExpressionParser.parseGroupFunction(LocatedText(option: "test", text: text), findings: findings)
    else {
      return findings.all.map(Workbench.describe).joined(separator: "; ")
    }
    let argument = call.argument.map { dump($0.root) } ?? ""
    let condition = call.condition.map { " if " + dump($0.root) } ?? ""
    return "\(call.function)[\(argument)]\(condition) \(call.span.start.column)-\(call.span.end.column)"
  }

  @Test(arguments: [
    ("count", "count[] 1-6"), ("count()", "count[] 1-8"), ("count where HEAD == 2", "count[] if (== HEAD 2) 1-22"),
    (" min(time) where FPGA == 1 and C == 128", "min[time] if (and (== FPGA 1) (== C 128)) 2-40"),
    ("max(a + b)", "max[(+ a b)] 1-11"), ("sum(min(a, b))", "sum[min(a b)] 1-15"), ("mean(a)", "mean[a] 1-8"),
    ("any(a == 1)", "any[(== a 1)] 1-12"), ("distinct(wire)", "distinct[wire] 1-15"),
    (
      "min(time, 5 ns)",
      """
      1-4 error[wrong-argument-count]: min takes one argument here, but it has 2 \
      | min of several values is an expression: give it a column and write min(column)
      """
    ),
    ("sum", "1-4 error[wrong-argument-count]: sum takes one argument, but it has 0 | write sum(column)"),
    (
      "count(a)",
      """
      1-6 error[wrong-argument-count]: count takes no argument here, but it has 1 \
      | write count where ... to count the hits of a condition
      """
    ),
    ("mn(time)", "1-3 error[unknown-function]: mn is not a group function | did you mean min?"),
    (
      "min(time) + 1",
      """
      11-12 error[expression-syntax]: a group function stands alone, so + cannot follow \
      | write where before a condition, and put arithmetic into a column that uses the group function
      """
    ),
    ("min(time) where", "16-16 error[expression-syntax]: a value is missing at the end"),
  ]) func groupFunctions(text: String, expected: String) {
    #expect(groupFunction(text) == expected)
  }

  // MARK: Hostile input

  @Test func depthIsLimited() {
    let tooDeep = "this expression is nested too deeply"
    #expect(tree(String(repeating: "(", count: 10_000)) == tooDeep)
    #expect(tree(String(repeating: "-", count: 10_000) + "1") == tooDeep)
    #expect(tree(String(repeating: "not ", count: 10_000) + "a") == tooDeep)
    #expect(tree("a" + String(repeating: " + a", count: 10_000)) == tooDeep)
    #expect(tree(String(repeating: "abs(", count: 10_000)) == tooDeep)
    #expect(tree("a in [" + String(repeating: "b in [", count: 1000)) == "a comma or ] is expected here, not in")
    let deep = String(repeating: "(1 + ", count: 150) + "HEAD" + String(repeating: ")", count: 150)
    #expect(Workbench().type(deep) == "integer 150..405")
  }

  @Test func randomTokensNeverCrash() {
    let words = [
      "HEAD", "wide", "maybe", "time", "clock", "site", "flag", "orbit.t0", "mode", "5", "0", "1.5", "25 ns", "1 us",
      "0x", "9223372036854775807",
      "'a'", "true", "+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", "(", "(", ")",
      ")", "[",
      "]", ",", "..", "and", "or", "not", "in", "is", "known", "unknown", "if", "min", "sqrt", "floor", "abs", "where",
      "=", "é", "\u{0}", "m", "s", "/s",
    ]
    var random = SeededGenerator(state: 11)
    let bench = Workbench()
    var compiler = Workbench.compiler(for: bench.scope)
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 1...9, using: &random)).map { _ in words.randomElement(using: &random)! }
        .joined(separator: Bool.random(using: &random) ? " " : "")
      let (typed, findings) = bench.check(text)
      #expect(typed != nil || !findings.isEmpty, "\(text) is refused without a word")
      if let typed { _ = compiler.compile(typed) }
    }
  }

  @Test func randomBytesNeverCrash() {
    var random = SeededGenerator(state: 12)
    for _ in 0..<5_000 {
      let bytes = (0..<Int.random(in: 0...30, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = Workbench().check(String(decoding: bytes, as: UTF8.self))
      _ = groupFunction("min(" + String(decoding: bytes.map { $0 & 0x7f }, as: UTF8.self))
    }
  }
}
