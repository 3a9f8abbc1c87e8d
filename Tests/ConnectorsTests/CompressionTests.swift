import Testing

@testable import Connectors

/// Files that the commands `gzip` and `zstd` made.
@Suite struct CompressionTests {
  /// How each kind is made, and what its files end with.
  static let kinds = [("gzip -q", ".gz"), ("zstd -q", ".zst")]

  @Test(arguments: kinds, [1, 4097, 1 << 20])
  func wholeFiles(kind: (String, String), step: Int) throws {
    let scratch = Scratch()
    let rows = sampleRows(step == 1 ? 2000 : 60_000)
    scratch.write(rows, "rows.txt")
    scratch.run("\(kind.0) -k rows.txt")
    let path = scratch("rows.txt" + kind.1)
    let input = try openInput(path: path)
    let found = readAll(input, step: step)
    #expect(found.bytes == rows && found.error == nil)
    #expect(input.name == path)
    #expect(input.size == Int64(scratch.bytes("rows.txt" + kind.1).count))
    #expect(input.position == input.size)
  }

  @Test(arguments: kinds)
  func theFirstBytesDecideNotTheName(kind: (String, String)) throws {
    let scratch = Scratch()
    scratch.write("1,2\n", "a")
    scratch.run("\(kind.0) -c a > b.txt && cp b.txt c.gz && cp b.txt d.zst")
    for name in ["b.txt", "c.gz", "d.zst"] {
      #expect(readAll(try openInput(path: scratch(name))).bytes == Array("1,2\n".utf8))
    }
  }

  @Test(arguments: kinds)
  func membersOneAfterTheOther(kind: (String, String)) throws {
    let scratch = Scratch()
    let rows = sampleRows(30_000)
    scratch.write(Array(rows[..<1000]), "a")
    scratch.write("", "b")
    scratch.write(Array(rows[1000...]), "c")
    scratch.run("for f in a b c; do \(kind.0) -c $f; done > all")
    let found = readAll(try openInput(path: scratch("all")), step: 333)
    #expect(found.bytes == rows && found.error == nil)
  }

  @Test(arguments: kinds)
  func aFileOfNothing(kind: (String, String)) throws {
    let scratch = Scratch()
    scratch.write("", "a")
    scratch.run("\(kind.0) -c a > b")
    let found = readAll(try openInput(path: scratch("b")))
    #expect(found.bytes.isEmpty && found.error == nil)
  }

  @Test(arguments: kinds)
  func filesThatAreCutOff(kind: (String, String)) throws {
    let scratch = Scratch()
    let rows = sampleRows(60_000)
    scratch.write(rows, "rows")
    scratch.run("\(kind.0) -c rows > whole")
    let whole = scratch.bytes("whole")
    // The last cut takes the final byte alone: every row is there, and still the file is not whole.
    for kept in [5, 400_000, whole.count - 1] {
      let path = scratch.write(Array(whole[..<kept]), "cut" + kind.1)
      let input = try openInput(path: path)
      let found = readAll(input)
      #expect(found.bytes == Array(rows.prefix(found.bytes.count)))
      #expect(kept < 400_000 || !found.bytes.isEmpty)
      let name = kind.1 == ".gz" ? "gzip" : "zstd"
      #expect(
        found.error?.description == "cannot read on in \(path): the \(name) data is cut off at byte \(kept) of "
          + "\(kept), after \(found.bytes.count) decompressed bytes")
      #expect(found.error?.kind == .damaged)
      #expect(readAll(input).error == found.error)
    }
  }

  @Test(arguments: kinds)
  func filesThatAreDamaged(kind: (String, String)) throws {
    let scratch = Scratch()
    let rows = sampleRows(60_000)
    scratch.write(rows, "rows")
    scratch.run("\(kind.0) -c rows > whole")
    var bytes = scratch.bytes("whole")
    for index in 300_000..<300_040 { bytes[index] ^= 0x5A }
    let path = scratch.write(bytes, "damaged" + kind.1)
    let found = readAll(try openInput(path: path))
    #expect(found.error?.kind == .damaged && found.error?.path == path)
    #expect(found.error?.description.contains("data is damaged (") == true)
    // The checksum alone may notice it: all that came before is right.
    #expect(found.bytes.prefix(500_000).elementsEqual(rows.prefix(min(500_000, found.bytes.count))))
    #expect(!found.bytes.isEmpty)
  }

  @Test func whatIsNotWhatItsNameSays() throws {
    let scratch = Scratch()
    for (name, words) in [("a.gz", "incorrect header check"), ("a.zst", "Unknown frame descriptor")] {
      let found = readAll(try openInput(path: scratch.write("HEAD,FPGA\n1,2\n", name)))
      #expect(found.bytes.isEmpty)
      #expect(found.error?.description.contains(words) == true)
    }
  }

  @Test(arguments: [
    ("bzip2", "bzcat", Array("BZh91AY&SY".utf8) + [0, 1]), ("xz", "xzcat", [0xFD] + Array("7zXZ\0".utf8) + [0, 4]),
  ])
  func `What others have packed is told apart from rows`(packer: String, command: String, bytes: [UInt8]) throws {
    let scratch = Scratch()
    // Whatever its name.
    let path = scratch.write(bytes, "rows.txt")
    let found = readAll(try openInput(path: path))
    #expect(found.bytes.isEmpty)
    #expect(
      found.error?.description
        == "\(path) is packed by \(packer), which hitmon does not read: unpack it first, as with `\(command) \(path) | hitmon ... --input -`, or pack it with gzip or zstd"
    )
    // What begins like it is rows.
    let rows = readAll(try openInput(path: scratch.write(Array(bytes.dropLast(3)), "more")))
    #expect(rows.bytes == Array(bytes.dropLast(3)) && rows.error == nil)
  }

  @Test func gzipAllowsPaddingAndNothingElseBehind() throws {
    let scratch = Scratch()
    scratch.write("1,2\n", "a")
    scratch.run("gzip -c a > b")
    let member = scratch.bytes("b")
    let padded = readAll(try openInput(path: scratch.write(member + [0, 0, 0], "padded")))
    #expect(padded.bytes == Array("1,2\n".utf8) && padded.error == nil)
    let path = scratch.write(member + Array("rest".utf8), "more")
    let more = readAll(try openInput(path: path))
    #expect(more.bytes == Array("1,2\n".utf8))
    #expect(
      more.error?.description == "cannot read on in \(path): there is something else behind the gzip data at byte "
        + "\(member.count) of \(member.count + 4), after 4 decompressed bytes")
  }
}
