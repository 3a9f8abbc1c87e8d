import Connectors
import Histograms
import Results
import Specifications

/// The page's contents but for the numbers: which plots there are, and where.
package struct DashboardView: Sendable, Equatable {
  package struct Histogram: Sendable, Equatable {
    package struct Axis: Sendable, Equatable {
      package var label: String
      package var unit: String
    }

    package var name: String
    package var title: String
    package var description: String?
    /// What it holds, as the page calls it: `counts`, `profile` and so on.
    package var kind: String
    package var x: Axis
    package var y: Axis?
    /// The column that it is split by, and the values that were seen.
    package var per: String?
    package var values: [String]
    /// How it is drawn where nobody says.
    var form: Panel.Form
    /// Whether it has words, not ranges of numbers, on its axis: categories, or one number for each value.
    var hasWords: Bool
    /// Whether it has one bin only.
    var isNumber: Bool
  }

  package var title: String
  package var pipeline: String
  package var run: String
  package var histograms: [Histogram]
  package var rows: [[Panel]]
  package var layouts: [CellLayout]

  package subscript(name: String) -> Histogram? { histograms.first { $0.name == name } }
}

extension DashboardView {
  /// The view before the first result.
  init(pipeline: String) {
    self.init(title: pipeline, pipeline: pipeline, run: "", histograms: [], rows: [], layouts: [])
  }

  /// The view of results as they are, arranged as the pipeline says.
  ///
  /// - Parameter total: what the windows so far add up to: everything that was ever in one of them.
  init(_ declaration: DashboardDeclaration, _ total: ResultTotal, head: ResultHead) {
    pipeline = head.pipeline
    run = head.run
    title = declaration.title ?? head.pipeline
    layouts = declaration.layouts
    histograms = Self.histograms(declaration, total)
    rows = []
    rows = declaration.rows.map { rows in rows.map { $0.map(resolved) } } ?? standardRows
  }

  private static func histograms(_ declaration: DashboardDeclaration, _ total: ResultTotal) -> [Histogram] {
    var histograms: [Histogram] = []
    var places: [String: Int] = [:]
    for (name, result) in total.all {
      let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if let place = places[parts[0]] {
        if parts.count == 2 { histograms[place].values.append(parts[1]) }
        continue
      }
      places[parts[0]] = histograms.count
      let declared = declaration.histograms.first { $0.name == parts[0] }
      var histogram = Histogram(name: parts[0], result)
      histogram.description = declared?.description
      if parts.count == 2 {
        histogram.per = declared?.per ?? "value"
        histogram.values = [parts[1]]
      }
      histograms.append(histogram)
    }
    return histograms
  }

  /// A panel with everything said that it leaves open.
  private func resolved(_ panel: Panel) -> Panel {
    var panel = panel
    guard let histogram = self[panel.plot] else {
      if panel.plot == Panel.rate { panel.form = panel.form ?? .trend }
      return panel
    }
    if panel.form == nil { panel.form = panel.layout == nil ? histogram.form : .map }
    // One number for each value is drawn over the values.
    if panel.per == nil, panel.overlay == nil, !histogram.isNumber { panel.per = histogram.per }
    return panel
  }

  /// A layout for pipelines that declare none: the rate beside what has few bins, then a row for each histogram that is
  /// split and two of the others to a row.
  private var standardRows: [[Panel]] {
    var rate = Panel(plot: Panel.rate)
    rate.form = .trend
    rate.last = 600
    var rows = [[rate]]
    var single: [Panel] = []
    for histogram in histograms {
      let panel = resolved(Panel(plot: histogram.name))
      if histogram.hasWords, panel.per == nil, rows[0].count < 3 {
        rows[0].append(panel)
      } else if panel.per != nil {
        rows.append([panel])
      } else {
        single.append(panel)
      }
    }
    for start in stride(from: 0, to: single.count, by: 2) {
      rows.append(Array(single[start..<min(start + 2, single.count)]))
    }
    return rows
  }
}

extension DashboardView.Histogram {
  fileprivate init(name: String, _ result: ResultHistogram) {
    func axis(_ axis: ResultAxis) -> Axis { Axis(label: axis.label, unit: axis.unit) }
    self.name = name
    title = result.title
    per = nil
    values = []
    let drawn = result.content as? any DrawnContent
    kind = drawn.map { type(of: $0).kind } ?? ""
    let view = drawn?.view
    x = view.map { axis($0.x) } ?? Axis(label: "", unit: "")
    y = view?.y.map(axis)
    form = view?.form ?? .steps
    hasWords = view?.hasWords ?? false
    isNumber = view?.isNumber ?? false
  }
}
