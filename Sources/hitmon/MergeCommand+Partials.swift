import ArgumentParser
import Connectors
import Operators
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
      let notes: [String]
      if partial {
        let file = try ByteFile(path: results)
        notes = try PartialMerge(pipeline, options: merge).execute(paths, rest: file.write) { _ in }
        try file.close()
      } else {
        // What is left may take the place of a file that is read.
        var left: [UInt8] = []
        var messages: [[UInt8]] = []
        notes = try PartialMerge(pipeline, options: merge).execute(paths, rest: rest == nil ? nil : { left += $0 }) {
          messages.append(Array($0))
        }
        let sink = try FileSink(path: results, format: format, acknowledge: { _ in })
        for message in messages { try message.withUnsafeBytes { try sink.write($0, number: 0) } }
        try sink.close()
        if let rest {
          let file = try ByteFile(path: rest)
          try left.withUnsafeBytes(file.write)
          try file.close()
        }
      }
      for note in notes { printToError(note) }
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
  }
}
