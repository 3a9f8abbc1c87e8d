import Connectors
import Diagnostics
import ChainExecution
import Specifications

/// Compares columns with what a test expects of them, row by row.
struct ColumnExpectation {
  private let columns: [(key: LocatedText, setting: Setting)]
  private let findings: Findings

  init(_ columns: [(key: LocatedText, setting: Setting)], findings: Findings) {
    self.columns = columns
    self.findings = findings
  }

  func check(_ declaration: Declaration, bytes: [UInt8]) throws {
    guard let place = columns.first?.key else { return }
    let expressions = columns.map { column in
      let isCondition = column.setting.list?.contains { ["true", "false"].contains($0.node.scalar?.text) } == true
      return isCondition ? column.key.standing(for: "if(\(column.key.text), 1, 0)") : column.key
    }
    guard let probe = try ColumnProbe(declaration, expressions, at: place, bytes: bytes, findings: findings) else {
      return
    }
    for (column, found) in zip(columns, probe.columns) {
      if let found { check(column, found, probe.rows) }
    }
  }

  private func check(_ column: (key: LocatedText, setting: Setting), _ found: ColumnProbe.Column, _ rows: [Double]) {
    let values = found.values
    let expected = column.setting.list ?? []
    func words(_ row: Double, as example: String?) -> String {
      guard let value = values[row] else { return "unknown" }
      if example == "true" || example == "false" { return value == 0 ? "false" : "true" }
      return short(value) + (found.unit.isEmpty ? "" : " \(found.unit)")
    }
    guard expected.count == rows.count else {
      let all = rows.prefix(20).map { words($0, as: expected.first?.node.scalar?.text) }.joined(separator: ", ")
      findings.error(
        ConfigurationTest.failure,
        "`\(column.key.written)`: expected \(expected.count) \(expected.count == 1 ? "value" : "values"), found \(rows.count): \(all)\(rows.count > 20 ? ", …" : "")",
        at: column.setting.span)
      return
    }
    for (index, (row, setting)) in zip(rows, expected).enumerated() {
      let text = setting.node.scalar?.text
      let isRight: Bool
      switch text {
      case "unknown": isRight = values[row] == nil
      case "true": isRight = values[row] == 1
      case "false": isRight = values[row] == 0
      default:
        guard let number = ExpectedNumber(setting.node, unit: found.unit, findings: findings) else { continue }
        isRight = values[row].map { isSame($0, number.value) } ?? false
      }
      if !isRight {
        findings.error(
          ConfigurationTest.failure,
          "`\(column.key.written)` of hit \(index + 1): expected \(setting.node.scalar?.written ?? ""), found \(words(row, as: text))",
          at: setting.span)
      }
    }
  }
}
