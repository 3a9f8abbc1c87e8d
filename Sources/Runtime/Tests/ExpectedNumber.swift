import Columns
import Diagnostics
import Specifications

/// A number that a test expects, in a given unit.
struct ExpectedNumber {
  let value: Double

  /// Nil where it is none, which is reported.
  init?(_ node: Node, unit: String, findings: Findings) {
    guard let text = node.scalar, let quantity = try? Quantity.parse(text.text) else {
      findings.error(
        ConfigurationTest.failure,
        "a number is needed here, not \(node.scalar.map { "`\($0.written)`" } ?? node.kindName)",
        at: node.span)
      return nil
    }
    guard let value = quantity.value(in: Unit.parse(unit) ?? .none) else {
      findings.error(
        ConfigurationTest.failure,
        "`\(text.written)` is \(quantity.unit.isNone ? "a plain number" : quantity.unit.dimension.name)",
        at: text.span, hint: unit.isEmpty ? "write a plain number" : "write it in \(unit), such as `5 \(unit)`")
      return nil
    }
    self.value = value
  }
}
