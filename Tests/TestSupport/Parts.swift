import ChainExecution
import Connectors
import Foundation
import Runtime

/// A pipeline whose input is counted in parts.
package struct Parts {
  package let pipeline: Pipeline
  package let scratch: Scratch

  package init(pipeline: Pipeline, scratch: Scratch) {
    self.pipeline = pipeline
    self.scratch = scratch
  }

  /// Counts the rows that begin in a stretch of a file; gives the partial result's path.
  package func count(
    _ path: String, _ bytes: Range<Int64>, order: Int64? = nil, chunkBytes: Int = ChunkBuffer.standardCapacity,
    threads: Int = 1, _ change: (inout PartCounter.Options) -> Void = { _ in }
  ) throws -> String {
    var options = PartCounter.Options()
    options.input = .piece(FilePiece(path: path, name: path, bytes: bytes))
    options.order = order
    options.chunkBytes = chunkBytes
    options.threads = threads
    change(&options)
    var written: [UInt8] = []
    _ = try PartCounter(pipeline, options: options, warn: { _ in }).execute { written += $0 }
    return scratch.write(written, "\(UUID().uuidString).part")
  }

  /// Puts partial results together.
  package func merge(
    _ paths: [String], _ change: (inout PartialMerge.Options) -> Void = { _ in }
  ) throws -> (lines: [[UInt8]], notes: [String]) {
    var options = PartialMerge.Options()
    change(&options)
    var lines: [[UInt8]] = []
    let (notes, _) = try PartialMerge(pipeline, options: options).execute(paths, rest: nil) { lines.append(Array($0)) }
    return (lines, notes)
  }

  /// Makes one partial result of some.
  package func join(_ paths: [String]) throws -> String {
    var options = PartialMerge.Options()
    options.closing = .none
    var written: [UInt8] = []
    _ = try PartialMerge(pipeline, options: options).execute(paths, rest: { written += $0 }) { _ in }
    return scratch.write(written, "\(UUID().uuidString).part")
  }

  /// Stretches between random places of a file, some of them empty.
  package static func stretches(_ size: Int, _ count: Int, _ dice: inout Dice) -> [Range<Int64>] {
    let cuts = ([0, size] + (0..<count - 1).map { _ in dice.int(0...size) }).sorted().map { Int64($0) }
    return zip(cuts, cuts.dropFirst()).map { $0..<$1 }
  }
}

/// A message without the name of its run.
package func withoutRun(_ line: some DataProtocol) -> String {
  String(decoding: line, as: UTF8.self).replacing(/"run":"[^"]*",/, with: "")
}
