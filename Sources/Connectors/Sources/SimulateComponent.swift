import Columns
import Diagnostics
import Operators
import Simulation
import Specifications

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
      keys: [
        Key(
          "rate", .text, default: "1000 /s", "Rows a second, such as `1000 /s`, or `max`: as fast as they can be made."),
        Key("seed", .integer(0...Int64.max), default: "1", "Which of the possible streams."),
        Key("rows", .integer(1...Int64.max), "How many rows; endless if left out."),
        Key("muons", .number, default: "0.25", "The share of rows that muons make, 0 to 1."),
        Key("noise", .number, default: "0.62", "The share of rows that noise makes, 0 to 1."),
        Key("disorder", .integer(0...1_000_000), default: "40", "How many places a row can come too late."),
        Key("first_orbit", .integer(0...4_294_967_295), default: "3387200947", "The orbit counter at the start."),
      ],
      example: "sources: {telescope: {simulate: {rate: 1000 /s, seed: 1}}}"),
    check: { settings, format, findings in
      if let text = settings["rate"]?.text, rate(text.text) == nil {
        findings.error(
          "wrong-type", "`rate` is how many rows come in a second, and `\(text.written)` is not", at: text.span,
          hint: "write `rate: 1000 /s` or `rate: max`")
      }
      for key in ["muons", "noise"] {
        if let setting = settings[key], let share = setting.number, !(0...1).contains(share) {
          findings.error(
            "wrong-type",
            "`\(key)` is a share of the rows, and `\(setting.node.scalar?.written ?? "")` is not between 0 and 1",
            at: setting.span, hint: "write `\(key): 0.25` for a quarter of them")
        }
      }
      if let muons = settings["muons"]?.number, let noise = settings["noise"]?.number, (0...1).contains(muons),
        (0...1).contains(noise), muons + noise > 1
      {
        findings.error(
          "wrong-type", "`muons` and `noise` together are more than all rows", at: settings.nameSpan ?? settings.span,
          hint: "let `muons` and `noise` add up to at most 1; the rest is ancillary")
      }
      if writer(format) == nil {
        findings.error(
          "simulate-record",
          "the simulated telescope writes rows of \(TelescopeRow.csvHeader), and the record has others",
          at: settings.nameSpan ?? settings.span,
          hint: "take the record of the plugin `detectors/minidt`, or read a file: `{file: {path: data}}`")
      }
    },
    open: { settings, context in
      guard let write = writer(context.format), let rate = rate(settings["rate"]?.text?.text ?? "1000 /s") else {
        throw ConnectorError("the simulated telescope cannot write rows of this record")
      }
      var parameters = TelescopeParameters()
      parameters.seed = UInt64(settings["seed"]?.integer ?? 1)
      parameters.firstOrbit = UInt32(settings["first_orbit"]?.integer ?? 0)
      parameters.muonFraction = settings["muons"]?.number ?? parameters.muonFraction
      parameters.noiseFraction = settings["noise"]?.number ?? parameters.noiseFraction
      parameters.disorder = Int(settings["disorder"]?.integer ?? 40)
      // In a stream at real speed the orbit counter goes with the clock on the wall: 11,223 orbits a second.
      if case .perSecond(let rows) = rate { parameters.orbitsPerRow = 1e9 / 89_100 / rows }
      return SimulatedSource(
        parameters, rate: rate.perSecond, rows: settings["rows"]?.integer, write: write)
    })

  private enum Rate {
    case perSecond(Double)
    case unlimited

    var perSecond: Double? { if case .perSecond(let rate) = self { rate } else { nil } }
  }

  private static func rate(_ text: String) -> Rate? {
    if text == "max" { return .unlimited }
    guard let quantity = try? Quantity.parse(text), quantity.value > 0, quantity.value < 1e12 else { return nil }
    if quantity.unit.isNone { return .perSecond(quantity.value) }
    return quantity.value(in: Unit.named("Hz")!).map { .perSecond($0) }
  }

  /// How a row is written for this record: the six fields by name in the record's order; nil where the record has others.
  private static func writer(_ format: any RecordFormat) -> (@Sendable (TelescopeRow, inout [UInt8]) -> Void)? {
    let names = TelescopeRow.csvHeader.split(separator: ",").map(String.init)
    guard case .lines(let policy) = format.framing, policy != .yes, format.fields.map(\.name.text) == names,
      format.separator == UInt8(ascii: ",")
    else { return nil }
    return { row, bytes in row.appendCSV(to: &bytes) }
  }
}
