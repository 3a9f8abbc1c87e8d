import ChainExecution
import Foundation
import Runtime
import TestSupport
import Testing

/// Programs that compute columns: they count as if hitmon had computed them, and whatever they do wrong is said.
@Suite struct ExternalTests {
  /// A program written with the Python module, without numpy, in a folder of its own.
  private let folder = Scratch()

  private func job(
    _ program: String, settings: String = "", outputs: String = "{sum: i64, scaled: f64 ns}", sections: String? = nil
  ) -> Job {
    let path = folder.write(program, "\(UUID().uuidString).py")
    return Job(
      """
      pipeline: external
      record: {format: csv, fields: {a: i16, b: f64 ns, key: u32}}
      external:
        command: [env, "PYTHONPATH=\(Job.packageRoot)/python", python3, \(path)]
        in: [a, b]
        out: \(outputs)
        \(settings)

      """
        + (sections ?? """
          histograms:
            sum: {of: sum, bins: 'integers -200..200'}
            scaled: {of: scaled, bins: 50 from -100 ns to 100 ns}
          """))
  }

  private static let honest = """
    from hitmon.external import batches

    for batch in batches():
        a, b = batch["a"], batch["b"]
        batch.out["sum"] = [2 * x for x in a]
        batch.out["scaled"] = [y / 2 if y == y else None for y in b]
    """

  private static func rows(_ count: Int, seed: UInt64) -> String {
    var dice = Dice(seed)
    return (0..<count).map { _ in
      "\(dice.int(-100...100)),\(dice.chance(0.1) ? "" : "\(Double(dice.int(-400...400)) / 4)"),\(dice.int(0...50))\n"
    }.joined()
  }

  /// A program that talks by itself, without the module: `reply(number, rows)` gives what it writes.
  private static func raw(_ reply: String) -> String {
    """
    import os, struct, sys, time
    def read(size):
        data = b""
        while len(data) < size:
            part = os.read(0, size - len(data))
            if not part: sys.exit(0)
            data += part
        return data
    def frame(kind, number, payload): return struct.pack("<4sB3xII", b"HMX1", ord(kind), len(payload), number) + payload
    def columns(rows, value=0): return b"".join([struct.pack("<II", rows, 0), struct.pack("<q", value) * rows, bytes(8 * rows)])
    \(reply)
    while True:
        magic, kind, size, number = struct.unpack("<4sB3xII", read(16))
        payload = read(size)
        if kind == ord("H"): os.write(1, hello())
        else: os.write(1, reply(number, struct.unpack_from("<I", payload)[0]))
    """
  }

  private static let hello = "def hello(): return frame('H', 0, struct.pack('<HH', 1, 0))\n"

  // MARK: What it computes

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `Columns of a program count as columns of expressions do, for any threads and chunks`(seed: UInt64) throws {
    var dice = Dice(seed + 300)
    let rows = Self.rows(9_000, seed: seed)
    let sections = """
      cleansing: [{keep: \(seed % 2 == 0 ? "sum in -150..150" : "a > -90")}]
      columns: {late: scaled - 1 ns}
      groups: {g: {by: key, most: max(sum), first: min(scaled)}}
      histograms:
        sum: {of: sum, bins: 'integers -200..200', where: scaled is known}
        late: {of: late, bins: 50 from -100 ns to 100 ns, per: key}
        most: {of: g.most, bins: 'integers -200..200'}
        beyond: {of: scaled - g.first, bins: 50 from 0 ns to 100 ns}
      """
    let own = Job(
      """
      pipeline: external
      record: {format: csv, fields: {a: i16, b: f64 ns, key: u32}}

      """ + sections.replacing("columns: {", with: "columns: {sum: 2 * a, scaled: b / 2, "))
    let expected = try own.run(rows: rows)
    let outcome = try job(Self.honest, sections: sections).with {
      $0.threads = dice.int(1...4)
      $0.chunkBytes = dice.int(100...60_000)
    }.run(rows: rows)
    #expect(outcome.error == nil)
    #expect(outcome.messages.map(\.histograms) == expected.messages.map(\.histograms))
    #expect(outcome.messages.map(\.counts) == expected.messages.map(\.counts))
    let program = try #require(outcome.totals.programs.first)
    #expect(program.rows == Int64(seed % 2 == 0 ? expected.totals.counts.records : expected.totals.counts.hits))
    #expect(program.restarts == 0 && program.processes >= 1 && program.rowsPerSecond > 0)
  }

  @Test func `A program that nothing needs is not started`() throws {
    let outcome = try job("raise SystemExit(7)", sections: "histograms: {a: {of: a, bins: 'integers -9..9'}}").run(
      rows: "1,2,3\n")
    #expect(outcome.error == nil && outcome.totals.programs.isEmpty)
    #expect(outcome.bins("a")?.reduce(0, +) == 1)
  }

  @Test func `Numpy, single values and columns that are not set`() throws {
    let outcome = try job(
      """
      from hitmon.external import batches
      for batch in batches():
          print("on standard output")
          batch.out["sum"] = len(batch)
      """, outputs: "{sum: u16, scaled: f64 ns, lost: i32}",
      sections: """
        histograms:
          sum: {of: sum, bins: 'integers 0..9'}
          lost: {count: hits, where: lost is unknown and scaled is unknown}
        """
    ).run(rows: "1,2,3\n1,2,3\n1,2,3\n")
    #expect(outcome.bins("sum")?[3] == 3 && outcome.bins("lost") == [3])
    #expect(outcome.notes.contains { $0.hasSuffix("on standard output") })
  }

  // MARK: What it does wrong

  @Test func `One that ends in between is started again, and no row is lost or counted twice`() throws {
    let rows = Self.rows(20_000, seed: 5)
    let expected = try job(Self.honest).run(rows: rows)
    let sometimes = try job(
      """
      import os
      from hitmon.external import batches
      for number, batch in enumerate(batches()):
          batch.out["sum"] = [2 * x for x in batch["a"]]
          batch.out["scaled"] = [y / 2 if y == y else None for y in batch["b"]]
          if number == 2: os._exit(3)
      """, settings: "restarts: 1000"
    ).with {
      $0.threads = 2
      $0.chunkBytes = 20_000
    }.run(rows: rows)
    #expect(sometimes.error == nil)
    #expect(sometimes.messages.map(\.histograms) == expected.messages.map(\.histograms))
    #expect(sometimes.messages.map(\.counts) == expected.messages.map(\.counts))
    let program = try #require(sometimes.totals.programs.first)
    #expect(program.restarts >= 3 && program.rows == Int64(expected.totals.counts.records))
    #expect(sometimes.notes.contains { $0.contains("ended with status 3; it is started again") })
  }

  @Test func `One that always ends ends the run, with what it said last, and nothing incomplete is published`() throws {
    let outcome = try job(
      """
      from hitmon.external import batches
      for batch in batches():
          if 99 in batch["a"]: raise ValueError("wire 99 has no constant")
          batch.out["sum"] = batch["a"]
      """, settings: "restarts: 2"
    ).with {
      $0.window = "rows: 100"
      $0.chunkBytes = 64
    }.run(rows: String(repeating: "1,2,3\n", count: 250) + "99,2,3\n" + String(repeating: "1,2,3\n", count: 100))
    let error = try #require(outcome.error)
    #expect(
      error.contains("ended with status 1, after 2 restarts; it last wrote: ValueError: wire 99 has no constant"))
    #expect(error.contains("pipeline.yaml:4: the program `env"))
    #expect(outcome.messages.map { $0.counts["records"] } == [100, 100])
    #expect(outcome.totals.programs.first?.restarts == 2)
  }

  @Test(arguments: [1, 3]) func `One that hangs is ended`(threads: Int) throws {
    let outcome = try job(
      Self.honest.replacing("a, b =", with: "import time; time.sleep(1000); a, b ="),
      settings: "timeout: 200 ms\n  restarts: 1"
    ).with { $0.threads = threads }.run(rows: "1,2,3\n")
    #expect(outcome.error?.contains("gave no answer to 1 rows within 0.2 s, after 1 restart") == true)
    #expect(outcome.messages.isEmpty)
  }

  @Test func `One that hangs once gets its rows again`() throws {
    let marker = folder(UUID().uuidString)
    let outcome = try job(
      """
      import os, time
      from hitmon.external import batches
      for batch in batches():
          if not os.path.exists("\(marker)"):
              open("\(marker)", "w").close()
              time.sleep(1000)
          batch.out["sum"] = batch["a"]
      """, settings: "timeout: 500 ms"
    ).run(rows: "1,2,3\n4,5,6\n")
    #expect(outcome.error == nil && outcome.totals.programs.first?.restarts == 1)
    #expect(outcome.bins("sum")?.reduce(0, +) == 2)
  }

  @Test(arguments: [
    (
      "def hello(): return b'starting up\\n'",
      "wrote something else than frames to standard output: `starting up`; print to standard error instead"
    ),
    (hello + "def reply(number, rows): return b'HMX2' + bytes(60)", "wrote something else than frames"),
    (hello + "def reply(number, rows): return frame('R', number, columns(rows - 1))", "answered 3 rows with 2"),
    (hello + "def reply(number, rows): return frame('R', number, columns(rows)[:-1])", "answered 3 rows with 55 bytes"),
    (hello + "def reply(number, rows): return frame('R', number + 1, columns(rows))", "answered out of turn"),
    (hello + "def reply(number, rows): return frame('X', number, b'')", "a frame of the unknown kind 88"),
    (hello + "def reply(number, rows): return frame('R', number, columns(10**6))", "a frame of 16000008 bytes"),
    (hello + "def reply(number, rows): return frame('E', number, b'no constants of run 7')", "no constants of run 7"),
    ("def hello(): return frame('H', 0, struct.pack('<HH', 2, 0))", "speaks version 2 of the frames"),
    ("def hello(): sys.exit('no module named calibration')", "it last wrote: no module named calibration"),
  ])
  func `Rubbish is said, and not asked for again`(reply: String, words: String) throws {
    var said = ""
    do {
      let outcome = try job(Self.raw(reply), settings: "restarts: 5").run(rows: "1,2,3\n1,2,3\n1,2,3\n")
      #expect(outcome.messages.isEmpty)
      said = outcome.error ?? ""
    } catch {
      // Before any row was read.
      said = "\(error)"
    }
    #expect(said.contains(words), "\(said)")
  }

  @Test func `A value that the column was not declared to have is rubbish`() throws {
    let outcome = try job(
      Self.honest, outputs: "{sum: u8, scaled: f64 ns}", sections: "histograms: {s: {of: sum, bins: 'integers 0..9'}}"
    ).run(rows: "1,2,3\n-4,2,3\n")
    #expect(outcome.error?.contains("answered with -8 in `sum`, which is integer 0..255?") == true)
  }

  @Test func `One that cannot be started is an error before results are written over`() throws {
    let scratch = Scratch()
    let results = scratch.write("kept\n", "results.jsonl")
    let job = Job(
      """
      pipeline: external
      record: {format: csv, fields: {a: i16}}
      external: {command: no-such-program, in: [a], out: {b: i16}}
      histograms: {b: {of: b, bins: 'integers 0..9'}}
      sinks: [{file: {path: \(results)}}]
      """)
    #expect {
      try job.run(rows: "1\n")
    } throws: {
      "\($0)".contains("the program `no-such-program` cannot be started: no such file or directory")
    }
    #expect(scratch.bytes("results.jsonl") == Array("kept\n".utf8))
  }

  @Test func `What it writes to standard error is in the log, a sample of it`() throws {
    let outcome = try job(
      """
      import sys
      from hitmon.external import batches
      for batch in batches():
          for line in range(1000): print("line", line, file=sys.stderr)
          batch.out["sum"] = 1
      """
    ).run(rows: "1,2,3\n")
    let lines = outcome.notes.filter { $0.contains(": line ") }
    #expect(lines.count >= 5 && lines.count < 1000)
    #expect(lines.first?.hasSuffix(": line 0") == true)
  }

  @Test func `No process is left behind`() throws {
    let note = folder(UUID().uuidString)
    let outcome = try job(
      """
      import os, subprocess
      from hitmon.external import batches
      child = subprocess.Popen(["sleep", "1000"])
      open("\(note)", "a").write(f"{os.getpid()} {child.pid} ")
      for batch in batches(): batch.out["sum"] = 1
      """
    ).with { $0.threads = 2 }.run(rows: "1,2,3\n")
    #expect(outcome.error == nil)
    let processes = try String(contentsOfFile: note, encoding: .utf8).split(separator: " ").compactMap { pid_t($0) }
    #expect(processes.count >= 2)
    for process in processes { #expect(Self.isGone(process)) }
  }

  /// Whether a process has ended; one that nobody has waited for yet has.
  private static func isGone(_ process: pid_t) -> Bool {
    for _ in 0..<200 {
      guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
      if status.contains(") Z ") { return true }
      usleep(10_000)
    }
    return false
  }
}
