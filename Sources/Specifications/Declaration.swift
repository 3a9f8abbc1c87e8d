import Diagnostics

/// A pipeline with its plugins merged in and every key checked: what the builder of the chain reads.
package struct Declaration: Sendable {
  /// An entry of a section, under the name that the user gave it.
  package struct Named: Sendable {
    package let name: LocatedText
    package let setting: Setting

    package init(name: LocatedText, setting: Setting) {
      self.name = name
      self.setting = setting
    }
  }

  /// A library of native plugins, as found.
  package struct Library: Sendable {
    package let settings: Settings
    package let path: String

    package init(settings: Settings, path: String) {
      self.settings = settings
      self.path = path
    }
  }

  package var name: LocatedText
  package var description: String
  /// The place that stands for the pipeline as a whole.
  package var span: Span
  package var record: Settings?
  /// The name of a field that says where each row begins; nil where rows need not be told apart.
  package var rowNumber: LocatedText?
  package var cleansing: [Settings] = []
  package var chambers: [Settings] = []
  /// Rows of the chamber map with errors: the columns that they would give are not to be missed.
  package var invalidChambers: [Node] = []
  package var constants: [Named] = []
  package var columns: [Named] = []
  package var libraries: [Library] = []
  /// Programs that compute columns; some may have errors.
  package var programs: [Setting] = []
  package var groups: [Named] = []
  package var window: Settings?
  package var histograms: [Named] = []
  package var sources: [Named] = []
  package var sinks: [Settings] = []
  /// Where bins are drawn.
  package var layouts: [Named] = []
  /// What the page of results shows.
  package var dashboard: Settings?
  /// What the emulator of its hits sends.
  package var emulate: Settings?

  package init(name: LocatedText, description: String, span: Span) {
    self.name = name
    self.description = description
    self.span = span
  }
}
