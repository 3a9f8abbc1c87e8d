extension FindingCode {
  package static let expressionSyntax = FindingCode("expression-syntax")
  package static let unknownColumn = FindingCode("unknown-column")
  package static let unknownFunction = FindingCode("unknown-function")
  package static let wrongArgumentCount = FindingCode("wrong-argument-count")
  package static let typeMismatch = FindingCode("type-mismatch")
  package static let unitMismatch = FindingCode("unit-mismatch")
  package static let constantOverflow = FindingCode("constant-overflow")
  package static let constantCondition = FindingCode("constant-condition")
  package static let powerSign = FindingCode("power-sign")
  package static let constantUnknown = FindingCode("constant-unknown")
  package static let cyclicColumns = FindingCode("cyclic-columns")
}

extension LintRule {
  static let expressions: [LintRule] = [
    LintRule(
      .expressionSyntax,
      "The expression cannot be read: an operator or a bracket is missing, comparisons are chained, `=` stands for `==`.",
      wrong: "cleansing: [{keep: FPGA = 1}]",
      fix: "Do what the hint says; it names the character and the place.",
      right: "cleansing: [{keep: FPGA == 1}]"),
    LintRule(
      .unknownColumn, "Nothing has this name: no field, column, constant, chamber column or value of a group.",
      wrong: "columns: {late: BX_COUNT > 3000}",
      fix: "Write the name as it is declared. In an expression, texts stand in single quotes: `'A'`.",
      right: "columns: {late: BX_COUNTER > 3000}"),
    LintRule(
      .unknownFunction, "There is no such function, or a group's function stands outside `groups:`.",
      wrong: "columns: {angle: tan(drift)}",
      fix: "[language.md](language.md#expressions) lists the functions.",
      right: "columns: {size: abs(drift)}"),
    LintRule(
      .wrongArgumentCount,
      "A function has too few or too many arguments, or `of` and `bins` of a histogram do not match.",
      wrong: "columns: {late: \"max(BX_COUNTER)\"}",
      fix: "The message says how many it takes.",
      right: "columns: {late: \"max(BX_COUNTER, 3000)\"}"),
    LintRule(
      .typeMismatch,
      "An operation has a value of a kind that it cannot take: a sum of conditions, a number as a condition, bins of numbers for a text.",
      wrong: "columns: {late: not BX_COUNTER}",
      fix: "Compare to make a condition of a number; `if(condition, 1, 0)` makes a number of a condition.",
      right: "columns: {late: not BX_COUNTER < 3000}"),
    LintRule(
      .unitMismatch,
      "Units do not fit: ns added to mm, an axis of ns filled with plain numbers, a time without a unit.",
      wrong: """
        histograms:
          drift_time: {of: drift, bins: 140 from -100 to 600}
        """,
      fix: "Give the number a unit, or the expression another.",
      right: """
        histograms:
          drift_time: {of: drift, bins: 140 from -100 ns to 600 ns}
        """),
    LintRule(
      .constantOverflow, "The constants that you typed make a number beyond 63 bits, or beyond the largest float.",
      wrong: "columns: {huge: BX_COUNTER + (9223372036854775807 + 1)}",
      fix: "Write one of the numbers with a point to compute with floats.",
      right: "columns: {huge: BX_COUNTER + (9223372036854775807.0 + 1)}"),
    LintRule(
      .constantCondition, .warning, "A condition is always or never true, whatever is read.",
      wrong: "cleansing: [{drop: HEAD == 300}]",
      fix: "The message says what values the column can have.",
      right: "cleansing: [{drop: HEAD == 3}]"),
    LintRule(
      .powerSign, .warning,
      "`^` stands where a power seems to be meant; it is exclusive or. For floats this is an error.",
      wrong: "columns: {square: BX_COUNTER ^ 2}",
      fix: "Write a product. If exclusive or is meant, write the number in hexadecimal digits: `BX_COUNTER ^ 0x2`.",
      right: "columns: {square: BX_COUNTER * BX_COUNTER}"),
    LintRule(
      .constantUnknown, .warning,
      "A value is unknown in every row, for it divides by zero, shifts too far, or takes the root of a negative number.",
      wrong: "columns: {half: BX_COUNTER // 0}",
      fix: "Write the number that is meant.",
      right: "columns: {half: BX_COUNTER // 2}"),
    LintRule(
      .cyclicColumns, "A column depends on itself.",
      wrong: """
        columns:
          a: b + 1
          b: a - 1
        """,
      fix: "The message shows the circle; break it.",
      right: """
        columns:
          a: BX_COUNTER + 1
          b: a - 1
        """),
  ]
}
