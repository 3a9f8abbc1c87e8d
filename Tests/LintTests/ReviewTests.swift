import Diagnostics
import Foundation
import Kafka
import Runtime
import Testing

/// Warnings about pipelines that run: what must not be warned of, samples, and the world outside.
@Suite struct ReviewTests {
  private static let plugins =
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../plugins").standardized.path

  private func lint(_ yaml: String, sample: String? = nil, probes: Bool = false) throws -> [Finding] {
    var request = Pipeline.Request(path: "p.yaml")
    request.pluginDirectories = [Self.plugins]
    request.texts["p.yaml"] = Array(("pipeline: p\n" + yaml).utf8)
    request.sample = sample.map { .rows($0) }
    request.probes = probes
    let findings = Findings()
    _ = try Pipeline.load(request, environment: { _ in nil }, findings: findings)
    return findings.sorted
  }

  /// What looks like a mistake and is none.
  @Test(arguments: [
    // Rows of the pipeline take the place of the plugin's.
    """
    uses: [detectors/minidt]
    chambers: [{chamber: 9, when: FPGA == 0, wire: TDC_CHANNEL}]
    histograms: {occupancy: {of: wire, bins: 128 from 0 to 128, per: chamber}}
    """,
    // The rows share no channel, by ways that only trying tells.
    """
    record: {format: csv, fields: {board: u8, channel: u8}}
    chambers:
      - {chamber: 0, when: board == 1 and channel % 2 == 0}
      - {chamber: 1, when: board == 1 and channel % 2 == 1}
      - {chamber: 2, when: "board != 1 and channel in [3, 5]"}
      - {chamber: 3, when: not (board == 1 or channel in 0..9)}
    histograms: {hits: {count: hits, per: chamber}}
    """,
    // Bins that reach one value at least, as wide as a step, or of values that come in no steps.
    """
    uses: [detectors/minidt]
    histograms:
      edge: {of: wire, bins: 10 from 63 to 73}
      upper: {of: wire, bins: [-5, 1]}
      steps: {of: TDC_CHANNEL // 64, bins: integers 0..9}
      wide: {of: wire, bins: 32 from 0 to 64}
      centred: {of: wire, bins: 64 from -0.5 to 63.5}
      floats: {of: TDC_MEAS, bins: 1000 from 0 to 30}
      times: {of: time, bins: 1000 from 0 us to 90 us}
      coarse: {of: 25 ns * BX_COUNTER, bins: 100 from 0 us to 5 us}
      means: {profile: TDC_MEAS, against: wire, bins: 64 from 0 to 64}
    """,
    // Used by way of others: a table's column, a group's condition, a clock, a split.
    """
    uses: [detectors/minidt]
    constants: {limit: 3000, gate: {by: half, values: {0: 1 ns, 1: 2 ns}}}
    columns:
      half: TDC_CHANNEL // 128
      late: BX_COUNTER > limit
      gated: drift - gate
      tick: ORBIT_CNT * 2
      board: FPGA + 0
    groups: {frame: {by: ORBIT_CNT, lates: count where late}}
    window: {span: 100 of tick}
    histograms:
      gated: {of: gated, bins: 10 from 0 ns to 100 ns, per: board}
      lates: {of: frame.lates, bins: integers 0..9}
    """,
    // The emulator keys its messages by the first group.
    """
    uses: [detectors/minidt-run333]
    groups: {orbit: {by: ORBIT_CNT, hits: count}}
    sources: {hits: {kafka: {brokers: embedded, topic: hits}}}
    histograms: {hits: {count: hits}}
    """,
    "uses: [detectors/minidt]\nwindow: {every: 10 ms}\nemulate: {rate: max}\nhistograms: {hits: {count: hits}}\n",
    "uses: [detectors/minidt]\nwindow: {every: 10 ms}\nemulate: {rate: 100 /s}\nhistograms: {hits: {count: hits}}\n",
    """
    uses: [detectors/minidt]
    sources: {a: {file: {path: a.txt}}, b: {file: {path: a.txt}}}
    sinks: [{file: {path: "-"}}, {file: {path: "-"}}, {dashboard: {port: 0}}, {dashboard: {port: 0}}]
    histograms: {hits: {count: hits}}
    """,
  ])
  func noWarning(_ yaml: String) throws {
    let found = try lint(yaml)
    #expect(found.isEmpty, "\(found.map { "\($0.code): \($0.message)" })")
  }

  // MARK: Samples

  /// 3,000 orbits of one row each; from the 1,000th on every hundredth row comes 400 orbits late.
  private static let disordered = (0..<3000).map { row in
    "2,0,5,\(row > 1000 && row % 100 == 99 ? row - 400 : row),10,3"
  }.joined(separator: "\n")

  private static let spans =
    "uses: [detectors/minidt]\nhistograms: {hits: {count: hits}}\nwindow: {span: 50 of ORBIT_CNT, late: "

  @Test func lateRowsOfASampleAreCounted() throws {
    let found = try lint(Self.spans + "5}\n", sample: Self.disordered)
    #expect(found.map(\.code.name) == ["late-too-short"])
    let finding = try #require(found.first)
    // The clock goes by what several blocks of 64 rows agree on, and is a few blocks behind the newest.
    #expect(
      finding.message.hasPrefix("20 of 3000 rows of the sample come later than `late` allows (5), up to "),
      "\(finding.message)")
    #expect(finding.span?.start == Position(line: 4, column: 39))
    #expect(try lint(Self.spans + "400}\n", sample: Self.disordered).isEmpty)
    #expect(try lint(Self.spans + "0}\n", sample: "2,0,5,1,10,3\n2,0,5,2,10,3\n").isEmpty)
  }

  @Test func aCounterThatBeginsAgainIsNotLate() throws {
    let rows = (0..<600).map { "2,0,5,\(UInt32(truncatingIfNeeded: 4_294_967_000 + $0)),10,3" }.joined(separator: "\n")
    #expect(try lint(Self.spans + "5}\n", sample: rows).isEmpty)
  }

  /// Three runs of a clock, in places 1, 3001 and 5001.
  private static let runs = [3000, 2000, 4000].map { count in
    (0..<count).map { "2,0,5,\($0 * 10),10,3\n" }.joined()
  }

  @Test func aClockThatRestartsIsNotLate() throws {
    let found = try lint(Self.spans + "5}\n", sample: Self.runs.joined())
    #expect(found.map(\.code.name) == ["clock-restarts"])
    let finding = try #require(found.first)
    #expect(
      finding.message.hasPrefix(
        "the clock `ORBIT_CNT` goes from 29990 back to 0 at row 3001, and again at 1 place behind"),
      "\(finding.message)")
    let group =
      "uses: [detectors/minidt]\ngroups: {g: {by: ORBIT_CNT, disorder: 10, n: count}}\nhistograms: {n: {of: g.n, bins: 'integers 0..9'}}\n"
    let groups = try lint(group, sample: Self.runs.joined())
    #expect(groups.map(\.code.name) == ["clock-restarts"])
    #expect(groups[0].message.hasPrefix("the key of `g` goes from 29990 back to 0 at row 3001"), "\(groups[0].message)")
    // One run alone, and rows that come late in it, are what they were.
    #expect(try lint(group, sample: Self.runs[0]).isEmpty)
  }

  @Test func aKeyThatRestartsWithItsFile() throws {
    let folder = NSTemporaryDirectory() + "hitmon-lint-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let paths = try Self.runs.enumerated().map { number, rows in
      let path = "\(folder)/run\(number).txt"
      try ("# a run\n" + rows).write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }
    func lint(_ within: String) throws -> [Finding] {
      var request = Pipeline.Request(path: "p.yaml")
      request.pluginDirectories = [Self.plugins]
      request.texts["p.yaml"] = Array(
        "pipeline: p\nuses: [detectors/minidt]\ngroups: {g: {by: ORBIT_CNT, \(within)disorder: 10, n: count}}\nhistograms: {n: {of: g.n, bins: 'integers 0..9'}}\n"
          .utf8)
      request.sample = .files(paths)
      let findings = Findings()
      _ = try Pipeline.load(request, environment: { _ in nil }, findings: findings)
      return findings.all
    }
    let found = try lint("")
    #expect(found.map(\.code.name) == ["clock-restarts"])
    #expect(found.first?.message.contains("at \(paths[1]):2, and again") == true, "\(found)")
    #expect(found.first?.hint?.hasPrefix("write `within: file`") == true)
    #expect(try lint("within: file, ").isEmpty)
  }

  @Test(arguments: [
    ("{keep: FPGA == 2}", "FPGA == 1", true), ("{keep: FPGA in 2..3}", "FPGA == 1 and TDC_CHANNEL > 3", true),
    ("{drop: FPGA == 1}", "FPGA == 1", true), ("{drop: FPGA != 2}", "FPGA < 2", true),
    ("{keep: is_hit}", "FPGA == 1", true), ("{drop: BX_COUNTER * 2 > 7}", "BX_COUNTER * 2 > 7", true),
    ("{keep: FPGA == 2 or TDC_CHANNEL < 3}", "FPGA == 1", false), ("{keep: FPGA <= 2}", "FPGA == 1", false),
    ("{drop: FPGA == 2}", "FPGA == 1", false), ("{keep: BX_COUNTER * 2 > 7}", "FPGA == 1", false),
  ])
  func hitsBeforeThatCleansingDrops(rule: String, condition: String, isNever: Bool) throws {
    let found = try lint(
      "uses: [detectors/minidt]\ncleansing: [\(rule)]\ncolumns: {is_hit: FPGA == 2, bx: {last: BX_COUNTER, where: \(condition)}}\nhistograms: {bx: {of: bx, bins: 10 from 0 to 10, where: TDC_CHANNEL > 1}}\n"
    )
    #expect(found.map(\.code.name).filter { $0 != "unused-column" } == (isNever ? ["last-never"] : []), "\(found)")
  }

  @Test func rowsThatAreDroppedDoNotCount() throws {
    let rows = "2,0,5,5000,10,3\n2,0,5,5001,10,3\n0,0,5,4000,10,3\nno row\n2,0,5,5002,10,3\n"
    #expect(try lint(Self.spans + "5}\n", sample: rows).isEmpty)
  }

  @Test func aSampleThatIsNotThere() {
    var request = Pipeline.Request(path: "p.yaml")
    request.pluginDirectories = [Self.plugins]
    request.texts["p.yaml"] = Array(("pipeline: p\n" + Self.spans + "5}\n").utf8)
    request.sample = .files(["/nowhere/rows.txt"])
    #expect(throws: (any Error).self) {
      _ = try Pipeline.load(request, environment: { _ in nil }, findings: Findings())
    }
  }

  // MARK: The world outside

  private static let plain = "uses: [detectors/minidt]\nhistograms: {hits: {count: hits}}\n"

  @Test func aPortThatSomebodyHas() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    #expect(inet_pton(AF_INET, "127.0.0.1", &address.sin_addr) == 1)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    try #require(bound)
    let port = UInt16(bigEndian: address.sin_port)
    let found = try lint(Self.plain + "sinks: [{dashboard: {port: \(port)}}]\n", probes: true)
    #expect(found.map(\.code.name) == ["port-in-use"])
    #expect(found.first?.message == "nothing can be served at 127.0.0.1:\(port): address already in use")
    #expect(try lint(Self.plain + "sinks: [{dashboard: {port: \(port)}}]\n").isEmpty)
  }

  @Test func brokersAndTopics() throws {
    let broker = try EmbeddedBroker()
    try broker.createTopic("dt-hits", partitions: 2)
    func source(_ brokers: String, _ topic: String) -> String {
      Self.plain + "sources: {telescope: {kafka: {brokers: \"\(brokers)\", topic: \(topic)}}}\n"
    }
    #expect(try lint(source(broker.bootstrap, "dt-hits"), probes: true).isEmpty)
    let missing = try lint(source(broker.bootstrap, "dt-hist"), probes: true)
    #expect(missing.map(\.code.name) == ["missing-topic"])
    #expect(missing.first?.hint == "did you mean `dt-hits`?")
    // Topics of results are made when they are needed.
    #expect(
      try lint(
        Self.plain + "sinks: [{kafka: {brokers: \"\(broker.bootstrap)\", topic: dt-results}}]\n", probes: true
      ).isEmpty)
    #expect(try lint(source("127.0.0.1:1", "dt-hits"), probes: true).map(\.code.name) == ["no-broker"])
  }
}
