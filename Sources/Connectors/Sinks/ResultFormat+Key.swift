import Diagnostics
import Results
import Specifications

extension Key {
  /// The key `format` of a sink; ``Settings/resultFormat`` is what was given.
  static let resultFormat = Key(
    "format", .choice(ResultFormat.allCases.map(\.rawValue)), default: "json",
    "How histograms are written: `json` is hitmon's own form, `uhi` that of scikit-hep's UHI, for hist and boost-histogram."
  )
}

extension Settings {
  var resultFormat: ResultFormat { self["format"]?.text.flatMap { ResultFormat(rawValue: $0.text) } ?? .json }
}
