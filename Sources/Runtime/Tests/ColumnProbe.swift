import ChainBuilding
import ChainExecution
import Connectors
import Diagnostics
import Histograms
import Results
import Specifications

/// Values of expressions for every hit of some rows.
///
/// The chain has no rows at its end. So they are plotted as points, each expression against the place of its row in the
/// input: the order in which rows are counted makes no difference, and what is missing is unknown.
package struct ColumnProbe {
  /// The values of one expression.
  package struct Column {
    /// By the place of their row; unknown where there is none.
    package let values: [Double: Double]
    package let unit: String
  }

  /// Where each hit begins, in bytes of the input behind a header, ascending.
  package let rows: [Double]
  /// In the order of the expressions; nil where one cannot be plotted.
  package let columns: [Column?]
  /// The chain as it was run.
  package let plan: ChainPlan

  /// A name that nobody gives to a field.
  private static let rowNumber = "_place_of_row"

  /// Runs the pipeline of a declaration over rows.
  ///
  /// - Parameters:
  ///   - place: stands for the whole in messages.
  ///   - chunkBytes: bytes that are counted at a time: the place of a row is told within them.
  /// - Returns: nil where there are errors, which are reported.
  /// - Throws: a sentence where the run fails.
  package init?(
    _ declaration: Declaration, _ expressions: [LocatedText], at place: LocatedText, bytes: [UInt8],
    chunkBytes: Int? = nil, findings: Findings
  ) throws {
    var declaration = declaration
    let number = place.standing(for: Self.rowNumber)
    declaration.rowNumber = number
    declaration.window = nil
    declaration.histograms = [Self.plot(place.standing(for: "0"), against: number, name: "rows")]
    for (index, expression) in expressions.enumerated() {
      declaration.histograms.append(Self.plot(expression, against: number, name: "column\(index)"))
    }
    guard let pipeline = Pipeline.check(declaration, findings: findings) else { return nil }
    plan = pipeline.plan
    let outcome = try TestOutcome(pipeline, bytes: bytes, chunkBytes: chunkBytes)
    let histograms = outcome.windows.flatMap(\.histograms)
    func points(_ name: String) -> PointsContent? {
      histograms.first { $0.name == name }?.histogram.content as? PointsContent
    }
    rows = points("rows")?.points.map(\.x) ?? []
    columns = expressions.indices.map { index in
      points("column\(index)").map { found in
        Column(values: Dictionary(found.points.map { ($0.x, $0.y) }) { first, _ in first }, unit: found.y.unit)
      }
    }
  }

  private static func plot(_ y: LocatedText, against x: LocatedText, name: String) -> Declaration.Named {
    func setting(_ text: LocatedText) -> Setting {
      Setting(node: Node(.scalar(text, quoted: false), span: text.span), value: .text(text))
    }
    let limit = Setting(node: setting(y).node, value: .integer(1_000_000))
    let settings = Settings(
      specification: HistogramComponent.points.specification, span: y.span,
      entries: ["plot": setting(y), "against": setting(x), "points": limit], given: ["plot", "against", "points"])
    return .init(
      name: y.standing(for: name), setting: Setting(node: setting(y).node, value: .settings(settings)))
  }
}

extension LocatedText {
  /// Another text that stands for what was typed here.
  package func standing(for text: String) -> LocatedText {
    let scalars = Array(text.unicodeScalars)
    return LocatedText(
      scalars: scalars, source: source,
      positions: Array(repeating: span.start, count: scalars.count) + [span.end],
      ends: Array(repeating: span.end, count: scalars.count))
  }
}
