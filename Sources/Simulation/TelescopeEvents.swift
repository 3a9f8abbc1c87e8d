/// Makes the telescope's events one after the other: muons with all their signals, noise hits, ancillary rows.
///
/// Events follow each other as a Poisson process, so their orbits never go back, ancillary rows that run ahead
/// excepted.
struct TelescopeEvents: Sendable {
  private let parameters: TelescopeParameters
  private var random: RandomStream
  private var orbit: UInt32
  /// Where in the orbit the event is, 0 ..< 1.
  private var phase = 0.0

  /// Mean distance of events in orbits.
  private let meanGap: Double
  /// An event below the first is a muon, below the second noise, otherwise ancillary.
  private let muonThreshold: Double
  private let noiseThreshold: Double

  /// One bit a wire, by chamber.
  private let deadWires: [UInt64]
  /// All wires that are not dead, as `64 * chamber + wire`.
  private let liveWires: [Int]
  /// Hot wires in the same form, and up to which uniform deviate each is drawn.
  private let hotWires: [Int]
  private let hotThresholds: [Double]
  private let layerFractions = TelescopeGeometry.layerFractions
  private let layerPhases = TelescopeGeometry.phases
  /// From a muon's passage to a hit without drift, in ns, by chamber.
  private let hitDelays = TelescopeGeometry.scintillatorOffsets.map { TelescopeGeometry.scintillatorDelay - $0 }
  /// ns of drift for a cell's width of distance.
  private let driftPerCell: Double

  /// `parameters` are clamped.
  init(_ parameters: TelescopeParameters) {
    self.init(parameters, rowsPerMuon: Self.measureRowsPerMuon(parameters))
  }

  private init(_ parameters: TelescopeParameters, rowsPerMuon: Double) {
    self.parameters = parameters
    random = RandomStream(seed: parameters.seed)
    orbit = parameters.firstOrbit
    driftPerCell = TelescopeGeometry.cellWidth / parameters.driftVelocity

    var dead = [UInt64](repeating: 0, count: TelescopeGeometry.chamberCount)
    for wire in parameters.deadWires { dead[wire.chamber] |= 1 << UInt64(wire.wire) }
    deadWires = dead
    liveWires = (0..<256).filter { dead[$0 / 64] >> UInt64($0 % 64) & 1 == 0 }
    hotWires = parameters.hotWires.map { 64 * $0.wire.chamber + $0.wire.wire }
    var share = 0.0
    hotThresholds = parameters.hotWires.map {
      share += $0.share
      return share
    }

    // Shares are of rows, draws are of events. What cannot be made (muons that no cell sees, noise without a wire)
    // becomes ancillary, so that the stream never dries up.
    let muonRows = rowsPerMuon > 0.01 ? parameters.muonFraction : 0
    let noiseRows = liveWires.isEmpty ? 0 : parameters.noiseFraction
    let muons = muonRows > 0 ? muonRows / rowsPerMuon : 0
    let events = muons + (1 - muonRows)
    meanGap = parameters.orbitsPerRow / events
    muonThreshold = muons / events
    noiseThreshold = (muons + noiseRows) / events
  }

  /// Rows that a muon makes on average with these parameters, by trial: geometry, efficiencies and dead wires enter,
  /// and the seed does not.
  private static func measureRowsPerMuon(_ parameters: TelescopeParameters) -> Double {
    let trials = 2000
    var sample = parameters
    sample.seed = 0
    var events = TelescopeEvents(sample, rowsPerMuon: 1)
    var rows: [TelescopeRow] = []
    for _ in 0..<trials { events.appendMuon(to: &rows) }
    return Double(rows.count) / Double(trials)
  }

  /// Appends the rows of the next event; a muon that nothing sees has none.
  mutating func appendNext(to rows: inout [TelescopeRow]) {
    phase += random.exponential() * meanGap
    let orbits = phase.rounded(.down)
    orbit &+= UInt32(truncatingIfNeeded: Int(orbits))
    phase -= orbits

    let kind = random.uniform()
    if kind < muonThreshold {
      appendMuon(to: &rows)
    } else if kind < noiseThreshold {
      appendNoise(to: &rows)
    } else {
      appendAncillary(to: &rows)
    }
  }

  private mutating func appendMuon(to rows: inout [TelescopeRow]) {
    // Away from the orbit's ends, so that all its signals carry the same orbit.
    let passage = 500 + phase * (TelescopeGeometry.orbitLength - 2000)
    // A straight track through the frames of chamber 0 and chamber 3, in cells, in the view of chambers 0, 2 and 3 and
    // in that of chamber 1, which is turned by 90 degrees.
    let bottom = (random.uniform() * TelescopeGeometry.width, random.uniform() * TelescopeGeometry.width)
    let top = (random.uniform() * TelescopeGeometry.width, random.uniform() * TelescopeGeometry.width)
    for chamber in 0..<TelescopeGeometry.chamberCount {
      let (start, end) = chamber == 1 ? (bottom.1, top.1) : (bottom.0, top.0)
      for group in 0..<TelescopeGeometry.layerCount {
        let x = start + (end - start) * layerFractions[4 * chamber + group] - layerPhases[group]
        let cell = x.rounded(.down)
        guard cell >= 0, cell < Double(TelescopeGeometry.cellCount) else { continue }
        let wire = 4 * Int(cell) + group
        guard random.uniform() < parameters.efficiency, deadWires[chamber] >> UInt64(wire) & 1 == 0 else { continue }
        let drift = (x - cell - 0.5).magnitude * driftPerCell + parameters.timeResolution * random.gaussian()
        rows.append(hit(64 * chamber + wire, at: passage + drift + hitDelays[chamber]))
      }
    }
    if random.uniform() < parameters.scintillatorEfficiency {
      let signal = passage + TelescopeGeometry.scintillatorDelay
      rows.append(scintillator(at: signal))
      if random.uniform() < parameters.secondSignalFraction {
        rows.append(scintillator(at: signal + 30 + 370 * random.uniform()))
      }
    }
  }

  private mutating func appendNoise(to rows: inout [TelescopeRow]) {
    let share = random.uniform()
    let wire = zip(hotWires, hotThresholds).first { share < $0.1 }?.0 ?? liveWires[random.below(liveWires.count)]
    rows.append(hit(wire, at: phase * TelescopeGeometry.orbitLength))
  }

  private mutating func appendAncillary(to rows: inout [TelescopeRow]) {
    var row = TelescopeRow(
      head: 0, fpga: UInt8(random.below(2)), channel: 0, orbit: orbit, bunchCrossing: 0, fineTime: 0)
    if random.uniform() < parameters.ancillaryLeadFraction { row.orbit &+= parameters.ancillaryLead }
    switch random.below(5) {
    case 0:
      row.channel = UInt16(random.below(4))
      row.bunchCrossing = UInt16(random.below(TelescopeGeometry.crossingsPerOrbit))
      row.fineTime = Double(random.below(TelescopeGeometry.countsPerCrossing))
    case 1:
      row.head = 1
      row.fineTime = 130
    case 2:
      row.head = 3
      row.bunchCrossing = 4353
    case 3:
      row.head = 4
      row.fineTime = decimal(random.gaussian() * 0.5)
    default:
      row.head = 5
      row.fineTime = decimal(random.gaussian() * 40)
    }
    rows.append(row)
  }

  /// `wire` is `64 * chamber + wire`, `time` in ns from the start of the orbit.
  private func hit(_ wire: Int, at time: Double) -> TelescopeRow {
    signal(fpga: UInt8(wire / 128), channel: UInt16(wire % 128), at: time)
  }

  private func scintillator(at time: Double) -> TelescopeRow {
    signal(fpga: 1, channel: TelescopeGeometry.scintillatorChannel, at: time)
  }

  private func signal(fpga: UInt8, channel: UInt16, at time: Double) -> TelescopeRow {
    let last = TelescopeGeometry.crossingsPerOrbit * TelescopeGeometry.countsPerCrossing - 1
    let count = min(max(Int(time * 30 / 25 + 0.5), 0), last)
    return TelescopeRow(
      head: 2, fpga: fpga, channel: channel, orbit: orbit,
      bunchCrossing: UInt16(count / TelescopeGeometry.countsPerCrossing),
      fineTime: Double(count % TelescopeGeometry.countsPerCrossing))
  }

  /// `value` as six decimals give it, so that a row and its text are equal.
  private func decimal(_ value: Double) -> Double {
    (value * 1e6).rounded() / 1e6
  }
}
