import ArgumentParser
import Connectors
import ChainExecution
import Runtime

/// What is done about rows that a run may count as late: which ones it does depends on how it reads the input.
enum LateRows: String, ExpressibleByArgument, CaseIterable {
  case error, count
}

extension MergeCommand {
  /// Puts the partial results of `kernel` together.
  func mergePartials(_ paths: [String], of pipeline: Pipeline) throws {
    var merge = PartialMerge.Options()
    merge.format = format
    merge.run = runName
    merge.countsLate = late == .count
    if partial {
      merge.closing = .none
    } else if let passed {
      merge.closing = .passed(by: passed.split(separator: ",").map(String.init))
    } else if let before {
      merge.closing = .before(before)
    }
    do {
      let outcome: (notes: [String], counts: RowCounts)
      let uses = FileUses(configuration: pipeline.files, inputs: paths)
      if partial {
        let file = try ByteFile(path: results, uses: uses)
        outcome = try PartialMerge(pipeline, options: merge).execute(paths, rest: file.write) { _ in }
        try file.close()
      } else {
        // What is left may take the place of a file that is read.
        var left: [UInt8] = []
        var messages: [[UInt8]] = []
        outcome = try PartialMerge(pipeline, options: merge).execute(paths, rest: rest == nil ? nil : { left += $0 }) {
          messages.append(Array($0))
        }
        let output = try sink(uses)
        // Both are open before one is written.
        let others = FileUses(configuration: pipeline.files)
        if results != "-" { others.note(results, as: .output) }
        let file = try rest.map { try ByteFile(path: $0, uses: others) }
        for message in messages { try message.withUnsafeBytes { try output.write($0, number: 0) } }
        try output.close()
        try file.map { file in
          try left.withUnsafeBytes(file.write)
          try file.close()
        }
      }
      for note in outcome.notes { printToError(note) }
      // Of a stream, others may come.
      guard rest != nil || partial || !outcome.counts.isNothingDecoded else {
        printError(nothingDecoded(outcome.counts, first: nil))
        throw ExitCode(3)
      }
    } catch let exit as ExitCode {
      throw exit
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
  }
}
