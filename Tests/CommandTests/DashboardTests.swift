import Foundation
import Testing

@Suite struct DashboardTests {
  private static let pipeline = "\(Program.packageRoot)/pipelines/dt-chambers.yaml"
  private static let rows = "2,0,5,100,10,3\n2,0,69,100,11,0\n2,0,5,101,7,12\n"

  /// A program with a file of results of three hits.
  private func withResults() throws -> Program {
    let program = Program()
    let result = try program(
      "run", Self.pipeline, "--input", "-", "--results", "one.jsonl", "--window", "all", "--quiet", input: Self.rows)
    #expect(result.exit == 0, "\(result.error)")
    return program
  }

  /// A port that somebody listens at.
  private func takePort() throws -> (socket: Int32, port: Int) {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        #expect(bind(socket, $0, size) == 0 && listen(socket, 1) == 0 && getsockname(socket, $0, &size) == 0)
      }
    }
    return (socket, Int(UInt16(bigEndian: address.sin_port)))
  }

  @Test func `A port that is taken is told, with what to do`() throws {
    let (socket, port) = try takePort()
    defer { close(socket) }
    let run = try Program()("run", Self.pipeline, "--input", "-", "--port", "\(port)", input: Self.rows)
    #expect(run.exit == 2)
    #expect(
      run.error
        == "error: port \(port) of 127.0.0.1 is taken: set `port` of the sink `dashboard`, or give --port (0 takes any that is free) or --no-dashboard\n"
    )
    let shown = try withResults()("dashboard", "one.jsonl", "--port", "\(port)")
    #expect(shown.exit == 2)
    #expect(
      shown.error == "error: port \(port) of 127.0.0.1 is taken: give another one with --port, 0 for any that is free\n"
    )
  }

  @Test func `Files are read without a page, unless one is asked for`() throws {
    let without = try Program()("run", Self.pipeline, "--input", "-", input: Self.rows)
    #expect(without.exit == 0 && !without.error.contains("http://"))
    let with = try Program()("run", Self.pipeline, "--input", "-", "--port", "0", input: Self.rows)
    #expect(with.exit == 0)
    #expect(with.error.contains(/\nwatch it at http:\/\/127\.0\.0\.1:[0-9]+\/\n/))
  }

  @Test(arguments: [SIGINT, SIGTERM]) func `A finished run is shown until it is stopped`(signal: Int32) throws {
    let program = try withResults()
    let result = try program("dashboard", "one.jsonl", "--port", "0", signal: signal) {
      program.folder.contains("Ctrl-C ends it\n")
    }
    #expect(result.exit == 128 + signal)
    #expect(result.error.contains(/^one\.jsonl at http:\/\/127\.0\.0\.1:[0-9]+\/; Ctrl-C ends it\n/))
  }

  @Test(arguments: [
    (["dashboard"], "give a file of results, a pipeline, or --brokers and --topic"),
    (["dashboard", "x.jsonl", "--topic", "t"], "give files, or --brokers and --topic, not both"),
    (["dashboard", "x.jsonl", "--port", "70000"], "--port takes 0 to 65535, not 70000"),
    (["run", "x.yaml", "--no-dashboard", "--port", "1"], "--no-dashboard leaves nothing to --port"),
    (["plot", "x.jsonl", "a", "-o", "x.gif"], "--output takes a name that ends with .svg or .png, not x.gif"),
    (["plot", "x.jsonl", "a", "-o", "x.svg", "--over", "last:0"], "--over takes total, window or last:N, not last:0"),
  ])
  func `Wrong options end in a sentence`(arguments: [String], sentence: String) throws {
    let result = try Program()(arguments: arguments)
    #expect(result.exit == 64)
    #expect(result.error.hasPrefix("Error: \(sentence)\n"), "\(result.error)")
  }

  @Test func `What cannot be read or drawn is told`() throws {
    let program = try withResults()
    let missing = try program("dashboard", "none.jsonl", "--port", "0")
    #expect(missing.exit == 2 && missing.error == "error: cannot open none.jsonl: no such file or directory\n")
    let embedded = try program("dashboard", Self.pipeline)
    #expect(embedded.exit == 2 && embedded.error.hasPrefix("error: `embedded` is a broker inside of `hitmon run`"))
    let other = try program("plot", "one.jsonl", "ocupancy", "-o", "x.svg")
    #expect(other.exit == 2)
    #expect(other.error == "error: there is no histogram ocupancy in one.jsonl; did you mean occupancy?\n")
  }

  @Test func `A picture has the histogram's numbers, and texts as texts`() throws {
    let program = Program()
    _ = program.folder.write(
      """
      pipeline: p
      uses: [detectors/minidt]
      histograms:
        occupancy: {of: wire, bins: 64 from 0 to 64, title: "<b>Wires & more</b>"}
      """, "p.yaml")
    let run = try program("run", "p.yaml", "--input", "-", "--results", "p.jsonl", "--quiet", input: Self.rows)
    #expect(run.exit == 0, "\(run.error)")
    #expect(try program("plot", "p.jsonl", "occupancy", "-o", "p.svg").exit == 0)
    let svg = program.folder.read("p.svg")
    #expect(svg.contains(">&lt;b&gt;Wires &amp; more&lt;/b&gt;<") && !svg.contains("<b>"))
    #expect(svg.contains(">entries 3  mean 5.5  RMS 0<"))
    #expect(XMLSound.check(svg))
  }
}

/// Whether every element that is opened is closed.
private enum XMLSound {
  static func check(_ text: String) -> Bool {
    var open: [Substring] = []
    for match in text.matches(of: /<(\/?)([a-z]+)[^<>]*?(\/?)>/) {
      if match.output.1 == "/" {
        guard open.popLast() == match.output.2 else { return false }
      } else if match.output.3 != "/" {
        open.append(match.output.2)
      }
    }
    return open.isEmpty
  }
}
