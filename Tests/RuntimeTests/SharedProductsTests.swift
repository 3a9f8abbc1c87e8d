import TestSupport
import Testing

/// The sample files, read in every way that the command line offers, against products that another program computed.
@Suite struct SharedProductsTests {
  private static let eventWindows = "span: 5000 of ORBIT_CNT, late: 200"

  private func differences(_ job: Job, _ expected: String) throws -> [String] {
    let outcome = try job.run()
    #expect(outcome.error == nil)
    return try SharedData.expected(expected).differences(from: outcome.products)
  }

  @Test(
    .needs(SharedData.telescope),
    arguments: [("all", 1), ("all", 3), (eventWindows, 1), (eventWindows, 2), (eventWindows, 8)])
  func `200,000 rows of the telescope`(window: String, threads: Int) throws {
    let job = Job.dtChambers.reading(SharedData.path(SharedData.telescope)).with {
      $0.window = window
      $0.threads = threads
      $0.chunkBytes = threads == 1 ? 1 << 20 : 200_000
    }
    #expect(try differences(job, "telescope_200k") == [])
  }

  @Test(.needs(SharedData.floats), arguments: ["all", eventWindows])
  func `Fine times printed as floats`(window: String) throws {
    let job = Job.dtChambers.reading(SharedData.path(SharedData.floats)).with { $0.window = window }
    #expect(try differences(job, "telescope_float_2k") == [])
  }

  @Test(.needs(SharedData.headmix), arguments: ["all", eventWindows], [1, 2])
  func `Every kind of HEAD, no header, no final newline`(window: String, threads: Int) throws {
    let job = Job.dtChambers.reading(SharedData.path(SharedData.headmix)).with {
      $0.window = window
      $0.threads = threads
      $0.chunkBytes = 300
    }
    #expect(try differences(job, "minidt_mapd_headmix") == [])
  }

  @Test(.needs(SharedData.telescope), arguments: [("gzip", "gz"), ("zstd", "zst")])
  func `A packed file, with its extension and without`(program: String, ending: String) throws {
    let scratch = Scratch()
    scratch.write(try SharedData.bytes(SharedData.telescope), "rows.txt")
    try scratch.run(program, ["-q", "rows.txt"])
    #expect(
      try differences(
        Job.dtChambers.reading(scratch("rows.txt.\(ending)")).with { $0.window = "all" }, "telescope_200k") == [])
    scratch.write(scratch.bytes("rows.txt.\(ending)"), "unnamed")
    #expect(
      try differences(Job.dtChambers.reading(scratch("unnamed")).with { $0.window = "all" }, "telescope_200k") == [])
  }

  @Test(.needs(SharedData.telescope), arguments: ["all", eventWindows])
  func `Two files, of which only the first has a header`(window: String) throws {
    let scratch = Scratch()
    let bytes = try SharedData.bytes(SharedData.telescope)
    let middle = bytes[(bytes.count / 3)...].firstIndex(of: 0x0A)! + 1
    scratch.write(Array(bytes[..<middle]), "a.txt")
    scratch.write(Array(bytes[middle...]), "b.txt")
    let job = Job.dtChambers.reading(scratch("*.txt")).with {
      $0.window = window
      $0.threads = 2
      $0.chunkBytes = 300_000
    }
    #expect(try differences(job, "telescope_200k") == [])
  }

  @Test(.needs(SharedData.floats), arguments: [SharedData.floats, SharedData.headmix])
  func `Lines end with carriage returns, and the last does not end`(name: String) throws {
    let scratch = Scratch()
    var bytes = try SharedData.bytes(name).flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    while bytes.last == 0x0A || bytes.last == 0x0D { bytes.removeLast() }
    scratch.write(bytes, "rows.txt")
    let job = Job.dtChambers.reading(scratch("rows.txt")).with { $0.window = "all" }
    let expected = name == SharedData.floats ? "telescope_float_2k" : "minidt_mapd_headmix"
    #expect(try differences(job, expected) == [])
  }
}
