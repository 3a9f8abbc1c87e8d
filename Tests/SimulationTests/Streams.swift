import Simulation

/// The first `count` rows of a telescope.
func rows(_ count: Int, _ parameters: TelescopeParameters = TelescopeParameters()) -> [TelescopeRow] {
  var simulation = TelescopeSimulation(parameters)
  var rows: [TelescopeRow] = []
  simulation.fill(&rows, count: count)
  return rows
}

func truth(of rows: [TelescopeRow]) -> TelescopeTruth {
  var truth = TelescopeTruth()
  for row in rows { truth.add(row) }
  return truth
}

func csv(_ rows: [TelescopeRow]) -> String {
  var bytes: [UInt8] = []
  for row in rows { row.appendCSV(to: &bytes) }
  return String(decoding: bytes, as: UTF8.self)
}

/// FNV-1a, 64 bits.
func checksum(_ text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

extension TelescopeRow {
  var isScintillator: Bool { isHit && fpga == 1 && channel == 128 }
  /// 64 * chamber + wire of a hit in a chamber.
  var wireNumber: Int? { isHit && channel < 128 ? 128 * Int(fpga) + Int(channel) : nil }
}
