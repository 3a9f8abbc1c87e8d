import Connectors
import Diagnostics
import Emulation
import ChainExecution
import Specifications

extension Pipeline {
  /// The files that declared sources and the emulator read. Those that are not there are reported when they are opened.
  package var declaredFiles: [String] {
    let lists =
      declaration.sources.map { $0.setting.settings?[FileSourceKeys.path] } + [declaration.emulate?[EmulateKeys.input]]
    let words = lists.flatMap { $0 ?? [] }.compactMap { $0.text?.text }
    return words.flatMap { (try? expandInputs([$0])) ?? [] }
  }

  /// The beginning of what one source of a pipeline reads, with the pipeline as if that were its only source.
  package struct Beginning {
    /// For people: a file, or the simulated telescope.
    package let name: String
    /// Lines behind the first row that are too long for rows are empty: lines keep their numbers, and a source reads all
    /// of it at once, so that a row is known by its place.
    package let bytes: [UInt8]
    /// The pipeline with the record of that source, and no other.
    package let declaration: Declaration
    package let format: any RecordFormat
    /// Whether there is no more of it.
    package let isWhole: Bool
  }

  /// - Parameters:
  ///   - input: files instead of the source, as `--input` takes them; the first of them is read.
  ///   - source: the source's name; the first one where it is nil.
  ///   - rows: about how many rows.
  /// - Throws: a sentence where there is no such source, or nothing to be read without a broker.
  package func beginning(input: [String], source: String?, rows: Int) throws -> Beginning {
    var declaration = declaration
    var format = plan.format
    var settings: Settings?
    if input.isEmpty {
      let names = declaration.sources.map(\.name.text)
      guard let index = source.map({ names.firstIndex(of: $0) }) ?? (names.isEmpty ? nil : 0) else {
        guard let source else {
          throw ConnectorError("the pipeline has no sources: give files with --input")
        }
        let near = suggestion(for: source, from: names).map { "did you mean \($0)?" }
        throw ConnectorError("there is no source \(source); \(near ?? "there are \(names.joined(separator: ", "))")")
      }
      settings = declaration.sources[index].setting.settings
      format = plan.formats[plan.sourceFormats[index]]
      if let own = settings?.setting(beside: SectionKeys.record)?.settings { declaration.record = own }
    }
    declaration.record =
      declaration.record
      ?? declaration.sources.lazy.compactMap { $0.setting.settings?.setting(beside: SectionKeys.record)?.settings }
      .first
    declaration.sources = []
    declaration.sinks = []
    declaration.emulate = nil
    declaration.dashboard = nil
    func made(_ name: String, _ bytes: [UInt8], _ isWhole: Bool) -> Beginning {
      Beginning(name: name, bytes: bytes, declaration: declaration, format: format, isWhole: isWhole)
    }
    let paths = input.isEmpty ? (settings?[FileSourceKeys.path] ?? []).compactMap { $0.text?.text } : input
    if !paths.isEmpty {
      let place = try findInputs(paths)[0]
      let (bytes, isWhole) = try Self.front(of: place, format, rows: rows)
      return made(place.name, emptyingLongLines(bytes, format), isWhole)
    }
    let simulation = settings?.specification.name == "simulate" ? settings : self.declaration.emulate
    let kind = settings?.specification.name ?? ""
    guard kind == "simulate" || (kind == "kafka" && SimulatedTelescope.canWrite(format)) else {
      throw ConnectorError("a source `\(kind)` is not read for a look: give files with --input")
    }
    // The emulator's key is of the same name, and the same default.
    let rate = simulation?[SimulateKeys.rate] ?? SimulateKeys.rate.standard
    let telescope = try SimulatedTelescope.open(
      simulation, format: format, clock: rate, isPaced: false, rows: Int64(rows))
    let buffer = ChunkBuffer()
    var bytes: [UInt8] = []
    while case .rows = try telescope.read(into: buffer, rowLimit: nil, deadline: .max) {
      bytes += buffer.bytes
      buffer.removeAll()
    }
    return made("the simulated telescope", bytes, false)
  }

  /// About so many rows of a file, in whole rows.
  private static func front(
    of place: InputPlace, _ format: any RecordFormat, rows: Int
  ) throws -> (bytes: [UInt8], isWhole: Bool) {
    let input = try place.bytes()
    defer { input.close() }
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { block.deallocate() }
    var bytes: [UInt8] = []
    var lines = 0
    while true {
      let count = try input.read(into: block)
      if count == 0 { return (bytes, true) }
      let part = UnsafeRawBufferPointer(rebasing: block[..<count])
      switch format.framing {
      case .fixed(let width, let skip):
        bytes += part
        let wanted = skip + width * rows
        if bytes.count > wanted { return (Array(bytes[..<wanted]), false) }
      case .lines:
        for (index, byte) in part.enumerated() where byte == 0x0A {
          lines += 1
          if lines > rows {
            bytes += part[...index]
            return (bytes, false)
          }
        }
        bytes += part
      }
    }
  }
}
