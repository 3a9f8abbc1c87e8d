import Histograms

/// Makes whole windows of the messages of a topic, where several instances of a pipeline may each publish a part.
///
/// Messages that are whole pass as they are. Parts wait for each other.
package final class WholeWindows {
  private var merger: ResultMerger?
  /// The runs whose parts were merged.
  private var runs: Set<String> = []
  private var pipeline: String?
  private var filter = LogFilter()

  /// Windows that may wait for parts; instances that have gone publish none.
  private static let mostWaiting = 8

  /// `pipeline`: whose messages are taken; of the first that comes if nil.
  package init(pipeline: String?) { self.pipeline = pipeline }

  /// Takes a message, and gives those that are whole with it, in their order. Those of other pipelines give none.
  package func add(_ message: UnsafeRawBufferPointer) throws(ResultError) -> [[UInt8]] {
    guard try filter.admits(message) else { return [] }
    let head = try ResultHead(reading: message)
    if pipeline == nil { pipeline = head.pipeline }
    guard head.pipeline == pipeline else { return [] }
    guard head.isPartial else { return [Array(message)] }
    let merger = self.merger ?? ResultMerger(pipeline: head.pipeline, histograms: [])
    self.merger = merger
    let new = head.run.split(separator: ",").map(String.init).filter { !runs.contains($0) }
    runs.formUnion(new)
    do {
      var merged = try merger.add(message)
      if merger.pendingCount > Self.mostWaiting { merged += merger.finish() }
      return merged.map(\.message)
    } catch {
      guard !new.isEmpty else { throw error }
      // Another run starts its windows again: what the one before it left is all there is of it.
      let left = merger.finish().map(\.message)
      let next = ResultMerger(pipeline: head.pipeline, histograms: [])
      self.merger = next
      return try left + next.add(message).map(\.message)
    }
  }
}
