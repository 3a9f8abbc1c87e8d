import Connectors
import Diagnostics
import Operators
import Specifications

/// Compares columns with what a test expects of them, row by row.
///
/// The chain has no rows at its end. So they are plotted as points, each column against the place of its row in the
/// input: the order in which rows are counted makes no difference, and what is missing is unknown.
struct ColumnExpectation {
  private let columns: [(key: LocatedText, setting: Setting)]
  private let findings: Findings

  /// A name that nobody gives to a field.
  private static let rowNumber = "_place_of_row"

  init(_ columns: [(key: LocatedText, setting: Setting)], findings: Findings) {
    self.columns = columns
    self.findings = findings
  }

  func check(_ declaration: Declaration, bytes: [UInt8]) throws {
    guard let place = columns.first?.key else { return }
    var declaration = declaration
    let number = located(Self.rowNumber, at: place)
    declaration.rowNumber = number
    declaration.window = nil
    declaration.histograms = [plot(located("0", at: place), against: number, name: "rows")]
    for (index, column) in columns.enumerated() {
      let isCondition = column.setting.list?.contains { ["true", "false"].contains($0.node.scalar?.text) } == true
      let text = isCondition ? located("if(\(column.key.text), 1, 0)", at: column.key) : column.key
      declaration.histograms.append(plot(text, against: number, name: "column\(index)"))
    }
    guard let pipeline = Pipeline.check(declaration, findings: findings) else { return }
    let outcome = try TestOutcome(pipeline, bytes: bytes)
    let histograms = outcome.windows.flatMap(\.histograms)
    let rows = points(histograms, "rows")?.points.map(\.x) ?? []
    for (index, column) in columns.enumerated() {
      guard let found = points(histograms, "column\(index)") else { continue }
      check(column, found, rows)
    }
  }

  private func check(_ column: (key: LocatedText, setting: Setting), _ found: ResultHistogram.Points, _ rows: [Double])
  {
    let values = Dictionary(found.points.map { ($0.x, $0.y) }) { first, _ in first }
    let expected = column.setting.list ?? []
    func words(_ row: Double, as example: String?) -> String {
      guard let value = values[row] else { return "unknown" }
      if example == "true" || example == "false" { return value == 0 ? "false" : "true" }
      return short(value) + (found.y.unit.isEmpty ? "" : " \(found.y.unit)")
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
        guard let number = ExpectedNumber(setting.node, unit: found.y.unit, findings: findings) else { continue }
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

  private func points(
    _ histograms: [(name: String, histogram: ResultHistogram)], _ name: String
  ) -> ResultHistogram.Points? {
    guard case .points(let points)? = histograms.first(where: { $0.name == name })?.histogram.content else {
      return nil
    }
    return points
  }

  private func plot(_ y: LocatedText, against x: LocatedText, name: String) -> Declaration.Named {
    func setting(_ text: LocatedText) -> Setting {
      Setting(node: Node(.scalar(text, quoted: false), span: text.span), value: .text(text))
    }
    let limit = Setting(node: setting(y).node, value: .integer(1_000_000))
    let settings = Settings(
      specification: HistogramSections.points, span: y.span,
      entries: ["plot": setting(y), "against": setting(x), "points": limit], given: ["plot", "against", "points"])
    return .init(name: located(name, at: y), setting: Setting(node: setting(y).node, value: .settings(settings)))
  }

  /// A text that stands for what was typed at `place`.
  private func located(_ text: String, at place: LocatedText) -> LocatedText {
    let scalars = Array(text.unicodeScalars)
    return LocatedText(
      scalars: scalars, source: place.source,
      positions: Array(repeating: place.span.start, count: scalars.count) + [place.span.end],
      ends: Array(repeating: place.span.end, count: scalars.count))
  }
}
