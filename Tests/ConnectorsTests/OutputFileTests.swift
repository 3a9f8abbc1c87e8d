import Testing

@testable import Connectors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Files that are written: what they held stays whole until something takes its place, and nothing else is harmed.
@Suite struct OutputFileTests {
  private let scratch = Scratch()

  private func text(_ name: String) -> String { String(decoding: scratch.bytes(name), as: UTF8.self) }

  /// All names in the folder, hidden ones too.
  private func names() -> Set<String> {
    var names: Set<String> = []
    let stream = opendir(scratch.path)!
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      names.insert(
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.subtracting([".", ".."])
  }

  private func refusal(
    _ path: String, _ manner: OutputFile.Manner = .parts, _ uses: FileUses = FileUses()
  ) -> String? {
    do {
      _ = try OutputFile(path, manner, uses: uses)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `What a file holds is whole until the first part is there, and goes in one step`() throws {
    let path = scratch.write("last night\n", "results.jsonl")
    chmod(path, 0o640)
    let file = try OutputFile(path, .parts, uses: FileUses())
    #expect(text("results.jsonl") == "last night\n" && file.isAsItWas)
    try file.append(Array("one\n".utf8))
    #expect(text("results.jsonl") == "last night\n")
    try file.publish()
    #expect(text("results.jsonl") == "one\n" && !file.isAsItWas)
    try file.append(Array("two\n".utf8))
    #expect(text("results.jsonl") == "one\ntwo\n")
    try file.finish()
    #expect(names() == ["results.jsonl"])
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
  }

  @Test func `A file that is never begun is as it was, and one that was not there is not`() throws {
    let path = scratch.write("last night\n", "old")
    for manner in [OutputFile.Manner.parts, .whole, .appended] {
      _ = try OutputFile(path, manner, uses: FileUses())
      _ = try OutputFile(scratch("new"), manner, uses: FileUses())
      #expect(text("old") == "last night\n")
      #expect(names() == ["old"])
    }
  }

  @Test func `A whole file has its name when it is whole`() throws {
    let file = try OutputFile(scratch("part"), .whole, uses: FileUses())
    try file.append(Array("half".utf8))
    #expect(!names().contains("part"))
    try file.append(Array(" and half".utf8))
    try file.publish()
    try file.finish()
    #expect(text("part") == "half and half" && names() == ["part"])
  }

  @Test func `One program writes to a file`() throws {
    let path = scratch.write("last night\n", "old")
    for (name, manner) in [("old", OutputFile.Manner.parts), ("old", .appended), ("new", .parts), ("newer", .whole)] {
      let first = try OutputFile(scratch(name), manner, uses: FileUses())
      let words = "cannot write \(scratch(name)): another program writes to it now"
      #expect(refusal(scratch(name), manner) == words)
      try first.append([0x31, 0x0A])
      #expect(refusal(scratch(name), manner) == words)
      try first.publish()
      #expect(refusal(scratch(name), manner) == words)
      try first.finish()
      #expect(refusal(scratch(name), manner) == nil)
    }
    #expect(text("old") == "1\n1\n")
    #expect(path == scratch("old") && names() == ["old", "new", "newer"])
  }

  @Test func `Inputs, files of the pipeline and other outputs are told by what they are`() throws {
    let input = scratch.write("1,2\n", "in.txt"), pipeline = scratch.write("pipeline: p\n", "p.yaml")
    scratch.run("ln -s in.txt soft; ln in.txt hard; mkdir folder; ln -s ../in.txt folder/soft; ln -s folder/soft twice")
    let uses = FileUses(configuration: [pipeline], inputs: [input])
    #expect(refusal(input, .parts, uses) == "cannot write \(input): it is an input; give another file")
    for name in ["soft", "hard", "folder/soft", "twice", "./folder//../in.txt"] {
      for manner in [OutputFile.Manner.parts, .whole, .appended] {
        #expect(
          refusal(scratch(name), manner, uses)
            == "cannot write \(scratch(name)): it is the same file as the input \(input); give another file")
      }
    }
    #expect(
      refusal(pipeline, .parts, uses) == "cannot write \(pipeline): the pipeline is read from it; give another file")
    #expect(text("in.txt") == "1,2\n" && text("p.yaml") == "pipeline: p\n")
    // A file that is not there yet, by two names.
    scratch.run("ln -s new.jsonl link.jsonl")
    let first = try OutputFile(scratch("new.jsonl"), .parts, uses: uses)
    #expect(
      refusal(scratch("link.jsonl"), .parts, uses)
        == "cannot write \(scratch("link.jsonl")): it is the same file as \(scratch("new.jsonl")), which is written already; give another file"
    )
    try first.finish()
  }

  @Test func `What a link leads to is replaced, and the other names of a file keep what it held`() throws {
    scratch.write("old\n", "file")
    scratch.run("ln -s file soft; ln file hard; ln -s nothing/yet away; ln -s absent open")
    for name in ["soft", "open"] {
      let file = try OutputFile(scratch(name), .parts, uses: FileUses())
      try file.append(Array("new\n".utf8))
      try file.publish()
      try file.finish()
    }
    #expect(text("file") == "new\n" && text("hard") == "old\n" && text("absent") == "new\n")
    var status = stat()
    #expect(lstat(scratch("soft"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(refusal(scratch("away")) == "cannot write \(scratch("away")): no such file or directory")
    scratch.run("ln -s round round")
    #expect(refusal(scratch("round")) == "cannot write \(scratch("round")): too many levels of symbolic links")
  }

  @Test func `A draft that somebody else has put there is not followed`() throws {
    let path = scratch.write("old\n", "file")
    scratch.write("precious\n", "target")
    let words = "cannot write \(path): \(scratch(".file.draft")) is in the way; remove it"
    for plant in ["ln -s target .file.draft", "ln target .file.draft", "mkdir .file.draft", "mkfifo .file.draft"] {
      scratch.run(plant)
      let file = try OutputFile(path, .parts, uses: FileUses())
      let error = #expect(throws: ConnectorError.self) { try file.append([0x31]) }
      #expect(error?.description == words)
      try file.finish()
      #expect(text("file") == "old\n" && text("target") == "precious\n")
      scratch.run("rm -r .file.draft")
    }
  }

  @Test func `The draft of a program that was killed is used again`() throws {
    let path = scratch.write("old\n", "file")
    scratch.write("half of a very long line", ".file.draft")
    let file = try OutputFile(path, .parts, uses: FileUses())
    try file.append(Array("new\n".utf8))
    try file.publish()
    try file.finish()
    #expect(text("file") == "new\n" && names() == ["file"])
  }

  @Test func `Another file that came meanwhile is not replaced, and one that was moved away is not touched`() throws {
    let path = scratch.write("old\n", "file")
    let first = try OutputFile(path, .parts, uses: FileUses())
    try first.append(Array("new\n".utf8))
    scratch.run("mv file moved; echo other > file")
    let error = #expect(throws: ConnectorError.self) { try first.publish() }
    #expect(
      error?.description
        == "cannot write \(path): another file has taken its place; what was written is \(scratch(".file.draft"))")
    try first.finish()
    #expect(text("file") == "other\n" && text("moved") == "old\n" && text(".file.draft") == "new\n")
    let second = try OutputFile(path, .parts, uses: FileUses())
    scratch.run("mv file away")
    try second.append(Array("new\n".utf8))
    try second.publish()
    try second.finish()
    #expect(text("file") == "new\n" && text("away") == "other\n")
  }

  @Test func `A file that is removed while it is written does not swallow what comes`() throws {
    let file = try OutputFile(scratch("file"), .parts, uses: FileUses())
    try file.append([0x31])
    scratch.run("rm file")
    let error = #expect(throws: ConnectorError.self) { try file.append([0x31]) }
    #expect(error?.description == "cannot write \(scratch("file")): somebody has removed it since the start")
  }

  @Test func `A file that somebody empties has no hole`() throws {
    let file = try OutputFile(scratch("file"), .parts, uses: FileUses())
    try file.append(Array("one\n".utf8))
    scratch.run(": > file")
    try file.append(Array("two\n".utf8))
    try file.finish()
    #expect(text("file") == "two\n")
  }

  @Test func `A full disk leaves whole parts only, and the old file where the first does not fit`() throws {
    // A limit of the size of files stands for a disk: the first bytes of a part go through, the rest does not.
    signal(SIGXFSZ, SIG_IGN)
    let old = scratch.write("old\n", "old")
    let first = try OutputFile(scratch("new"), .parts, uses: FileUses())
    let second = try OutputFile(old, .parts, uses: FileUses())
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    #else
      let resource = RLIMIT_FSIZE
    #endif
    let mebibytes = 48 << 20
    let part = [UInt8](repeating: 0x31, count: mebibytes)
    try first.append(part)
    getrlimit(resource, &limit)
    var small = limit
    small.rlim_cur = rlim_t(mebibytes + mebibytes / 2)
    setrlimit(resource, &small)
    defer { setrlimit(resource, &limit) }
    let tooLarge = #expect(throws: ConnectorError.self) { try first.append(part) }
    #expect(tooLarge?.description == "cannot write \(scratch("new")): file too large")
    #expect(throws: ConnectorError.self) { try second.append(part + part) }
    try second.finish()
    try first.append([0x32])
    try first.finish()
    var status = stat()
    #expect(stat(scratch("new"), &status) == 0 && Int(status.st_size) == mebibytes + 1)
    #expect(text("old") == "old\n" && names() == ["old", "new"])
  }

  @Test func `Pipes, devices and folders`() throws {
    let null = try OutputFile("/dev/null", .parts, uses: FileUses())
    let other = try OutputFile("/dev/null", .appended, uses: FileUses())
    for file in [null, other] {
      try file.append([0x31])
      try file.publish()
      try file.finish()
    }
    #expect(refusal(scratch.path) == "cannot write \(scratch.path): is a directory")
    #expect(refusal(scratch("none/file")) == "cannot write \(scratch("none/file")): no such file or directory")
    scratch.write("", "file")
    #expect(refusal(scratch("file/")) == "cannot write \(scratch("file/")): not a directory")
    #expect(refusal("/dev/fd/999") == "cannot write /dev/fd/999: bad file descriptor")
    // A descriptor by its name is written behind what it wrote.
    let descriptor = open(scratch("shared"), O_RDWR | O_CREAT, 0o600)
    defer { close(descriptor) }
    #expect(write(descriptor, "one\n", 4) == 4)
    let file = try OutputFile("/dev/fd/\(descriptor)", .parts, uses: FileUses())
    try file.append(Array("two\n".utf8))
    try file.publish()
    try file.finish()
    #expect(text("shared") == "one\ntwo\n")
  }
}
