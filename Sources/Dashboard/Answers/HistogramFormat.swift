import Histograms
import JSON

/// The forms in which a histogram can be had.
package enum HistogramFormat: String, Sendable, CaseIterable {
  /// As result messages have it.
  case hitmon
  /// scikit-hep's Unified Histogram Interface.
  case uhi
  /// As ROOT writes its objects in JSON (TBufferJSON); ROOT and JSROOT read it.
  case root
}

extension ResultHistogram {
  /// The histogram as JSON; nil where it has no such form.
  package func json(name: String, form: HistogramFormat) -> [UInt8]? {
    var writer = JSONWriter(capacity: 4096)
    switch form {
    case .hitmon: write(to: &writer)
    case .uhi:
      guard content.uhi != nil else { return nil }
      writeUHI(name: name, to: &writer)
    case .root: writeROOT(name: name, to: &writer)
    }
    return writer.bytes
  }
}
