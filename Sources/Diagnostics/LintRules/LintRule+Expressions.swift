extension LintRule {
  static let expressions: [LintRule] = [
    LintRule(
      "expression-syntax",
      "The expression cannot be read: an operator or a bracket is missing, comparisons are chained, `=` stands for `==`.",
      wrong: "cleansing: [{keep: FPGA = 1}]",
      fix: "Do what the hint says; it names the character and the place.",
      right: "cleansing: [{keep: FPGA == 1}]"),
    LintRule(
      "unknown-column", "Nothing has this name: no field, column, constant, chamber column or value of a group.",
      wrong: "columns: {late: BX_COUNT > 3000}",
      fix: "Write the name as it is declared. In an expression, texts stand in single quotes: `'A'`.",
      right: "columns: {late: BX_COUNTER > 3000}"),
    LintRule(
      "unknown-function", "There is no such function, or a group's function stands outside `groups:`.",
      wrong: "columns: {angle: tan(drift)}",
      fix: "[language.md](language.md#expressions) lists the functions.",
      right: "columns: {size: abs(drift)}"),
    LintRule(
      "wrong-argument-count",
      "A function has too few or too many arguments, or `of` and `bins` of a histogram do not match.",
      wrong: "columns: {late: \"max(BX_COUNTER)\"}",
      fix: "The message says how many it takes.",
      right: "columns: {late: \"max(BX_COUNTER, 3000)\"}"),
    LintRule(
      "type-mismatch",
      "An operation has a value of a kind that it cannot take: a sum of conditions, a number as a condition, bins of numbers for a text.",
      wrong: "columns: {late: not BX_COUNTER}",
      fix: "Compare to make a condition of a number; `if(condition, 1, 0)` makes a number of a condition.",
      right: "columns: {late: not BX_COUNTER < 3000}"),
    LintRule(
      "unit-mismatch",
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
      "constant-overflow", "The constants that you typed make a number beyond 63 bits, or beyond the largest float.",
      wrong: "columns: {huge: BX_COUNTER + (9223372036854775807 + 1)}",
      fix: "Write one of the numbers with a point to compute with floats.",
      right: "columns: {huge: BX_COUNTER + (9223372036854775807.0 + 1)}"),
    LintRule(
      "constant-condition", .warning, "A condition is always or never true, whatever is read.",
      wrong: "cleansing: [{drop: HEAD == 300}]",
      fix: "The message says what values the column can have.",
      right: "cleansing: [{drop: HEAD == 3}]"),
    LintRule(
      "power-sign", .warning,
      "`^` stands where a power seems to be meant; it is exclusive or. For floats this is an error.",
      wrong: "columns: {square: BX_COUNTER ^ 2}",
      fix: "Write a product. If exclusive or is meant, write the number in hexadecimal digits: `BX_COUNTER ^ 0x2`.",
      right: "columns: {square: BX_COUNTER * BX_COUNTER}"),
    LintRule(
      "constant-unknown", .warning,
      "A value is unknown in every row, for it divides by zero, shifts too far, or takes the root of a negative number.",
      wrong: "columns: {half: BX_COUNTER // 0}",
      fix: "Write the number that is meant.",
      right: "columns: {half: BX_COUNTER // 2}"),
    LintRule(
      "cyclic-columns", "A column depends on itself.",
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
