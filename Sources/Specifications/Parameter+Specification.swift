/// The keys of an entry of `parameters:`.
enum ParameterKeys {
  static let type = TypedKey<Parameter.Kind>.choice("type", required: true, "What it takes.")
  static let description = TypedKey.text("description", required: true, "What it is for, in one sentence.")
  static let standard = TypedKey.any(
    "default", "The value where it is not given. Without a default it must be given.")
  static let optional = DefaultKey.boolean(
    "optional", default: false,
    "It may be left out: a key whose value would be nothing but it is left out with it.")
  static let unit = TypedKey.text(
    "unit", "What a `number` measures in, such as `ns`; other units of its dimension are converted.")
  static let min = TypedKey.anyQuantity("min", "The least value of a number.")
  static let max = TypedKey.anyQuantity("max", "The greatest value of a number.")
  static let allowed = TypedKey.list("allowed", of: .text, "The only values that it can have.")
}

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
      ParameterKeys.type, ParameterKeys.description, ParameterKeys.standard, ParameterKeys.optional,
      ParameterKeys.unit, ParameterKeys.min, ParameterKeys.max, ParameterKeys.allowed,
    ],
    example: "parameters: {wires: {type: integer, min: 1, max: 10000, default: 64, description: Wires of a chamber.}}")
}
