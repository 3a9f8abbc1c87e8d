import Connectors
import Diagnostics
import ChainExecution
import Specifications

/// What an emulator sends: the keys of `emulate:`, with what the command line changes of them.
package struct EmulationInput: Sendable {
  /// Files, directories, patterns, `s3://BUCKET/PREFIX` or `-`; the simulated telescope where there are none.
  package var files: [String] = []
  package var rate = EmulateKeys.rate.standard
  package var rowsPerMessage = Int(EmulateKeys.rowsPerMessage.standard)
  /// Files are started again at their end.
  package var loops = EmulateKeys.loop.standard
  /// The most rows; nil for all there are.
  package var rows: Int64?
  /// Which of the telescope's streams, if not that of the settings.
  package var seed: UInt64?
  private let settings: Settings?

  /// The checked section of a pipeline; the defaults where it has none.
  package init(_ settings: Settings?) {
    self.settings = settings
    guard let settings else { return }
    files = (settings[EmulateKeys.input] ?? []).compactMap { $0.text?.text }
    rate = settings[EmulateKeys.rate]
    rowsPerMessage = Int(settings[EmulateKeys.rowsPerMessage])
    loops = settings[EmulateKeys.loop]
    rows = settings[EmulateKeys.rows]
  }

  /// For people: the files, or the telescope.
  package var name: String {
    files.isEmpty
      ? "the simulated telescope" : files.map { $0 == "-" ? "standard input" : $0 }.joined(separator: ", ")
  }

  /// Whether rows come from standard input, which then takes no orders.
  package var readsStandardInput: Bool { files.contains("-") }

  /// How the input is opened, once for each pass. Files and objects are looked for at once; `tell` is told, on any thread,
  /// where a store fails and is asked again.
  ///
  /// - Throws: a sentence for the user where there are no such files, where standard input should be read again, or where
  ///   the telescope cannot write this record.
  package func opener(
    _ format: any RecordFormat, stop: @escaping StopCheck, tell: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> () throws -> any RowSource {
    if files.isEmpty {
      guard SimulatedTelescope.canWrite(format) else {
        throw ConnectorError(
          "the simulated telescope cannot write rows of this record: give files, as `--input FILES` or `emulate: {input: FILES}`"
        )
      }
      return { [settings, seed, rate] in
        try SimulatedTelescope.open(settings, seed: seed, format: format, clock: rate, isPaced: false, rows: nil)
      }
    }
    if loops, readsStandardInput { throw ConnectorError("standard input cannot be started again: leave out `loop`") }
    let inputs = try findInputs(files, stop: stop, tell: tell)
    return { FileSource(inputs: inputs, format: format, stop: stop) }
  }

  /// The emulator's own options.
  package var options: Emulator.Options {
    var options = Emulator.Options()
    options.rate = rate
    options.rowsPerMessage = rowsPerMessage
    options.loops = loops
    options.rows = rows
    return options
  }
}
