import Diagnostics
import Simulation
import Specifications

/// The keys of the source `simulate`.
package enum SimulateKeys {
  package static let rate = SimulatedTelescope.rate(
    "Rows a second, such as `1000 /s`, or `max`: as fast as they can be made.")
  static let rows = TypedKey.integer("rows", 1...Int64.max, "How many rows; endless if left out.")
}

extension SourceComponent {
  static let simulate = SourceComponent(
    specification: Specification(
      kind: .source, name: "simulate",
      summary: "A simulated telescope of miniDT chambers: muons, drift, scintillator, noise.",
      details: """
        Rows have the six fields HEAD, FPGA, TDC_CHANNEL, ORBIT_CNT, BX_COUNTER and TDC_MEAS, as text. One wire is hot, one is
        dead, a tenth of the rows is ancillary, and rows are a little out of order, as in the real stream. The same seed
        gives the same rows.
        """,
      keys: [SimulateKeys.rate, SimulateKeys.rows] + SimulatedTelescope.keys,
      example: "sources: {telescope: {simulate: {rate: 1000 /s, seed: 1}}}"),
    check: { settings, format, findings in
      if let text = settings.setting(SimulateKeys.rate)?.text, RowRate(text.text) == nil {
        findings.error(
          .wrongType, "`rate` is how many rows come in a second, and `\(text.written)` is not", at: text.span,
          hint: "write `rate: 1000 /s` or `rate: max`")
      }
      SimulatedTelescope.check(settings, findings: findings)
      if !SimulatedTelescope.canWrite(format) {
        findings.error(
          .simulateRecord,
          "the simulated telescope writes rows of \(TelescopeRow.csvHeader), and the record has others",
          at: settings.nameSpan ?? settings.span,
          hint: "take the record of the plugin `detectors/minidt`, or read a file: `{file: {path: data}}`")
      }
    },
    open: { settings, context in
      try SimulatedTelescope.open(
        settings, format: context.format, clock: settings[SimulateKeys.rate], isPaced: true,
        rows: settings[SimulateKeys.rows])
    })
}
