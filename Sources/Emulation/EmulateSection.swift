import Connectors
import Diagnostics
import Specifications

/// The keys of `emulate:`.
package enum EmulateKeys {
  package static let input = TypedKey.oneOrMore(
    "input", of: .path,
    "Files, directories, patterns, `s3://BUCKET/PREFIX`, or `-`, to replay; the telescope if left out.")
  package static let rate = SimulatedTelescope.rate(
    "Rows a second, such as `5 kHz`, or `max`: as fast as the brokers take them.")
  static let rowsPerMessage = DefaultKey.integer(
    "rows_per_message", 1...1_000_000, default: 1, "The most rows of a message.")
  static let loop = DefaultKey.boolean("loop", default: false, "Whether files are started again at their end.")
  static let rows = TypedKey.integer("rows", 1...Int64.max, "How many rows; all there are if left out.")
}

/// What `emulate:` declares of itself.
package enum EmulateSection {
  package static let specification = Specification(
    kind: .section, name: "emulate",
    summary: "What `hitmon emulate` sends to the pipeline's hits topic, where its options do not say otherwise.",
    details: """
      Files are replayed row by row as they stand; without `input` the rows are those of the simulated telescope, and the
      keys from `seed` on say of which.
      """,
    keys: [
      EmulateKeys.input, EmulateKeys.rate, EmulateKeys.rowsPerMessage, EmulateKeys.loop, EmulateKeys.rows,
    ] + SimulatedTelescope.keys,
    example: "emulate: {rate: 20 kHz, rows_per_message: 100, seed: 7}")

  /// Findings that need no look at the world outside.
  package static func check(_ settings: Settings, findings: Findings) {
    if let text = settings.setting(EmulateKeys.rate)?.text, RowRate(text.text) == nil {
      findings.error(
        .wrongType, "`rate` is how many rows go in a second, and `\(text.written)` is not", at: text.span,
        hint: "write `rate: 5 kHz` or `rate: max`")
    }
    SimulatedTelescope.check(settings, findings: findings)
  }
}
