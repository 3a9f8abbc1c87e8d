extension Parameter {
  /// What an entry of `parameters:` declares of itself.
  package static let specification = Specification(
    kind: .section, name: "parameters",
    summary: "A value that users of a plugin can choose.",
    details: """
      A plugin writes `$of`, or `$(of)` where letters follow, for the value of its parameter `of`, in keys and in values.
      Where a value is nothing but `$of`, the argument stands there as it is: a list of bin edges stays a list. Expressions
      that stand among other signs have brackets put round them. `$$` is a plain `$`.
      """,
    keys: [
      Key("type", .choice(Kind.allCases.map(\.rawValue)), required: true, "What it takes."),
      Key("description", .text, required: true, "What it is for, in one sentence."),
      Key("default", .any, "The value where it is not given. Without a default it must be given."),
      Key(
        "optional", .boolean, default: "false",
        "It may be left out: a key whose value would be nothing but it is left out with it."),
      Key("unit", .text, "What a `number` measures in, such as `ns`; other units of its dimension are converted."),
      Key("min", .anyQuantity, "The least value of a number."),
      Key("max", .anyQuantity, "The greatest value of a number."),
      Key("allowed", .list(.text), "The only values that it can have."),
    ],
    example: "parameters: {wires: {type: integer, min: 1, max: 10000, default: 64, description: Wires of a chamber.}}")
}
