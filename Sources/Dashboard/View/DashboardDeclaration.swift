/// What a pipeline says of how its results are shown. Result messages carry it, so that a dashboard which has only those shows
/// the same page.
package struct DashboardDeclaration: Sendable, Equatable {
  /// What is said of a histogram.
  package struct Histogram: Sendable, Equatable {
    package var name: String
    /// The column that it is split by.
    package var per: String?
    package var description: String?

    package init(name: String, per: String?, description: String?) {
      (self.name, self.per, self.description) = (name, per, description)
    }
  }

  package var title: String?
  /// Nil: a layout made from the histograms.
  package var rows: [[Panel]]?
  package var layouts: [CellLayout] = []
  package var histograms: [Histogram] = []

  package init() {}
}
