import Diagnostics

/// A pipeline with its plugins merged in and every key checked: what the builder of the chain reads.
public struct Declaration: Sendable {
  /// An entry of a section, under the name that the user gave it.
  public struct Named: Sendable {
    public let name: LocatedText
    public let setting: Setting

    public init(name: LocatedText, setting: Setting) {
      self.name = name
      self.setting = setting
    }
  }

  /// A library of native plugins, as found.
  public struct Library: Sendable {
    public let settings: Settings
    public let path: String

    public init(settings: Settings, path: String) {
      self.settings = settings
      self.path = path
    }
  }

  public var name: LocatedText
  public var description: String
  /// The place that stands for the pipeline as a whole.
  public var span: Span
  public var record: Settings?
  /// The name of a field that says where each row begins; nil where rows need not be told apart.
  public var rowNumber: LocatedText?
  public var cleansing: [Settings] = []
  public var chambers: [Settings] = []
  /// Rows of the chamber map with errors: the columns that they would give are not to be missed.
  public var invalidChambers: [Node] = []
  public var constants: [Named] = []
  public var columns: [Named] = []
  public var libraries: [Library] = []
  /// Programs that compute columns; some may have errors.
  public var programs: [Setting] = []
  public var groups: [Named] = []
  public var window: Settings?
  public var histograms: [Named] = []
  public var sources: [Named] = []
  public var sinks: [Settings] = []
  /// Where bins are drawn.
  public var layouts: [Named] = []
  /// What the page of results shows.
  public var dashboard: Settings?
  /// What the emulator of its hits sends.
  public var emulate: Settings?

  public init(name: LocatedText, description: String, span: Span) {
    self.name = name
    self.description = description
    self.span = span
  }
}
