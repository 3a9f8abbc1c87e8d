import Diagnostics
import ChainExecution
import Simulation
import Specifications

/// The simulated telescope as settings describe it: what the source `simulate` and the emulator share.
package enum SimulatedTelescope {
  /// The keys that describe the stream, whatever its rate.
  package static let keys: [Key] = [
    Key("seed", .integer(0...Int64.max), default: "1", "Which of the possible streams."),
    Key("muons", .number, default: "0.25", "The share of rows that muons make, 0 to 1."),
    Key("noise", .number, default: "0.62", "The share of rows that noise makes, 0 to 1."),
    Key("disorder", .integer(0...1_000_000), default: "40", "How many places a row can come too late."),
    Key("first_orbit", .integer(0...4_294_967_295), default: "3387200947", "The orbit counter at the start."),
  ]

  /// Findings about the values of ``keys``.
  package static func check(_ settings: Settings, findings: Findings) {
    for key in ["muons", "noise"] {
      if let setting = settings[key], let share = setting.number, !(0...1).contains(share) {
        findings.error(
          .wrongType,
          "`\(key)` is a share of the rows, and `\(setting.node.scalar?.written ?? "")` is not between 0 and 1",
          at: setting.span, hint: "write `\(key): 0.25` for a quarter of them")
      }
    }
    if let muons = settings["muons"]?.number, let noise = settings["noise"]?.number, (0...1).contains(muons),
      (0...1).contains(noise), muons + noise > 1
    {
      findings.error(
        .wrongType, "`muons` and `noise` together are more than all rows", at: settings.nameSpan ?? settings.span,
        hint: "let `muons` and `noise` add up to at most 1; the rest is ancillary")
    }
  }

  /// Whether the telescope's rows are rows of this record: the six fields by name, in order, separated by commas.
  package static func canWrite(_ format: any RecordFormat) -> Bool {
    let names = TelescopeRow.csvHeader.split(separator: ",").map(String.init)
    guard case .lines(let policy) = format.framing else { return false }
    return policy != .yes && format.fields.map(\.name) == names && format.separator == UInt8(ascii: ",")
  }

  /// The telescope's rows.
  ///
  /// - Parameters:
  ///   - settings: has ``keys``; nil for their defaults.
  ///   - seed: which of the possible streams, if not that of the settings.
  ///   - clock: the rate that the orbit counter goes by. In a stream at real speed it goes with the clock on the wall:
  ///     11,223 orbits a second.
  ///   - isPaced: rows come at that rate, or as fast as they are asked for.
  ///   - rows: how many, endless if nil.
  /// - Throws: ``ConnectorError`` where the record is not the telescope's.
  package static func open(
    _ settings: Settings?, seed: UInt64? = nil, format: any RecordFormat, clock: RowRate, isPaced: Bool, rows: Int64?
  ) throws -> SimulatedSource {
    guard canWrite(format) else {
      throw ConnectorError("the simulated telescope cannot write rows of this record")
    }
    var parameters = TelescopeParameters()
    if let settings {
      parameters.seed = UInt64(settings["seed"]?.integer ?? 1)
      parameters.firstOrbit = settings["first_orbit"]?.integer.map { UInt32($0) } ?? parameters.firstOrbit
      parameters.muonFraction = settings["muons"]?.number ?? parameters.muonFraction
      parameters.noiseFraction = settings["noise"]?.number ?? parameters.noiseFraction
      parameters.disorder = settings["disorder"]?.integer.map { Int($0) } ?? parameters.disorder
    }
    if let seed { parameters.seed = seed }
    if let rate = clock.perSecond { parameters.orbitsPerRow = 1e9 / 89_100 / rate }
    return SimulatedSource(
      parameters, rate: isPaced ? clock.perSecond : nil, rows: rows, write: { row, bytes in row.appendCSV(to: &bytes) })
  }
}
