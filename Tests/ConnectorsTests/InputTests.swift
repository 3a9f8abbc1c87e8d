import Testing

@testable import Connectors

@Suite struct InputTests {
  @Test func aFileAsItIs() throws {
    let scratch = Scratch()
    let rows = sampleRows(20_000)
    let path = scratch.write(rows, "rows.txt")
    let input = try openInput(path: path)
    #expect(input.name == path)
    #expect(input.size == Int64(rows.count))
    #expect(input.position == 0)
    let found = readAll(input)
    #expect(found.bytes == rows && found.error == nil)
    #expect(input.position == Int64(rows.count))
    input.close()
    input.close()
    #expect(readAll(input).bytes.isEmpty)
  }

  @Test func anEmptyFileAndAnEmptyBuffer() throws {
    let scratch = Scratch()
    #expect(readAll(try openInput(path: scratch.write("", "empty.txt"))).bytes.isEmpty)
    let input = try openInput(path: scratch.write("x", "one.txt"))
    #expect(try input.read(into: UnsafeMutableRawBufferPointer(start: nil, count: 0)) == 0)
    #expect(readAll(input, step: 1).bytes == Array("x".utf8))
  }

  @Test(arguments: ["\u{1f}", "(", "P*M", "(\u{b5}"])
  func filesThatStartLikeCompressedOnes(text: String) throws {
    let scratch = Scratch()
    #expect(readAll(try openInput(path: scratch.write(text, "a.txt"))).bytes == Array(text.utf8))
  }

  @Test func whatCannotBeOpened() throws {
    let scratch = Scratch()
    let missing = scratch("none.txt")
    let error = #expect(throws: InputError.self) { try openInput(path: missing) }
    #expect(error?.description == "cannot open \(missing): no such file or directory")
    #expect(error?.path == missing && error?.kind == .refused)
    let directory = #expect(throws: InputError.self) { try openInput(path: scratch.path) }
    #expect(directory?.description == "cannot open \(scratch.path): is a directory")
  }

  @Test func standardInputThroughAPipe() throws {
    let pipe = Pipe()
    let input = DetectedInput(StandardInput(descriptor: pipe.reading))
    #expect(input.name == "standard input" && input.size == nil)
    #expect(!input.waitReadable(milliseconds: 1))
    pipe.send(Array("1,2\n".utf8))
    #expect(input.waitReadable(milliseconds: 1000))
    var buffer = [UInt8](repeating: 0, count: 64)
    var text: [UInt8] = []
    while text.count < 4 {
      let count = try buffer.withUnsafeMutableBytes { try input.read(into: $0) }
      text += buffer[..<count]
    }
    #expect(text == Array("1,2\n".utf8))
    #expect(!input.waitReadable(milliseconds: 1))
    pipe.finish()
    #expect(input.waitReadable(milliseconds: 1000))
    #expect(readAll(input).bytes.isEmpty)
    #expect(input.position == 4)
  }

  @Test func compressedDataThroughAPipe() throws {
    let scratch = Scratch()
    let rows = sampleRows(500)
    scratch.write(rows, "rows.txt")
    scratch.run("gzip -k rows.txt && zstd -q rows.txt")
    for name in ["rows.txt.gz", "rows.txt.zst"] {
      let pipe = Pipe()
      pipe.send(scratch.bytes(name))
      pipe.finish()
      let found = readAll(DetectedInput(StandardInput(descriptor: pipe.reading)))
      #expect(found.bytes == rows && found.error == nil)
    }
  }
}
