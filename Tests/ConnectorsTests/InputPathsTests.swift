import Testing

@testable import Connectors

@Suite struct InputPathsTests {
  private func scratch() -> Scratch {
    let scratch = Scratch()
    for name in ["b.txt", "a.txt", "a10.txt", "a2.txt", ".hidden.txt", "odd[1].txt"] { scratch.write("1\n", name) }
    scratch.run("mkdir -p inner.txt none && touch inner.txt/deep.txt")
    return scratch
  }

  @Test func filesAndStandardInputInTheOrderGiven() throws {
    let scratch = scratch()
    let given = [scratch("b.txt"), "-", scratch("a.txt"), scratch("b.txt")]
    #expect(try expandInputs(given) == given)
    #expect(try expandInputs([]) == [])
  }

  @Test func aDirectoryIsItsFilesInByteOrder() throws {
    let scratch = scratch()
    let names = ["a.txt", "a10.txt", "a2.txt", "b.txt", "odd[1].txt"]
    #expect(try expandInputs([scratch.path]) == names.map { scratch($0) })
    #expect(try expandInputs([scratch.path + "/"]) == names.map { scratch($0) })
  }

  @Test func patterns() throws {
    let scratch = scratch()
    #expect(try expandInputs([scratch("a*.txt")]) == ["a.txt", "a10.txt", "a2.txt"].map { scratch($0) })
    #expect(try expandInputs([scratch("a?.txt"), scratch("[b-z].txt")]) == ["a2.txt", "b.txt"].map { scratch($0) })
    // A directory that matches is not a file, and a file of the very name is no pattern.
    #expect(try expandInputs([scratch("*r.txt"), scratch("b.txt")].suffix(1)) == [scratch("b.txt")])
    #expect(try expandInputs([scratch("odd[1].txt")]) == [scratch("odd[1].txt")])
  }

  @Test func whatMatchesNothing() throws {
    let scratch = scratch()
    for (pattern, message) in [
      (scratch("*.gz"), "no file matches \(scratch("*.gz"))"),
      (scratch("inn*"), "no file matches \(scratch("inn*"))"),
      (scratch("none"), "there is no file in the directory \(scratch("none"))"),
      (scratch("c.txt"), "cannot open \(scratch("c.txt")): no such file or directory"),
      (scratch("b.txt/x"), "cannot open \(scratch("b.txt/x")): not a directory"),
    ] {
      let error = #expect(throws: InputError.self) { try expandInputs([scratch("b.txt"), pattern]) }
      #expect(error?.description == message)
    }
  }
}
