import Diagnostics
import ChainExecution
import Simulation
import Specifications

/// The keys of the simulated telescope.
enum TelescopeKeys {
  static let seed = DefaultKey.integer("seed", 0...Int64.max, default: 1, "Which of the possible streams.")
  static let muons = DefaultKey.number("muons", default: 0.25, "The share of rows that muons make, 0 to 1.")
  static let noise = DefaultKey.number("noise", default: 0.62, "The share of rows that noise makes, 0 to 1.")
  static let disorder = DefaultKey.integer(
    "disorder", 0...1_000_000, default: 40, "How many places a row can come too late.")
  static let firstOrbit = DefaultKey.integer(
    "first_orbit", 0...4_294_967_295, default: 3_387_200_947, "The orbit counter at the start.")
}

/// The simulated telescope as settings describe it: what the source `simulate` and the emulator share.
package enum SimulatedTelescope {
  /// The keys that describe the stream, whatever its rate.
  package static let keys: [any KeyDeclaration] = [
    TelescopeKeys.seed, TelescopeKeys.muons, TelescopeKeys.noise, TelescopeKeys.disorder, TelescopeKeys.firstOrbit,
  ]

  /// The key `rate` of what makes rows by itself.
  package static func rate(_ summary: String) -> DefaultKey<RowRate> {
    .reading("rate", .text, default: "1000 /s", summary) { $0.text.flatMap { RowRate($0.text) } }
  }

  /// Findings about the values of ``keys``.
  package static func check(_ settings: Settings, findings: Findings) {
    for key in [TelescopeKeys.muons, TelescopeKeys.noise] {
      if let setting = settings.setting(key), let share = setting.number, !(0...1).contains(share) {
        findings.error(
          .wrongType,
          "`\(key.name)` is a share of the rows, and `\(setting.node.scalar?.written ?? "")` is not between 0 and 1",
          at: setting.span, hint: "write `\(key.name): 0.25` for a quarter of them")
      }
    }
    // One that was reported adds up to nothing.
    if let muons = settings.setting(TelescopeKeys.muons)?.number,
      let noise = settings.setting(TelescopeKeys.noise)?.number, (0...1).contains(muons), (0...1).contains(noise),
      muons + noise > 1
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
      parameters.seed = UInt64(settings[TelescopeKeys.seed])
      parameters.firstOrbit = UInt32(settings[TelescopeKeys.firstOrbit])
      parameters.muonFraction = settings[TelescopeKeys.muons]
      parameters.noiseFraction = settings[TelescopeKeys.noise]
      parameters.disorder = Int(settings[TelescopeKeys.disorder])
    }
    if let seed { parameters.seed = seed }
    if let rate = clock.perSecond { parameters.orbitsPerRow = 1e9 / 89_100 / rate }
    return SimulatedSource(
      parameters, rate: isPaced ? clock.perSecond : nil, rows: rows, write: { row, bytes in row.appendCSV(to: &bytes) })
  }
}
