import Results
import Synchronization
import Testing

@testable import Connectors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Results that go behind those of earlier runs: nothing of the file is lost.
@Suite struct PublishedFileTests {
  private let scratch = Scratch()

  private static func message(_ index: Int) -> String {
    """
    {"schema":"hitmon.results/1","pipeline":"p","run":"r","window":{"index":\(index),"kind":"rows","start":0,"end":1},\
    "counts":{"records":1},"source":{"name":"input","offsets":{},"resume":{"a.txt":\(index)}},"histograms":{"h":{}}}
    """
  }

  /// What a run that appends two messages makes of a file, and what it says.
  private func append(to text: String) throws -> (file: String, warnings: [String]) {
    scratch.run("rm -f results.jsonl results.jsonl.cut")
    let path = scratch.write(text, "results.jsonl")
    let warnings = Mutex<[String]>([])
    let sink = try FileSink(
      path: path, append: true, uses: FileUses(), warn: { warning in warnings.withLock { $0.append(warning) } },
      acknowledge: { _ in })
    #expect(String(decoding: scratch.bytes("results.jsonl"), as: UTF8.self) == text)
    for number in [8, 9] { try Array(Self.message(number).utf8).withUnsafeBytes { try sink.write($0, number: number) } }
    try sink.close()
    return (String(decoding: scratch.bytes("results.jsonl"), as: UTF8.self), warnings.withLock { $0 })
  }

  private static let added = "\(message(8))\n\(message(9))\n"

  @Test(arguments: ["", message(1) + "\n", message(1) + "\n" + message(2) + "\n", message(1) + "\r\n\n \n", "\n"])
  func `Whole files go on`(text: String) throws {
    let (file, warnings) = try append(to: text)
    #expect(file == text + Self.added && warnings.isEmpty)
  }

  @Test func `A last message without a line end gets one`() throws {
    for text in [Self.message(1), "\(Self.message(1))\n\(Self.message(2))", "\(Self.message(1))\n\(Self.message(2)) "] {
      let (file, warnings) = try append(to: text)
      #expect(file == "\(text)\n\(Self.added)" && warnings.isEmpty)
    }
  }

  @Test func `A message that was not finished is cut off, told, and kept beside`() throws {
    let whole = Self.message(1) + "\n"
    // Every place at which a run can be killed, and what a machine that loses its power leaves.
    let count = Self.message(2).utf8.count
    let places = Array(stride(from: 1, to: count - 1, by: 17)) + [count - 1]
    let halves = places.map { String(Self.message(2).prefix($0)) } + ["{\"sch\0\0\0"]
    for half in halves {
      for before in ["", whole] where before != "" || !half.contains("\0") {
        let (file, warnings) = try append(to: before + half)
        #expect(file == before + Self.added)
        #expect(String(decoding: scratch.bytes("results.jsonl.cut"), as: UTF8.self) == half)
        let path = scratch("results.jsonl")
        #expect(
          warnings == [
            "\(path) ended in a message that a run did not finish: its \(half.utf8.count) bytes were cut off and are in \(path).cut"
          ])
      }
    }
  }

  @Test(arguments: [
    "notes of the shift", "notes of the shift\n", "1,2,3\n4,5,6\n", "{}", "{}\n", "[\n", message(1) + "\nnotes\n",
    message(1) + "\n{\"half\":\n", message(1).replacing("results/1", with: "results/2") + "\n", "\0\0\0",
  ])
  func `A file of something else is left whole`(text: String) throws {
    let path = scratch.write(text, "notes")
    let error = #expect(throws: ConnectorError.self) {
      try FileSink(path: path, append: true, uses: FileUses(), warn: { _ in }, acknowledge: { _ in })
    }
    #expect(
      error?.description
        == "cannot append to \(path): its last line is not a result message; give another `path`, or move the file away"
    )
    #expect(String(decoding: scratch.bytes("notes"), as: UTF8.self) == text)
  }

  @Test func `What was not finished is not published`() throws {
    let half = Self.message(7).dropLast(2)
    let path = scratch.write("\(Self.message(1))\n\(half)", "results.jsonl")
    let sink = try FileSink(path: path, append: true, uses: FileUses(), warn: { _ in }, acknowledge: { _ in })
    #expect(try resume(in: sink) == 1)
    scratch.write("\(Self.message(1))\n\(Self.message(7))", "results.jsonl")
    #expect(try resume(in: sink) == 7)
  }

  private func resume(in sink: FileSink) throws -> Int64? {
    guard case .record(let record) = try sink.claim(ClaimRequest(pipeline: "p", input: "", partitions: ["a.txt"]))
    else { return nil }
    return record.positions["a.txt"]?.resume
  }

  @Test func `Long messages and long ends of nothing`() throws {
    let long = Self.message(1).replacing("\"h\":{}", with: "\"h\":\"\(String(repeating: "x", count: 300_000))\"")
    for text in [long + "\n", "\(long)\n\(String(repeating: " \n", count: 200_000))"] {
      #expect(try append(to: text).file == text + Self.added)
    }
    #expect(try append(to: "\(long)\n\(long.dropLast(1))").file == "\(long)\n\(Self.added)")
    #expect(try append(to: long).file == "\(long)\n\(Self.added)")
  }
}
