import Diagnostics
import Histograms
import JSON

/// A whole result message: its head and its histograms, in their order.
package struct ResultContent: Sendable {
  package var head: ResultHead
  package var histograms: [(name: String, histogram: ResultHistogram)]

  /// Reads a message whose histograms are in hitmon's own form. Throws a sentence that names the histogram that is wrong.
  package init(reading message: UnsafeRawBufferPointer) throws(ResultError) {
    var start: Int?
    head = try ResultHead.read(message, histograms: &start)
    guard head.format == .json else {
      throw ResultError(
        "the message has its histograms in the form `\(head.format.rawValue)`; only those of hitmon's own form (`format: json`) can be read"
      )
    }
    histograms = []
    guard let start else { throw ResultError("the message has no `histograms`") }
    var name: String?
    do throws(JSONError) {
      var reader = JSONReader(message, from: start, depth: 1)
      var seen: Set<String> = []
      try reader.beginObject()
      while let key = try reader.nextKey() {
        name = key
        guard seen.insert(key).inserted else { throw JSONError(offset: reader.offset, "it comes twice") }
        histograms.append((key, try ResultHistogram(reading: &reader)))
        name = nil
      }
      // The head's reader stopped at the histograms; what is behind them must be sound too.
      while try reader.nextKey() != nil { try reader.skip() }
      try reader.end()
    } catch {
      throw name.map { ResultError("histogram `\($0)`: \(error)") } ?? ResultError(error)
    }
  }
}
