/// How the histograms of a result message are written.
package enum ResultFormat: String, Sendable, CaseIterable {
  /// hitmon's own form, docs/results.md.
  case json
  /// The form of scikit-hep's Unified Histogram Interface (schema 1), which hist and boost-histogram read.
  case uhi
}
