import Configuration
import Diagnostics
import ChainBuilding
import ChainExecution
import Specifications

/// A whole pipeline over pieces of input in memory, on this thread, as the engine runs it.
final class ChainRun {
  private let plan: ChainPlan
  private let pool: WindowPool
  private let sequencer: WindowSequencer
  private let worker: ChainWorker
  private let pieces: [[UInt8]]

  /// The first piece goes through at once: it makes room for everything and is not to be measured.
  init(path: String, bytes pieces: [[UInt8]]) {
    let findings = Findings()
    let nothing = Specification(
      kind: .section, name: "emulate", summary: "Nothing.", keys: [], example: "emulate: {}")
    let loader = PipelineLoader(
      pipeline: PipelineSections.pipeline(sources: [], sinks: [], emulate: nothing), plugin: PipelineSections.plugin,
      plugins: PluginFolders(["plugins"]), environment: { _ in nil }, findings: findings)
    guard let declaration = try? loader.load(path: path),
      let plan = ChainBuilder.build(declaration, findings: findings).plan, !findings.hasErrors
    else { EngineBenchmark.fail("\(path): \(findings.all.map(\.message).joined(separator: "; "))") }
    self.plan = plan
    self.pieces = pieces
    pool = WindowPool(plan)
    sequencer = WindowSequencer(plan, pool: pool, lag: 1) { _ in }
    worker = ChainWorker(plan)
    process(0)
  }

  /// Counts all pieces but the first; gives their rows.
  func run() -> Int {
    (1..<pieces.count).reduce(0) { $0 + process($1) }
  }

  @discardableResult
  private func process(_ number: Int) -> Int {
    pieces[number].withUnsafeBytes { bytes in
      let start = pieces[..<number].reduce(0) { $0 + $1.count }
      let chunk = Chunk(bytes: bytes, partition: 0, offset: Int64(start), window: 0)
      guard let context = sequencer.context(for: number, stream: 0, partition: chunk.partition) else {
        EngineBenchmark.fail("a piece out of order")
      }
      let outcome = worker.process(chunk, context, pool)
      sequencer.complete(outcome, of: chunk)
      return outcome.rows
    }
  }
}
