import Diagnostics
import Specifications

/// What one file declares, and what the plugins do that it uses.
struct Layer {
  /// The plugin's name; that of the pipeline for its own.
  let name: String
  /// Where the plugin is used.
  let use: Span?
  let settings: Settings
  let layers: [Layer]

  /// Whether a section is there and cannot be read at all; what uses its names would only repeat that.
  func isBroken(_ section: some KeyDeclaration) -> Bool {
    (settings.isGiven(section) && settings.setting(section) == nil) || layers.contains { $0.isBroken(section) }
  }

  /// A section that is a list: the file's own items come first, so that its chamber rows win.
  func joined(_ section: TypedKey<[Setting]>) -> [Setting] {
    (settings[section] ?? []) + layers.flatMap { $0.joined(section) }
  }
}
