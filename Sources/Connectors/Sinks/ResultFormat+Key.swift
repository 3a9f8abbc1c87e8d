import Results
import Specifications

extension SinkComponent {
  /// The key `format` of sinks that write histograms.
  package static let resultFormat = DefaultKey<ResultFormat>.choice(
    "format", default: .json,
    "How histograms are written: `json` is hitmon's own form, `uhi` that of scikit-hep's UHI, for hist and boost-histogram."
  )
}
