import Foundation
import Testing

/// Ctrl-C and SIGTERM end a run in order.
@Suite(.serialized) struct StopTests {
  private static let pipeline = "\(Program.packageRoot)/pipelines/dt-chambers.yaml"

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func `The open window is closed, its line is whole, and the totals are told`(signal: Int32, exit: Int32) throws {
    let program = Program()
    // Broker, emulator and group are there once a window has rows; the signal then meets the next one open.
    let result = try program(
      "run", Self.pipeline, "--window", "every: 200 ms", signal: signal,
      ready: { program.folder.read("results.jsonl").contains(/"records":[1-9][0-9]{2}/) })
    #expect(result.exit == exit)
    let text = program.folder.read("results.jsonl")
    #expect(text.hasSuffix("}\n"))
    let found = try messages(text)
    #expect(found.count >= 2)
    let records = found.reduce(0) { $0 + (count("records", of: $1) ?? 0) }
    let last = result.error.split(separator: "\n").last ?? ""
    let total = last.replacing(",", with: "")
    #expect(total.hasPrefix("\(found.count) windows: \(records) rows "), "\(result.error)")
    #expect(records > 100)
  }

  @Test func `A run that waits for standard input ends too`() throws {
    let program = Program()
    // A fifo that nobody writes to.
    let fifo = program.folder("fifo")
    try #require(mkfifo(fifo, 0o600) == 0)
    let held = open(fifo, O_RDWR)
    defer { close(held) }
    let rows = Array("1,1\n1,1\n1,1\n".utf8)
    #expect(write(held, rows, rows.count) == rows.count)
    let result = try program(
      "run", program.folder.pipeline(), "--input", fifo, "--window", "rows: 2", "--results", "-", signal: SIGINT,
      // The first window is out, and the program waits for the rest of the second.
      ready: { program.folder.contains("\"bin_counts\":") })
    #expect(result.exit == 130)
    #expect(result.out.hasSuffix("}\n"))
    #expect(try messages(result.out).first.flatMap { count("records", of: $0) } == 2)
  }

  /// Nobody can read them again.
  @Test func `Rows that were read from a pipe count when somebody stops the run`() throws {
    let program = Program()
    let fifo = program.folder("fifo")
    try #require(mkfifo(fifo, 0o600) == 0)
    let held = open(fifo, O_RDWR)
    defer { close(held) }
    let rows = Array("1,1\n1,1\n".utf8)
    #expect(write(held, rows, rows.count) == rows.count)
    let result = try program(
      "run", program.folder.pipeline(), "--input", fifo, "--results", "-", signal: SIGINT,
      ready: {
        var left: Int32 = 0
        return ioctl(held, UInt(FIONREAD), &left) == 0 && left == 0
      })
    #expect(result.exit == 130)
    #expect(try messages(result.out).map { count("records", of: $0) } == [2])
  }

  @Test func `A run as fast as it can ends too`() throws {
    let program = Program()
    let result = try program(
      "run", Self.pipeline, "--window", "rows: 2000", "--set", "emulate.rate=max", signal: SIGTERM,
      ready: { program.folder.read("results.jsonl").contains("\n") })
    #expect(result.exit == 143)
    #expect(program.folder.read("results.jsonl").hasSuffix("}\n"))
  }
}
