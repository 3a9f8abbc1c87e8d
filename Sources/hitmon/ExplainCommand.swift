import Columns
import ArgumentParser
import Diagnostics
import ChainExecution
import Runtime
import Specifications

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show the chain of a pipeline as it will run: stages, columns with types and units, histograms.")

  @Argument(help: "The pipeline, a YAML file.", completion: .file(extensions: ["yaml"]))
  var pipeline: String

  @Flag(help: "Start the programs of `external:`, and measure how many rows a second each of their processes takes.")
  var measure = false

  @OptionGroup var options: PipelineOptions

  func run() throws {
    let loaded = try options.load(pipeline)
    let plan = loaded.plan
    var lines = ["pipeline \(loaded.declaration.name.text)"]
    for source in loaded.declaration.sources {
      let settings = source.setting.settings
      let record = settings?.setting(beside: SectionKeys.record)?.settings ?? loaded.declaration.record
      lines.append(
        "  source \(source.name.text): \(settings?.specification.name ?? ""), record \(record?.specification.name ?? "")"
      )
    }
    for stage in plan.description.stages {
      lines.append("")
      lines.append(stage.name)
      lines += stage.lines.map { "  \($0)" }
      lines += table(stage.columns.map { [$0.name, $0.type, $0.note] })
    }
    lines.append("")
    lines.append("histograms")
    lines += table(
      plan.histograms.map { histogram in
        let split = histogram.cells.map { "per \($0.column)\($0.count > 0 ? ": \($0.count)" : "")" } ?? ""
        return [histogram.name, histogram.summary, split, histogram.level, bytes(Int64(histogram.bytes))]
      })
    lines.append("")
    lines.append("window \(window(plan.window)), \(bytes(Int64(plan.windowBytes))) of counts each")
    if measure { lines += try programs(plan) }
    for sink in loaded.declaration.sinks { lines.append("sink \(sink.specification.name)") }
    printOut(lines.joined(separator: "\n"))
  }

  private func programs(_ plan: ChainPlan) throws -> [String] {
    do throws(ChainFault) {
      return try plan.measurePrograms().map { "external \($0.name): \(short($0.rowsPerSecond))rows/s a process" }
    } catch {
      printError(error.message)
      throw ExitCode(2)
    }
  }

  private func window(_ plan: WindowPlan) -> String {
    switch plan {
    case .every(let nanoseconds): "every \(duration(Double(nanoseconds) * 1e-9)) by time of arrival"
    case .rows(let rows): "of \(grouped(rows)) rows"
    case .span(let windows):
      "of \(grouped(Int64(saturating: Double(windows.span) / windows.ticksPerUnit))) of \(windows.label), \(grouped(Int64(saturating: Double(windows.late) / windows.ticksPerUnit))) late\(windows.wrapBits.map { ", the counter goes on beyond \($0) bits" } ?? "")"
    case .all: "over the whole input"
    }
  }

  /// Rows of text in columns, indented by two.
  private func table(_ rows: [[String]]) -> [String] {
    guard let first = rows.first else { return [] }
    let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = "  "
      for (column, text) in row.enumerated() {
        line += column == row.count - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count + 2)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
