import Specifications

extension DashboardDeclaration {
  /// What a pipeline declares.
  public init(_ pipeline: Declaration) {
    self.init()
    histograms = pipeline.histograms.compactMap { entry in
      entry.setting.settings.map { settings in
        Histogram(name: entry.name.text, per: settings["per"]?.text?.text, description: nil)
      }
    }
  }
}
