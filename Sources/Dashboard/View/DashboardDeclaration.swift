/// What a pipeline says of how its results are shown. Result messages carry it, so that whoever has only those shows
/// the same page.
public struct DashboardDeclaration: Sendable, Equatable {
  /// What is said of a histogram.
  public struct Histogram: Sendable, Equatable {
    public var name: String
    /// The column that it is split by.
    public var per: String?
    public var description: String?

    public init(name: String, per: String?, description: String?) {
      (self.name, self.per, self.description) = (name, per, description)
    }
  }

  public var title: String?
  /// Nil: a layout made from the histograms.
  public var rows: [[Panel]]?
  public var layouts: [CellLayout] = []
  public var histograms: [Histogram] = []

  public init() {}
}
