import Configuration
import Connectors
import ChainBuilding
import ChainExecution

/// Rows of the input that a pipeline is held against.
package enum LintSample: Sendable {
  /// Files, directories and patterns, as `--input` takes them.
  case files([String])
  /// Rows as they stand in a text.
  case rows(String)

  /// The most rows that are looked at.
  static let mostRows = 1_000_000

  func feed(_ survey: SampleSurvey, _ format: any RecordFormat) throws(UnreadableFile) {
    switch self {
    case .rows(let text):
      var bytes = Array(text.utf8)
      let count = bytes.count
      // Vector loads may look a little beyond the last byte.
      bytes += [UInt8](repeating: 0, count: 64)
      do {
        try bytes.withUnsafeBytes { try survey.add(UnsafeRawBufferPointer(rebasing: $0[..<count]), order: nil) }
      } catch {
        throw UnreadableFile(message: "\(error)")
      }
    case .files(let paths):
      do {
        let source = FileSource(inputs: try findInputs(paths), format: format, stop: nil)
        defer { source.close() }
        let buffer = ChunkBuffer()
        while survey.rows < Self.mostRows {
          buffer.removeAll()
          switch try source.read(into: buffer, rowLimit: nil, deadline: .max) {
          case .rows(let rows):
            if let refused = rows.refused { survey.add(refused) }
            do throws(ChainFault) {
              try survey.add(
                buffer.bytes, order: rows.order, file: rows.partition, named: source.partitions[rows.partition],
                linesBefore: rows.linesBefore)
            } catch {
              let place = rows.offset + Int64(error.row?.offset ?? 0)
              throw ConnectorError("\(source.partitions[rows.partition]) at byte \(place): \(error.message)")
            }
          case .end: return
          case .idle, .assigned: break
          }
        }
      } catch {
        throw UnreadableFile(message: "\(error)")
      }
    }
  }
}
