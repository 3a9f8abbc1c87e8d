import Histograms
import TestSupport
import Testing

@testable import ChainExecution

/// A chain fed by hand, chunk by chunk, as an engine feeds it: what it publishes, and when.
final class Counting {
  let plan: ChainPlan
  let pool: WindowPool
  let sequencer: WindowSequencer
  private let worker: ChainWorker
  private let published: Published
  private var next: Int64 = 0
  private var chunks = 0

  private final class Published {
    var windows: [Window] = []
  }

  /// A window as it was published.
  struct Window: Equatable {
    var index: Int64
    var records: UInt64
    var late: UInt64 = 0
    var disordered: UInt64 = 0
    /// The bins of the pipeline's first histogram.
    var bins: [UInt64]
    var resume: [Int: Int64]
    var read: [Int: Int64]
  }

  /// - Parameter sections: of a pipeline around the rows of `Sample`.
  init(_ sections: String, lag: Int = 1) throws {
    let plan = try samplePipeline(sections).plan()
    self.plan = plan
    let published = Published()
    self.published = published
    let pool = WindowPool(plan)
    self.pool = pool
    worker = ChainWorker(plan)
    sequencer = WindowSequencer(plan, pool: pool, lag: lag) { window in
      let content = window.counts.contents(of: 0, plan)[0].content as? CountsContent
      published.windows.append(
        Window(
          index: window.index, records: window.counts.counts.records, late: window.counts.counts.late,
          disordered: window.counts.counts.disordered,
          bins: content.map { Array($0.entries.dropFirst().dropLast()) } ?? [],
          resume: window.resume, read: window.read))
      pool.recycle(window.counts)
    }
  }

  var windows: [Window] { published.windows }

  /// What comes of a chunk of rows, which is not brought in order.
  func process(_ text: String, stream: Int = 0, window: Int64? = nil) throws -> (Chunk, ChunkOutcome) {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
    defer { bytes.deallocate() }
    bytes.copyBytes(from: text.utf8)
    var chunk = Chunk(bytes: UnsafeRawBufferPointer(bytes), partition: stream, offset: next, window: window)
    chunk.stream = stream
    let context = sequencer.context(for: chunks, stream: stream, partition: stream)
    let outcome = worker.process(chunk, try #require(context), pool)
    next += Int64(text.utf8.count)
    chunks += 1
    return (chunk, outcome)
  }

  func count(_ text: String, stream: Int = 0, window: Int64? = nil) throws {
    let (chunk, outcome) = try process(text, stream: stream, window: window)
    sequencer.complete(outcome, of: chunk)
  }
}
