import Connectors
import Diagnostics
import Expressions
import ChainExecution
import Runtime
import Specifications

/// Rows of a dry run as they pass a stage of the chain.
package struct StageTap {
  /// A stage that rows pass, in the order in which they do.
  package enum Stage: String, CaseIterable, Sendable {
    /// Rows as they stand in the input.
    case source
    /// Fields of all rows that can be decoded.
    case decode
    /// Fields of those that pass cleansing: hits.
    case cleansing
    /// The same with the columns of the chamber map.
    case chambers
    /// The same with columns that are computed from rows alone.
    case columns
    /// The same with the values of groups, and what is computed from those.
    case groups
  }

  /// What the rows are of: a file, or the simulated telescope.
  package let input: String
  package let table: TextTable
  /// How many rows there are at this stage in the part of the input that was looked at.
  package let passed: Int
  /// Whether that was all of the input.
  package let isWhole: Bool

  /// The stage that a word means: its name, a name of `explain`, or that of a group.
  package static func stage(_ word: String, of pipeline: Pipeline) -> Stage? {
    if let stage = Stage(rawValue: word) { return stage }
    let groups = pipeline.declaration.groups.map(\.name.text)
    if groups.contains(word) || word == "group" { return .groups }
    let first = word.split(separator: " ").first.map(String.init) ?? ""
    if first == "group" { return .groups }
    return first == "decode" ? .decode : nil
  }

  /// The stages that a pipeline has.
  package static func stages(of pipeline: Pipeline) -> [Stage] {
    let declaration = pipeline.declaration
    return Stage.allCases.filter { stage in
      switch stage {
      case .source, .decode: true
      case .cleansing: !declaration.cleansing.isEmpty
      case .chambers: !declaration.chambers.isEmpty
      case .columns:
        !declaration.columns.isEmpty || !declaration.programs.isEmpty
          || declaration.constants.contains { $0.setting.node.mapping != nil }
      case .groups: !declaration.groups.isEmpty
      }
    }
  }

  /// Runs the chain over the beginning of its input.
  ///
  /// - Parameters:
  ///   - inputs: files instead of the pipeline's source.
  ///   - source: which of several sources.
  ///   - condition: only rows that meet it.
  ///   - count: the most rows that are shown.
  ///   - limit: about how many rows of the input are looked at.
  /// - Returns: nil where there are errors, which are reported.
  /// - Throws: a sentence where the input cannot be read.
  package init?(
    _ pipeline: Pipeline, _ stage: Stage, inputs: [String], source: String?, where condition: String?, count: Int,
    limit: Int, findings: Findings
  ) throws {
    // Without a condition the first rows are enough, unless a group may have rows further on.
    var rows = condition == nil && stage != .groups ? min(limit, max(1000, 4 * count)) : limit
    while true {
      let beginning = try pipeline.beginning(input: inputs, source: source, rows: rows)
      guard let found = try TappedRows(beginning, stage, where: condition, count: count, findings: findings) else {
        return nil
      }
      if found.table.rows.count < count, !beginning.isWhole, rows < limit {
        rows = min(limit, rows * 16)
        continue
      }
      input = beginning.name
      table = found.table
      passed = found.passed
      isWhole = beginning.isWhole
      return
    }
  }
}
