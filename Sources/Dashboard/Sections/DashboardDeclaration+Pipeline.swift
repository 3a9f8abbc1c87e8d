import Diagnostics
import Specifications

extension DashboardDeclaration {
  /// What a pipeline declares. What is wrong with it is reported, and left out.
  package init(_ pipeline: Declaration, findings: Findings) {
    self.init()
    histograms = pipeline.histograms.compactMap { entry in
      entry.setting.settings.map { settings in
        Histogram(
          name: entry.name.text, per: settings[HistogramKeys.per]?.text,
          description: settings[HistogramKeys.description]?.text)
      }
    }
    layouts = pipeline.layouts.compactMap { entry in
      entry.setting.settings.flatMap { CellLayout(entry.name.text, $0, findings: findings) }
    }
    guard let section = pipeline.dashboard else { return }
    title = section[PageKeys.title]?.text
    let checker = PanelChecker(pipeline, findings: findings)
    rows = section[PageKeys.rows]?.map { row in
      (row.list ?? []).compactMap { $0.settings.flatMap(checker.panel) }
    }
  }
}
