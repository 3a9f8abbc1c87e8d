import Diagnostics
import Foundation
import Runtime
import Specifications
import Testing

/// Numbers at the limits of their types, wherever a pipeline or an option takes a number: the program says what is
/// wrong, or goes on. It never ends by a signal.
@Suite struct ExtremeValueTests {
  private static let values = [
    "0", "-1", "1", "2147483647", "-2147483648", "9007199254740993", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "1e-320", "1e-20", "1e308", "-1e308", "nan", "inf",
  ]

  /// What the program ends with where it ends by itself, or in order by Ctrl-C.
  private static let ends: Set<Int32> = [0, 1, 2, 64, 130]

  private static let begin = "pipeline: p\nuses: [detectors/minidt]\n"

  /// The examples of all components and all checks, each a pipeline.
  private static let examples: [String] =
    Registry.specifications.map(\.example).filter { !$0.isEmpty }.map(whole)
    + LintRule.all.flatMap { [$0.wrong.yaml, $0.right.yaml] }.map(whole)

  private static func whole(_ yaml: String) -> String {
    yaml.hasPrefix("pipeline:") || yaml.hasPrefix("plugin:") || yaml.contains("\npipeline:") ? yaml : begin + yaml
  }

  /// Those that differ most: there are many examples.
  private static let fewValues = ["-1", "9223372036854775807", "1e-20", "1e308", "nan"]

  /// `text` with each of its numbers in turn exchanged for each of the values.
  private static func mutations(_ text: String) -> [String] {
    text.matches(of: /\b[0-9]+(\.[0-9]+)?(e-?[0-9]+)?/).flatMap { match in
      fewValues.map { text.replacingCharacters(in: match.range, with: $0) }
    }
  }

  /// Each key that takes a number, with each of the values, also in seconds.
  private static let keys: [String] = Registry.specifications.flatMap { specification -> [String] in
    specification.keys.filter(\.takesNumber).flatMap { key -> [String] in
      let all = key.takesUnit ? values + values.flatMap { ["\($0) s", "\($0) /s"] } : values
      return all.map { value in
        let entry = "\(key.name): \(value)"
        switch specification.kind {
        case .source: return begin + "sources: {s: {\(specification.name): {\(entry)}}}\n"
        case .sink: return begin + "sinks: [{\(specification.name): {\(entry)}}]\n"
        case .window: return begin + "window: {\(entry)}\nhistograms: {h: {of: wire, bins: 64 from 0 to 64}}\n"
        case .histogram:
          return begin + "histograms: {h: {of: wire, bins: 64 from 0 to 64, plot: wire, \(entry)}}\n"
        case .decoder:
          return "pipeline: p\nrecord: {format: \(specification.name), fields: {a: u8}, \(entry)}\n"
            + "histograms: {h: {of: a, bins: 2 from 0 to 2}}\n"
        case .cleansing: return begin + "cleansing: [{\(entry)}]\n"
        case .group: return begin + "groups: {g: {by: ORBIT_CNT, \(entry)}}\n"
        case .section: return begin + "\(specification.name): {\(entry)}\n"
        }
      }
    }
  }

  private func lint(_ texts: [String]) throws {
    let program = Program()
    // A child for many files: starting it takes longer than a file.
    for start in stride(from: 0, to: texts.count, by: 150) {
      let names = texts[start..<min(start + 150, texts.count)].enumerated().map { index, text in
        program.folder.write(text, "p\(index).yaml")
      }
      let result = try program(arguments: ["lint"] + names)
      guard !Self.ends.contains(result.exit) else { continue }
      // Which of them it was.
      for name in names {
        let own = try program(arguments: ["lint", name])
        let text = (try? String(contentsOfFile: name, encoding: .utf8)) ?? ""
        #expect(Self.ends.contains(own.exit), "exit \(own.exit) of\n\(text)")
      }
    }
  }

  @Test func examplesWithOtherNumbers() throws {
    let texts = Self.examples.flatMap(Self.mutations)
    #expect(texts.count > 1000)
    try lint(texts)
  }

  @Test func everyKeyThatTakesANumber() throws {
    #expect(Self.keys.count > 300)
    try lint(Self.keys)
  }

  /// Pipelines that lint passes are explained and run.
  @Test(arguments: values) func shortRuns(value: String) throws {
    let program = Program()
    program.folder.write("1,2\n3,4\n5,\(value)\n", "rows.csv")
    let rows = "pipeline: p\nsources: {s: {file: {path: rows.csv}}}\nrecord: {format: csv, fields: {a: i64, b: f64}}\n"
    let sink = "sinks: [{file: {path: out.jsonl}}]\n"
    let texts = [
      Self.begin + sink + "sources: {s: {simulate: {rate: \(value) /s, rows: 3}}}\n"
        + "histograms: {h: {of: wire, bins: 2 from 0 to 2}}\n",
      Self.begin + sink + "sources: {s: {simulate: {seed: \(value), rows: 3}}}\nwindow: {every: \(value) s}\n",
      rows + sink
        + "histograms: {h: {of: a * \(value), bins: 2 from 0 to 2}, i: {of: b, bins: 3 from 0 to \(value)}}\n",
      rows + sink + "window: {span: \(value) of a, late: \(value)}\n"
        + "histograms: {p: {plot: b, against: a, points: 5}}\n",
      rows + sink + "window: {span: \(value) of b}\n"
        + "histograms: {p: {profile: b, against: a, bins: 3 from 0 to 3}}\n",
      rows + sink + "cleansing: [{dead_time: \(value), of: a, per: a}]\n"
        + "histograms: {p: {of: b, bins: \"[-1, 0, \(value)]\"}}\n",
      rows + sink + "groups: {g: {by: a, disorder: \(value), values: {n: sum(b)}}}\n"
        + "histograms: {p: {of: g.n, bins: 2 from 0 to 2}}\n",
      rows + sink + "columns: {l: {last: b, within: \(value), of: a}}\n"
        + "histograms: {p: {of: l, bins: 2 from 0 to 2}}\n",
    ]
    for (index, text) in texts.enumerated() {
      program.folder.write(text, "p\(index).yaml")
      let explain = try program("explain", "p\(index).yaml")
      #expect(Self.ends.contains(explain.exit), "explain ends with \(explain.exit):\n\(text)")
      guard explain.exit == 0 else { continue }
      let begin = Date()
      let run = try program(
        arguments: ["run", "p\(index).yaml"], signal: SIGINT, ready: { Date().timeIntervalSince(begin) > 0.5 })
      #expect(Self.ends.contains(run.exit), "run ends with \(run.exit):\n\(text)")
      guard program.folder.has("out.jsonl") else { continue }
      for command in [["plot", "out.jsonl"], ["merge", "p\(index).yaml", "out.jsonl"]] {
        let end = try program(arguments: command).exit
        #expect(Self.ends.contains(end), "\(command) ends with \(end):\n\(text)")
      }
      try FileManager.default.removeItem(atPath: program.folder("out.jsonl"))
    }
  }

  @Test func emulatedAtAnyRate() throws {
    let program = Program()
    for value in Self.values {
      program.folder.write(
        Self.begin + "emulate: {rate: \(value) /s, rows: 2, source: {simulate: {rows: 2}}}\n", "e.yaml")
      let begin = Date()
      let end = try program(
        arguments: ["emulate", "e.yaml"], signal: SIGINT, ready: { Date().timeIntervalSince(begin) > 0.3 }
      ).exit
      #expect(Self.ends.contains(end), "emulate ends with \(end) at \(value) /s")
    }
  }

  /// Options of parts of an input.
  @Test(arguments: ["--offset", "--first-row", "--order", "--clock-near", "--partitions"])
  func optionsOfKernels(option: String) throws {
    let program = Program()
    let rows = "record: {format: csv, fields: {a: i64, b: f64}}\nhistograms: {h: {of: a, bins: 9 from 0 to 9}}\n"
    for (index, window) in ["all", "{rows: 2}", "{span: 3 of a}"].enumerated() {
      program.folder.write("pipeline: p\nwindow: \(window)\n" + rows, "p\(index).yaml")
      for value in Self.values + ["4611686018427387904"] {
        var arguments = ["kernel", "p\(index).yaml", "\(option)=\(value)", "-o", "part"]
        if option != "--first-row" { arguments.append("--first-row=0") }
        let kernel = try program(arguments: arguments, input: "1,2\n3,4\n5,6\n")
        #expect(Self.ends.contains(kernel.exit), "\(arguments) ends with \(kernel.exit)")
        guard kernel.exit == 0 else { continue }
        let merge = try program("merge", "p\(index).yaml", "part")
        #expect(Self.ends.contains(merge.exit), "merge after \(arguments) ends with \(merge.exit)")
      }
    }
  }

  @Test func timesThatNanosecondsCannotHold() throws {
    let program = Program()
    program.folder.write(
      "pipeline: p\nwindow: {every: 1 s}\nrecord: {format: csv, fields: {a: i64}}\n"
        + "histograms: {h: {of: a, bins: 9 from 0 to 9}}\n", "p.yaml")
    let late = try program("kernel", "p.yaml", "--arrived", "9999-01-01T00:00:00Z", "-o", "part", input: "1\n")
    #expect(late.exit == 64)
    #expect(late.error.contains("before 2262"))
  }

  /// What is drafted from a file lints, whatever its numbers are.
  @Test func detectorsOfAnyNumbers() throws {
    let values = [
      "0", "1e308", "-1e308", "1.7e308", "1e-320", "-5e-324", "0.000001", "1e15", "9223372036854775807",
      "-9223372036854775807", "18446744073709551615", "1700000000.123456", "123456789012.5",
    ]
    let program = Program()
    for first in values {
      for second in values {
        program.folder.write("\(first),1\n\(second),2\n\(first),3\n", "rows.csv")
        let drafted = try program("new", "detector", "d", "--from", "rows.csv", "--force")
        #expect(drafted.exit == 0, "\(first), \(second): \(drafted.error)")
        let linted = try program("lint", "d.yaml")
        #expect(linted.exit == 0, "\(first), \(second): \(linted.out)\(linted.error)")
      }
    }
  }

  /// Results that were read back say where reading goes on, and which window was the last.
  @Test func resultsWithPlacesBeyondAll() throws {
    let program = Program()
    program.folder.write("1\n2\n3\n", "rows.csv")
    program.folder.write(
      "pipeline: p\nsources: {s: {file: {path: rows.csv}}}\nsinks: [{file: {path: out.jsonl}}]\n"
        + "record: {format: csv, fields: {a: i64}}\nhistograms: {h: {of: a, bins: 9 from 0 to 9}}\n", "p.yaml")
    #expect(try program("run", "p.yaml").exit == 0)
    let results = program.folder.read("out.jsonl")
    for value in ["9223372036854775807", "-9223372036854775808", "1e308", "18446744073709551615", "-1"] {
      for match in results.matches(of: /\b[0-9]+\b/) {
        program.folder.write(results.replacingCharacters(in: match.range, with: value), "other.jsonl")
        for command in [["merge", "p.yaml", "other.jsonl", "out.jsonl"], ["plot", "other.jsonl"]] {
          let end = try program(arguments: command).exit
          #expect(Self.ends.contains(end), "\(command) ends with \(end): \(value) at \(match.output)")
        }
      }
    }
  }
}

extension Key {
  fileprivate var takesNumber: Bool {
    switch form {
    case .integer, .number, .quantity, .anyQuantity, .expression, .condition, .binning, .any: true
    case .text: name == "rate" || name == "until" || name == "start" || name == "span" || name == "last"
    default: false
    }
  }

  fileprivate var takesUnit: Bool {
    switch form {
    case .quantity, .anyQuantity, .text: true
    default: false
    }
  }
}
