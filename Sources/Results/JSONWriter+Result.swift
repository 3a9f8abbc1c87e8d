import Diagnostics
import Histograms
import JSON

extension JSONWriter {
  /// Writes a whole message. What has no form in `head.format` stands beside the histograms, in hitmon's own.
  package mutating func result(_ head: ResultHead, _ histograms: [(name: String, histogram: ResultHistogram)]) {
    beginObject()
    head.write(to: &self)
    key("histograms")
    beginObject()
    switch head.format {
    case .json:
      for (name, histogram) in histograms {
        key(name)
        histogram.write(to: &self)
      }
      endObject()
    case .uhi:
      for (name, histogram) in histograms where histogram.content.uhi != nil {
        key(name)
        histogram.writeUHI(name: name, to: &self)
      }
      endObject()
      key("points")
      beginObject()
      for (name, histogram) in histograms where histogram.content.uhi == nil {
        key(name)
        histogram.write(to: &self)
      }
      endObject()
    }
    endObject()
  }
}
