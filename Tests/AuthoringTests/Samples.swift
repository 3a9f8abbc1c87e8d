import Authoring
import Diagnostics
import Foundation
import Runtime
import Simulation

/// A generator whose numbers are the same in every run.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }
}

/// Files with known truth.
enum Samples {
  /// A muon counter: lines of comment above, blanks between, no header, a date and a time, blank lines and three rows that
  /// cannot be used.
  static func muons(rows: Int = 1000) -> (text: String, usable: Int) {
    var dice = Dice(4)
    var lines = [
      "# Muon counter, run 12", "# Threshold 30 mV", "# date time adc amplitude[mV] T[C]", "",
    ]
    var second = 80_000
    for row in 0..<rows {
      second += Int.random(in: 1...24, using: &dice)
      let (day, rest) = (14 + second / 86_400, second % 86_400)
      func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
      // Both ends of what the converter can say are there.
      let adc = row == 0 ? 0 : row == 1 ? 1023 : Int.random(in: 20...900, using: &dice)
      let tenths = row == 2 ? -41 : Int.random(in: -40...190, using: &dice)
      let temperature = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
      lines.append(
        "2023-11-\(two(day)) \(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60)).\(row % 10)00 \(adc)  \(adc * 3).5 \(temperature)"
      )
      if row % 400 == 50 { lines.append("") }
      if row == 100 { lines.append("2023-11-15 00:33:21.000 nan nan -3.1") }
      if row == 400 { lines.append("2023-11-15 02:33") }
      if row == 600 { lines.append("power failure") }
    }
    return (lines.joined(separator: "\n") + "\n", rows)
  }

  /// A header of 40 bytes, then records of 10: picoseconds and a channel, low byte first, a few of them late.
  static func times(records: Int = 3000, header: Int = 40) -> [UInt8] {
    var dice = Dice(5)
    var bytes = Array("TDCFILE1\u{2}\0\0\0\u{A}\0\0\0lab basement".utf8)
    bytes += [UInt8](repeating: 0, count: max(0, header - bytes.count))
    bytes = Array(bytes.prefix(header))
    var now: Int64 = 5_000_000_000_000
    for record in 0..<records {
      now += Int64.random(in: 1000...2_000_000, using: &dice)
      let time = record % 500 == 499 ? now - 3_000_000 : now
      let channel = UInt16([1, 2, 3, 4, 17].randomElement(using: &dice)!)
      withUnsafeBytes(of: time.littleEndian) { bytes += $0 }
      withUnsafeBytes(of: channel.littleEndian) { bytes += $0 }
    }
    return bytes
  }

  /// The simulated telescope, as text and as words.
  static func telescope(rows: Int) -> (text: String, words: [UInt8]) {
    var simulation = TelescopeSimulation(TelescopeParameters())
    var text = Array("\(TelescopeRow.csvHeader)\n".utf8)
    var words: [UInt8] = []
    for _ in 0..<rows {
      let row = simulation.next()
      row.appendCSV(to: &text)
      if let word = row.word { withUnsafeBytes(of: word.littleEndian) { words += $0 } }
    }
    return (String(decoding: text, as: UTF8.self), words)
  }
}

/// A folder of a test's own, in which drafts are written as the command does.
final class Workshop {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "hitmon-authoring-\(UUID().uuidString)"
    try! FileManager.default.createDirectory(atPath: path + "/plugins/detectors", withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], _ name: String) -> String {
    try! Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  func write(_ text: String, _ name: String) -> String { write(Array(text.utf8), name) }

  /// The pipeline of a draft, with what lint says of it.
  func load(_ draft: DetectorDraft, _ name: String) throws -> (pipeline: Pipeline?, findings: [String]) {
    _ = write(draft.plugin, "plugins/detectors/\(name).yaml")
    // Results lie in the folder of the test, not where the tests are started.
    let text = draft.pipeline.replacing("path: \(name)-results.jsonl", with: "path: \"\(path)/own-results.jsonl\"")
    return try load(write(text, "\(name).yaml"))
  }

  func load(_ path: String) throws -> (pipeline: Pipeline?, findings: [String]) {
    let findings = Findings()
    let pipeline = try Pipeline.load(Pipeline.Request(path: path), environment: { _ in nil }, findings: findings)
    return (pipeline, findings.all.map { "\($0.code): \($0.message)" })
  }

  /// What the tests in the plugin of a draft say.
  func failures(_ name: String) throws -> [String]? {
    let findings = Findings()
    let request = Pipeline.Request(path: "\(path)/plugins/detectors/\(name).yaml")
    guard let tests = try ConfigurationTest.load(request, environment: { _ in nil }, findings: findings) else {
      return findings.all.map(\.message)
    }
    return tests.isEmpty ? nil : tests.flatMap { $0.run().all.filter { $0.severity == .error }.map(\.message) }
  }

  /// Runs a pipeline over its own source: its counts, and the entries of each histogram, those outside of its bins too.
  func run(_ pipeline: Pipeline) throws -> (counts: [String: Int], inside: [String: Int], outside: [String: Int]) {
    let results = "\(path)/results.jsonl"
    try? FileManager.default.removeItem(atPath: results)
    var options = Run.Options()
    options.results = [results]
    _ = try Run(pipeline, options: options, observer: nil).execute()
    let line = try String(contentsOfFile: results, encoding: .utf8)
    let message = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
    var inside: [String: Int] = [:], outside: [String: Int] = [:]
    for (name, value) in message["histograms"] as? [String: [String: Any]] ?? [:] {
      inside[name] = (value["bin_counts"] as? [Int])?.reduce(0, +)
      outside[name] = ["underflow", "overflow", "unknown"].reduce(0) { $0 + (value[$1] as? Int ?? 0) }
    }
    return (message["counts"] as? [String: Int] ?? [:], inside, outside)
  }
}
