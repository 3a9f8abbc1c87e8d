import ChainExecution
import Connectors
import Diagnostics
import Glibc
import JSON
import Results
import Runtime

/// Gives the parts of the engine that read what others wrote inputs that nobody would write, the same ones for the same
/// seed: pipelines, rows, results and partial results.
///
///     EngineFuzz ROUNDS SEED FILE...
///
/// What a file is its name says: `.yaml`, `.rows`, `.jsonl`. First come the files as they are, then so many inputs of each
/// kind that are made of them. An input that ends the program is in the folder that is printed first.
@main
enum EngineFuzz {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    guard words.count >= 3, let rounds = Int(words[0]), let seed = UInt64(words[1]) else {
      print("usage: EngineFuzz ROUNDS SEED FILE...")
      exit(2)
    }
    let folder = Folder()
    print("EngineFuzz: inputs in \(folder.path)")
    fflush(nil)
    func files(_ ending: String) -> [[UInt8]] { words.dropFirst(2).filter { $0.hasSuffix(ending) }.map(contents) }
    var mutator = Mutator(seed: seed)
    try Pipelines(folder).run(files(".yaml"), rounds, &mutator)
    try Results(folder).run(files(".jsonl"), rounds, &mutator)
    try Rows(folder).run(files(".rows"), rounds, &mutator)
    try Partials(folder, rows: files(".rows")).run([], rounds, &mutator)
    folder.remove()
    print("EngineFuzz: \(rounds) rounds of each kind with seed \(seed)")
  }
}

/// One kind of input.
protocol FuzzTarget {
  var folder: Folder { get }
  /// The name of the file in which an input is left.
  var name: String { get }
  /// Inputs of its own, besides those of files.
  var own: [[UInt8]] { get }
  /// Reads an input: whatever it is, this returns.
  func read(_ path: String, _ bytes: [UInt8]) throws
}

extension FuzzTarget {
  var own: [[UInt8]] { [] }

  func run(_ files: [[UInt8]], _ rounds: Int, _ mutator: inout Mutator) throws {
    let corpus = own + files
    guard !corpus.isEmpty else { return }
    for bytes in corpus { try read(folder.write(bytes, name), bytes) }
    for _ in 0..<rounds {
      let bytes = mutator.mutated(corpus)
      try read(folder.write(bytes, name), bytes)
    }
  }
}

/// Ends the program with a core and with the input in its file.
func check(_ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { fatalError(what()) }
}

/// Loads a pipeline, as all commands do.
func load(_ path: String) throws -> (pipeline: Pipeline?, findings: Findings) {
  let findings = Findings()
  let pipeline = try Pipeline.load(Pipeline.Request(path: path), environment: { _ in nil }, findings: findings)
  return (pipeline, findings)
}

/// YAML, and what it declares.
struct Pipelines: FuzzTarget {
  let folder: Folder
  let name = "pipeline.yaml"

  init(_ folder: Folder) { self.folder = folder }

  func read(_ path: String, _ bytes: [UInt8]) throws {
    let (pipeline, findings) = try load(path)
    check((pipeline == nil) == findings.hasErrors, "a pipeline without errors, or errors without a word")
    for finding in findings.all {
      guard let span = finding.span else { continue }
      check(span.start.line >= 1 && span.start.line <= span.source.lineCount, "a place outside of the text")
    }
    check(!FindingPrinter(colour: false).text(findings).isEmpty || findings.all.isEmpty, "a finding without a text")
  }
}

/// Messages of results: each line alone, and merged.
struct Results: FuzzTarget {
  let folder: Folder
  let name = "results.jsonl"

  init(_ folder: Folder) { self.folder = folder }

  func read(_ path: String, _ bytes: [UInt8]) throws {
    let merger = ResultMerger(pipeline: "p", histograms: [])
    var total = ResultTotal()
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      Array(line).withUnsafeBytes { line in
        _ = ResultMerger.order(of: line)
        if let content = try? ResultContent(reading: line) { total.add(content) }
        _ = try? merger.add(line)
      }
    }
    _ = merger.finish()
    var writer = JSONWriter()
    total.write(to: &writer)
  }
}

/// Rows in every record format, through the whole chain.
struct Rows: FuzzTarget {
  let folder: Folder
  let name = "input.rows"
  private let pipelines: [Pipeline]

  private static let records = [
    "format: csv, fields: {a: i32, b: f64, c: u8, d: text}",
    "format: csv, quote: '\"', comment: '#', fields: {a: i64, b: f32 ns, c: u64, d: text}",
    "format: csv, separator: blanks, header: 'yes', fields: {a: i32, b: f64, c: u8}",
    "format: words, fields: {a: 20 signed, b: 12, c: 30, d: 1}",
    "format: words, bytes: 3, order: big, skip: 2, fields: {a: 7, b: 9, c: 4}",
    "format: records, skip: 3, fields: {a: i64, b: f64, c: u64, d: f32}",
  ]

  init(_ folder: Folder) throws {
    self.folder = folder
    pipelines = try Self.records.enumerated().map { number, record in
      let windows = ["all", "{rows: 7}", "{span: 1000 of a, late: 5}"]
      let text = """
        pipeline: p
        record: {\(record)}
        window: \(windows[number % 3])
        groups: {g: {by: a, n: count, low: min(c), k: distinct(c)}}
        histograms:
          a: {of: a, bins: 10 from -5 to 5}
          c: {of: c, bins: 'integers 0..9', per: d1}
          n: {of: g.n, bins: 'integers 0..9', where: g.k > 0}
        columns: {d1: c % 7}
        """
      let (pipeline, findings) = try load(folder.write(Array(text.utf8), "pipeline.yaml"))
      guard let pipeline else { fatalError(FindingPrinter(colour: false).text(findings)) }
      return pipeline
    }
  }

  func read(_ path: String, _ bytes: [UInt8]) throws {
    for (number, pipeline) in pipelines.enumerated() {
      var options = Run.Options()
      options.inputs = [path]
      options.threads = 1 + bytes.count % 2
      options.chunkBytes = [1, 100, 1 << 16][(bytes.count + number) % 3]
      let run = try Run(pipeline, options: options, observer: nil)
      let totals: RunTotals
      do {
        totals = try run.execute()
      } catch let failure as RunFailure {
        totals = failure.totals
      }
      let counts = totals.counts
      check(counts.hits + counts.dropped == counts.records, "\(counts) do not add up")
    }
  }
}

/// Partial results, merged with a whole one.
struct Partials: FuzzTarget {
  let folder: Folder
  let name = "part.hmp"
  let own: [[UInt8]]
  private let pipeline: Pipeline
  private let whole: String

  init(_ folder: Folder, rows: [[UInt8]]) throws {
    self.folder = folder
    let text = """
      pipeline: p
      record: {format: csv, fields: {a: i32, b: f64, c: u8, d: text}}
      window: {span: 1000 of a, late: 5}
      groups: {g: {by: a, disorder: 10, n: count, k: distinct(c)}}
      histograms:
        b: {of: b, bins: 10 from -5 to 5, per: d1}
        p: {profile: b, against: c, bins: [0, 1, 3]}
        n: {of: g.n, bins: 'integers 0..9'}
        x: {plot: b, against: c, points: 20}
      columns: {d1: c % 7}
      """
    guard let loaded = try load(folder.write(Array(text.utf8), "pipeline.yaml")).pipeline else {
      fatalError("the pipeline of partial results has errors")
    }
    pipeline = loaded
    let path = folder.write((0..<400).flatMap { Array("\($0 * 7),\($0 % 9).5,\($0 % 5),x\n".utf8) }, "first.rows")
    func part(_ bytes: Range<Int64>, order: Int64) throws -> [UInt8] {
      var options = PartCounter.Options()
      options.input = .piece(FilePiece(path: path, name: "rows", bytes: bytes))
      var part: [UInt8] = []
      _ = try PartCounter(loaded, options: options, warn: { _ in }).execute { part += $0 }
      return part
    }
    own = [try part(0..<2000, order: 0), try part(0..<100, order: 0)]
    whole = folder.write(try part(2000..<Int64.max, order: 1), "whole.hmp")
  }

  func read(_ path: String, _ bytes: [UInt8]) throws {
    for paths in [[path], [path, whole]] {
      let merge = PartialMerge(pipeline, options: PartialMerge.Options())
      _ = try? merge.execute(paths, rest: { _ in }, publish: { _ in })
    }
  }
}

// MARK: Inputs

/// A folder of its own.
struct Folder {
  let path: String
  private let names = ["pipeline.yaml", "results.jsonl", "input.rows", "first.rows", "part.hmp", "whole.hmp"]

  init() {
    var template = Array("/tmp/hitmon-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("no folder for inputs") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Writes a file; gives its path.
  func write(_ bytes: [UInt8], _ name: String) -> String {
    let path = "\(path)/\(name)"
    guard let file = fopen(path, "w") else { fatalError("cannot write \(path)") }
    bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
    fclose(file)
    return path
  }

  func remove() {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }
}

func contents(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { fatalError("cannot open \(path)") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&block, 1, block.count, file)
    if count == 0 { return bytes }
    bytes += block[..<count]
  }
}

/// Ways to spoil an input, as bytes and as words.
struct Mutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private static let pieces: [[UInt8]] =
    [
      "\n", "\r\n", "\n\n\n", ",", "  ", "\t", "\"", "'", "#", ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "<<: ", "|",
      ">", "~", "null", "${X}", "\\u12", "\\", "a,b,c,d\n", "d,c,b,a\n", "a [us],b,c,d\n", "\u{FEFF}", "\u{2028}", "0",
      "-1", "1e400", "NaN", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e-320", "0.1",
      "bins: 10 from 0 to 1", "of: a", "text", "u64", "f64 ns", "1 h/ps", "hits", "window", "\"bin_counts\":[",
    ].map { Array($0.utf8) } + [[0], [0xFF], [0x80], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0, 0, 0, 0, 0x80]]

  private static let mostBytes = 1 << 16

  private mutating func next(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return bound > 0 ? Int((state >> 11) % UInt64(bound)) : 0
  }

  mutating func mutated(_ corpus: [[UInt8]]) -> [UInt8] {
    var bytes = corpus[next(corpus.count)]
    for _ in 0...next(6) {
      let place = next(bytes.count + 1), end = min(bytes.count, place + 1 + next(60))
      switch next(6) {
      case 0 where place < bytes.count: bytes[place] = UInt8(next(256))
      case 1: bytes.removeSubrange(place..<end)
      case 2: bytes.insert(UInt8(next(256)), at: place)
      case 3: bytes.insert(contentsOf: Self.pieces[next(Self.pieces.count)], at: place)
      case 4:
        let other = corpus[next(corpus.count)]
        let from = next(other.count + 1)
        bytes.insert(contentsOf: other[from..<min(other.count, from + 200)], at: place)
      default:
        for _ in 0..<next(20) where bytes.count < Self.mostBytes {
          bytes.insert(contentsOf: bytes[place..<end], at: end)
        }
      }
    }
    return bytes
  }
}
