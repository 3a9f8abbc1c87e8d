import Columns
import Diagnostics
import Testing

@testable import Expressions

/// What users read: place, code, message and hint.
@Suite struct FindingTests {
  let bench = Workbench()

  @Test(arguments: [
    (
      "TDC_CHANEL + 1",
      "1-11 error[unknown-column]: TDC_CHANEL is not a column of this pipeline | did you mean TDC_CHANNEL?"
    ),
    (
      "1 + tdc_channel",
      "5-16 error[unknown-column]: tdc_channel is not a column of this pipeline | did you mean TDC_CHANNEL?"
    ),
    (
      "HEAD == unknown",
      "9-16 error[unknown-column]: unknown is not a column of this pipeline | to test for it, write is unknown"
    ),
    ("True", "1-5 error[unknown-column]: True is not a column of this pipeline | write true"),
    ("min", "1-4 error[unknown-column]: min is not a column of this pipeline | min is a function: write min(...)"),
    (
      "5 * ns",
      """
      5-7 error[unknown-column]: ns is not a column of this pipeline \
      | ns is a unit: put a number before it, such as 1 ns
      """
    ),
    (
      "xyzzy",
      """
      1-6 error[unknown-column]: xyzzy is not a column of this pipeline \
      | there are BX_COUNTER, FPGA, HEAD, ORBIT_CNT, TDC_CHANNEL, TDC_MEAS, clock, flag, maybe, mode, offset, orbit.t0, …
      """
    ),
    ("mini(1, 2)", "1-5 error[unknown-function]: mini is not a function | did you mean min?"),
    (
      "sum(HEAD)",
      "1-4 error[unknown-function]: sum is not a function | sum is a group function: declare it under groups"
    ),
    (
      "foo(1)",
      "1-4 error[unknown-function]: foo is not a function | functions are abs, ceil, floor, if, max, min, round, sqrt"
    ),
    (
      "HEAD(1)",
      "1-5 error[unknown-function]: HEAD is not a function | put an operator between HEAD and the parenthesis"
    ),
    ("min(1)", "1-4 error[wrong-argument-count]: min takes two arguments or more, but it has 1 | write min(a, b)"),
    (
      "if(flag, 1)",
      "1-3 error[wrong-argument-count]: if takes three arguments, but it has 2 | write if(condition, a, b)"
    ),
    ("abs(1, 2)", "1-4 error[wrong-argument-count]: abs takes one argument, but it has 2 | write abs(a)"),
  ]) func names(text: String, expected: String) {
    #expect(bench.findings(text) == [expected])
  }

  @Test(arguments: [
    (
      "time + wire",
      """
      1-12 error[unit-mismatch]: cannot add time [ns] and wire (a plain number) \
      | give wire a unit, such as wire * 1 ns
      """
    ),
    ("5 + time", "1-9 error[unit-mismatch]: cannot add 5 (a plain number) and time [ns] | write 5 ns"),
    ("time - 0", "1-9 error[unit-mismatch]: cannot subtract 0 (a plain number) from time [ns] | write 0 ns"),
    (
      "time == wire",
      """
      1-13 error[unit-mismatch]: cannot compare time [ns] with wire (a plain number) \
      | give wire a unit, such as wire * 1 ns
      """
    ),
    ("time + pos", "1-11 error[unit-mismatch]: cannot add time [ns] and pos [mm] | ns is a time, mm is a length"),
    ("time % 25", "1-10 error[unit-mismatch]: cannot divide time [ns] by 25 (a plain number) | write 25 ns"),
    (
      "wire + 5 ns",
      "1-12 error[unit-mismatch]: cannot add wire (a plain number) and 5 ns | give wire a unit, such as wire * 1 ns"
    ),
    ("time in 0..100 ns", "9-10 error[unit-mismatch]: cannot compare time [ns] with 0 (a plain number) | write 0 ns"),
    ("time in [5 ns, 7]", "16-17 error[unit-mismatch]: cannot compare time [ns] with 7 (a plain number) | write 7 ns"),
    ("min(time, 3)", "1-13 error[unit-mismatch]: cannot compare time [ns] with 3 (a plain number) | write 3 ns"),
    (
      "if(flag, time, 3)",
      "1-18 error[unit-mismatch]: the branches of if are time [ns] and 3 (a plain number) | write 3 ns"
    ),
    (
      "sqrt(time)",
      """
      1-11 error[unit-mismatch]: the square root of time [ns] has no unit \
      | every unit under a root must be squared, such as sqrt(x * x)
      """
    ),
    (
      "clock & 1",
      """
      1-6 error[unit-mismatch]: & needs plain numbers, but clock [us] has a unit \
      | divide by a unit to get a plain number, such as clock / (1 us)
      """
    ),
    (
      "5 foo",
      """
      3-6 error[unknown-unit]: foo is not a unit \
      | units are ps, ns, us, ms, s, min, h, Hz, kHz, MHz, GHz, um, mm, cm, m, uV, mV, V, kV, K, rad, mrad; to \
      multiply, write 5 * foo
      """
    ),
    ("5 nss", "3-6 error[unknown-unit]: nss is not a unit | did you mean ns?"),
    ("5 µs", "3-5 error[unknown-unit]: µs is not a unit | write us"),
  ]) func units(text: String, expected: String) {
    #expect(bench.findings(text) == [expected])
  }

  @Test(arguments: [
    (
      "if(HEAD, 1, 2)",
      "4-8 error[type-mismatch]: HEAD is integer, but a condition is needed | compare it, such as HEAD != 0"
    ),
    (
      "flag and clock",
      "10-15 error[type-mismatch]: clock is integer, but a condition is needed | compare it, such as clock != 0 us"
    ),
    ("not site", "5-9 error[type-mismatch]: site is text, but a condition is needed | compare it, such as site == 'A'"),
    ("flag + 1", "1-5 error[type-mismatch]: + needs numbers, but flag is boolean | to count it, write if(flag, 1, 0)"),
    (
      "-site",
      """
      2-6 error[type-mismatch]: - needs numbers, but site is text \
      | texts can be compared by ==, != and in, nothing else
      """
    ),
    ("site == 5", "1-10 error[type-mismatch]: cannot compare site (text) with 5 (integer) | write '5'"),
    (
      "HEAD == '5'",
      "1-12 error[type-mismatch]: cannot compare HEAD (integer) with '5' (text) | write the number without quotes"
    ),
    ("site < 'a'", "1-5 error[type-mismatch]: < needs numbers, but site is text | texts can be compared by == and !="),
    (
      "if(flag, time, site)",
      """
      1-21 error[type-mismatch]: the branches of if are time [ns] and site (text) \
      | both must be numbers, texts or conditions
      """
    ),
    (
      "TDC_MEAS & 1",
      "1-9 error[type-mismatch]: & needs integers, but TDC_MEAS is float | round it first, such as floor(TDC_MEAS)"
    ),
    (
      "site in 'a'..'b'",
      """
      1-5 error[type-mismatch]: a range needs numbers, but site is text \
      | texts can be compared by ==, != and in, nothing else
      """
    ),
  ]) func types(text: String, expected: String) {
    #expect(bench.findings(text) == [expected])
  }

  @Test(arguments: [
    ("HEAD = 2", "6-7 error[expression-syntax]: = is not an operator of this language | write == to compare"),
    ("flag && flag", "6-8 error[expression-syntax]: && is not an operator of this language | write and"),
    ("flag || flag", "6-8 error[expression-syntax]: || is not an operator of this language | write or"),
    ("!flag", "1-2 error[expression-syntax]: ! is not an operator of this language | write not"),
    ("HEAD === 2", "6-9 error[expression-syntax]: === is not an operator of this language | write =="),
    (
      "2 ** 3",
      """
      3-5 error[expression-syntax]: ** is not an operator of this language \
      | write x * x for the square, sqrt(x) for the root
      """
    ),
    ("HEAD <> 2", "6-8 error[expression-syntax]: <> is not an operator of this language | write !="),
    ("HEAD == 2 AND flag", "11-14 error[expression-syntax]: AND is not an operator of this language | write and"),
    ("flag AND flag", "6-9 error[expression-syntax]: the expression should end before AND | write and"),
    ("0 < HEAD < 5", "10-11 error[expression-syntax]: comparisons cannot be chained | write 0 < HEAD and HEAD < 5"),
    (
      "HEAD in 0..5 == flag",
      "14-16 error[expression-syntax]: comparisons cannot be chained | join two comparisons with and"
    ),
    (
      "HEAD in 5",
      "10-10 error[expression-syntax]: .. is missing at the end | write in [5] for 5 alone, or both ends of a range, such as in 5..LAST"
    ),
    ("HEAD in [0..3]", "11-13 error[expression-syntax]: a range stands without brackets | write in 0..3"),
    ("HEAD in []", "9-11 error[expression-syntax]: this list is empty | write in [1, 2]"),
    (
      "HEAD is 5",
      """
      9-10 error[expression-syntax]: known or unknown is expected here, not 5 \
      | write is known, is unknown, or == to compare
      """
    ),
    (
      "HEAD == not flag",
      """
      9-12 error[expression-syntax]: not needs parentheses here \
      | write != for what is not equal, (not ...) round a condition
      """
    ),
    ("(HEAD + 1", "10-10 error[expression-syntax]: ) is missing at the end | close the parenthesis of column 1"),
    ("HEAD + 1)", "9-10 error[expression-syntax]: the expression should end before ) | no parenthesis is open here"),
    (
      "min(HEAD 5)",
      "10-11 error[expression-syntax]: a comma or ) is expected here, not 5 | close the parenthesis of column 4"
    ),
    ("HEAD +", "7-7 error[expression-syntax]: a value is missing at the end"),
    ("", "1-1 error[expression-syntax]: the expression is empty"),
    ("HEAD FPGA", "6-10 error[expression-syntax]: the expression should end before FPGA | put an operator before FPGA"),
    (
      "flag where flag",
      """
      6-11 error[expression-syntax]: the expression should end before where \
      | where belongs to group functions; here join conditions with and
      """
    ),
    ("'abc", "1-5 error[expression-syntax]: this text has no closing quote | end it with '"),
    ("HEAD @ 5", "6-7 error[expression-syntax]: @ has no meaning here"),
    ("1.", "1-3 error[expression-syntax]: 1. lacks a digit behind the point | write 1.0"),
    (".5", "1-3 error[expression-syntax]: a number starts with a digit | write 0.5"),
    (
      "0b12",
      """
      1-5 error[expression-syntax]: a number that starts with 0b has only the digits 0 and 1 \
      | write 0x before hexadecimal digits, nothing before decimal ones
      """
    ),
    ("1__000", "1-7 error[expression-syntax]: _ stands only between two digits | write 1000"),
  ]) func syntax(text: String, expected: String) {
    #expect(bench.findings(text) == [expected])
  }

  @Test(arguments: [
    ("1e400", "1-6 error[constant-overflow]: 1e400 is too large for a float"),
    (
      "9223372036854775808",
      """
      1-20 error[constant-overflow]: 9223372036854775808 needs more than 63 bits \
      | the largest integer is 9223372036854775807; write it with a point to make it a float
      """
    ),
    (
      "9223372036854775807 + 1",
      """
      1-24 error[constant-overflow]: 9223372036854775807 + 1 needs more than 63 bits \
      | write one of the numbers with a point to compute with floats
      """
    ),
    ("1 << 63", "1-8 error[constant-overflow]: 1 << 63 needs more than 63 bits"),
    ("1e308 * 10", "1-11 error[constant-overflow]: 1e308 * 10 is too large for a float"),
    ("floor(1e300)", "1-13 error[constant-overflow]: floor(1e300) needs more than 63 bits"),
    ("HEAD // 0", "1-10 warning[constant-unknown]: HEAD // 0 divides by zero, so it is always unknown"),
    (
      "HEAD // (HEAD % 1)",
      "1-19 warning[constant-unknown]: HEAD // (HEAD % 1) divides by zero, so it is always unknown"
    ),
    (
      "HEAD << 64",
      """
      9-11 warning[constant-unknown]: 64 is not a number of bits to shift by, so HEAD << 64 is always unknown \
      | shift by 0 to 63 bits
      """
    ),
    ("HEAD == 300", "1-12 warning[constant-condition]: HEAD is 0..255, so this is never true"),
    ("HEAD >= 0 and flag", "1-10 warning[constant-condition]: HEAD is 0..255, so this is always true"),
    ("maybe > 10", "1-11 warning[constant-condition]: maybe is -10..10, so this is never true"),
    (
      "HEAD == FPGA + 300",
      "1-19 warning[constant-condition]: HEAD is 0..255 and FPGA + 300 is 300..555, so this is never true"
    ),
    ("HEAD == 2.5", "1-12 warning[constant-condition]: HEAD is 0..255 without fractions, so this is never true"),
    ("HEAD in 300..400", "1-17 warning[constant-condition]: HEAD is 0..255, so this is never true"),
    (
      "HEAD in 5..3",
      """
      1-13 warning[constant-condition]: the range 5..3 is empty, so this is never true \
      | write the smaller number first
      """
    ),
    ("HEAD in [1, 300]", "13-16 warning[constant-condition]: HEAD is 0..255, so it is never 300"),
    ("HEAD not in [300]", "1-18 warning[constant-condition]: HEAD is 0..255, so this is always true"),
    ("clock < 1 h", "1-12 warning[constant-condition]: clock is 0..1000 us, so this is always true"),
    ("HEAD is known", "1-14 warning[constant-condition]: HEAD is always known, so this is always true"),
  ]) func constants(text: String, expected: String) {
    #expect(bench.findings(text) == [expected])
  }

  /// A test of settings is no slip, and one that is true wherever the value is known still tells something.
  @Test(arguments: ["mode == 3", "1 == 2", "maybe <= 10", "HEAD == 255", "HEAD in 0..254", "maybe is known"])
  func silence(text: String) {
    #expect(bench.findings(text).isEmpty)
  }

  @Test func allMistakesAtOnce() {
    #expect(bench.findings("time + wire + TDC_CHANEL").count == 2)
    #expect(bench.findings("if(HEAD, xx1, yy2)").count == 3)
    #expect(bench.findings("(time + pos) * wire + 1 mm").count == 1)
  }

  @Test func conditions() throws {
    let findings = Findings()
    let text = LocatedText(option: "test", text: "HEAD + 1")
    let expression = try #require(ExpressionParser.parse(text, findings: findings))
    #expect(TypeChecker.checkCondition(expression, in: bench.scope, findings: findings) == nil)
    #expect(
      findings.all.map(Workbench.describe) == [
        "1-9 error[type-mismatch]: HEAD + 1 is integer, but a condition is needed | compare it, such as HEAD + 1 != 0"
      ])
  }

  /// A variable may hold a secret: messages show its name.
  @Test func variablesStayHidden() {
    let scalars = Array("HEAD == 'hunter2'".unicodeScalars)
    let text = LocatedText(
      scalars: scalars, source: SourceText(name: "test", text: ""),
      positions: (0...scalars.count).map { Position(line: 1, column: $0 + 1) },
      replacements: [.init(range: 9..<16, written: "${PASSWORD}")])
    let findings = Findings()
    let expression = ExpressionParser.parse(text, findings: findings)
    _ = expression.flatMap { TypeChecker.check($0, in: bench.scope, findings: findings) }
    #expect(findings.all.map(\.message) == ["cannot compare HEAD (integer) with '${PASSWORD}' (text)"])
  }
}
