import Foundation
import Testing

/// A hint leads to what the user meant: each is typed in the place of the mistake, the pipeline is run, and the rows
/// that are counted are those of a closure that shares nothing with the engine.
@Suite struct HintTests {
  struct Row {
    let wire: Int
    let chan: Int
    let x: Double
    var kind: String { ["A", "B", "C"][wire % 3] }

    static let all = (0..<64).map { Row(wire: $0, chan: $0 * 7 % 11, x: Double($0) / 4 - 3) }
    var line: String { "\(wire),\(chan),\(x),\(kind)\n" }
  }

  struct Case: CustomTestStringConvertible {
    /// The condition as it was typed.
    let typed: String
    /// The part of it that the hint is about; nil for all of it.
    var instead: String?
    /// What the hint says to type.
    let hint: String
    let meant: @Sendable (Row) -> Bool

    init(_ typed: String, _ instead: String, _ hint: String, _ meant: @escaping @Sendable (Row) -> Bool) {
      (self.typed, self.instead, self.hint, self.meant) = (typed, instead, hint, meant)
    }

    init(_ typed: String, _ hint: String, _ meant: @escaping @Sendable (Row) -> Bool) {
      (self.typed, self.hint, self.meant) = (typed, hint, meant)
    }

    var obeyed: String { typed.replacingOccurrences(of: instead ?? typed, with: hint) }
    var testDescription: String { typed }
  }

  static let cases = [
    Case("wire == 3 or 4", "wire in [3, 4]") { [3, 4].contains($0.wire) },
    Case("wire == 3 or 4 or 5", "wire in [3, 4, 5]") { 3...5 ~= $0.wire },
    Case("wire == 3 or (4 or 5)", "wire in [3, 4, 5]") { 3...5 ~= $0.wire },
    Case("3 == wire or 4", "wire in [3, 4]") { [3, 4].contains($0.wire) },
    Case("wire == 1 and 2", "wire in [1, 2]") { [1, 2].contains($0.wire) },
    Case("wire != 3 or 4", "wire not in [3, 4]") { ![3, 4].contains($0.wire) },
    Case("not wire == 3 or 4", "wire not in [3, 4]") { ![3, 4].contains($0.wire) },
    Case("wire in [1, 2] or 3", "wire in [1, 2, 3]") { 1...3 ~= $0.wire },
    Case("wire == 3 or 4 and chan == 10", "wire == 3 or 4", "wire in [3, 4]") {
      [3, 4].contains($0.wire) && $0.chan == 10
    },
    Case("kind == 'A' or 'B'", "kind in ['A', 'B']") { $0.kind != "C" },
    Case("wire > 40 or 50", "50", "wire > 50") { $0.wire > 40 },
    Case("50 < wire and 60", "60", "wire > 60") { $0.wire > 60 },
    Case("wire in 0..5 or 7", "7", "wire == 7") { 0...5 ~= $0.wire || $0.wire == 7 },
    Case("wire or chan == 3", "wire ", "wire == 3 ") { $0.wire == 3 || $0.chan == 3 },
    Case("1 < wire < 5", "1 < wire and wire < 5") { 2...4 ~= $0.wire },
    Case("1 < wire <= chan < 8", "1 < wire and wire <= chan and chan < 8") {
      1 < $0.wire && $0.wire <= $0.chan && $0.chan < 8
    },
    Case("(wire % 2) < chan < 3", "(wire % 2) < chan and chan < 3") { $0.wire % 2 < $0.chan && $0.chan < 3 },
    Case("wire == 3 | wire == 4", "wire == 3 or wire == 4") { [3, 4].contains($0.wire) },
    Case("wire > 3 & chan < 5 & x < 9", "wire > 3 and chan < 5 and x < 9") {
      $0.wire > 3 && $0.chan < 5 && $0.x < 9
    },
    Case("(wire == 3) | (chan == 2)", "|", "or") { $0.wire == 3 || $0.chan == 2 },
    Case("wire in 3, 4", "in 3, 4", "in [3, 4]") { [3, 4].contains($0.wire) },
    Case("wire in (3, 4)", "in (3, 4)", "in [3, 4]") { [3, 4].contains($0.wire) },
    Case("wire in [0..5]", "in [0..5]", "in 0..5") { 0...5 ~= $0.wire },
    Case("wire in range(2, 6)", "in range(2, 6)", "in 2..5") { 2...5 ~= $0.wire },
    Case("wire in 5", "in 5", "in [5]") { $0.wire == 5 },
    Case("x^2 > 4", "x^2", "x * x") { $0.x * $0.x > 4 },
    Case("x^0.5 > 2", "x^0.5", "sqrt(x)") { $0.x > 4 },
    Case("wire^2 == 4", "wire^2", "wire * wire") { $0.wire == 2 },
    Case("(wire + chan)^2 > 100", "(wire + chan)^2", "(wire + chan) * (wire + chan)") { $0.wire + $0.chan > 10 },
    Case("1 + chan^3 == 9", "chan^3", "chan * chan * chan") { $0.chan == 2 },
    Case("x / 10^1 > 1", "10^1", "10") { $0.x > 10 },
    Case("2^chan == 8", "2^chan", "1 << chan") { $0.chan == 3 },
    Case("x > .25", ".25", "0.25") { $0.x > 0.25 },
    Case("wire == 0o17", "0o17", "15") { $0.wire == 15 },
    Case("wire => 60", "=>", ">=") { $0.wire >= 60 },
  ]

  private static let record = "record: {format: csv, fields: {wire: u8, chan: u8, x: f64, kind: text}}\n"

  @Test func hintsOfConditions() throws {
    let program = Program()
    program.folder.write(Row.all.map(\.line).joined(), "rows.csv")
    var wrong = "pipeline: p\n" + Self.record + "columns:\n"
    var right =
      "pipeline: p\nsources: {rows: {file: {path: rows.csv}}}\nsinks: [{file: {path: out.jsonl}}]\n" + Self.record
    right += "histograms:\n"
    for (index, item) in Self.cases.enumerated() {
      wrong += "  c\(index): \"\(item.typed)\"\n"
      right += "  c\(index): {of: wire, bins: 64 from 0 to 64, where: \"\(item.obeyed)\"}\n"
    }
    program.folder.write(wrong + "histograms: {h: {of: wire, bins: 64 from 0 to 64}}\n", "wrong.yaml")
    program.folder.write(right, "right.yaml")

    let lint = try program("lint", "wrong.yaml", "--format", "json")
    let hints = try Self.hints(lint.out)
    for (index, item) in Self.cases.enumerated() {
      // A line of the pipeline for each.
      let own = hints.filter { $0.line == index + 4 }.map(\.hint)
      #expect(own.contains { $0.contains(item.hint.trimmingCharacters(in: .whitespaces)) }, "\(item.typed): \(own)")
    }

    let run = try program("run", "right.yaml")
    #expect(run.exit == 0, "\(run.error)")
    let histograms = try #require(
      try messages(program.folder.read("out.jsonl")).last?["histograms"] as? [String: [String: Any]])
    for (index, item) in Self.cases.enumerated() {
      let counts = histograms["c\(index)"]?["bin_counts"] as? [Int]
      let meant = Row.all.map { item.meant($0) ? 1 : 0 }
      #expect(counts == meant, "\(item.typed), obeyed: \(item.obeyed)")
    }
  }

  /// Bins that a hint proposes hold every value of the column.
  @Test(arguments: ["64 from 0 to 63", "100 from 0 to 63", "10 from 64 to 200"]) func hintsOfBins(bins: String) throws {
    let program = Program()
    program.folder.write(Row.all.map(\.line).joined(), "rows.csv")
    func pipeline(_ bins: String) -> String {
      """
      pipeline: p
      sources: {rows: {file: {path: rows.csv}}}
      sinks: [{file: {path: out.jsonl}}]
      \(Self.record)columns: {cell: wire % 64}
      histograms: {h: {of: cell, bins: \(bins)}}
      """
    }
    program.folder.write(pipeline(bins), "wrong.yaml")
    let lint = try program("lint", "wrong.yaml", "--format", "json")
    let hint = try #require(try Self.hints(lint.out).first?.hint)
    // The last bins that it names are those with the end included.
    let proposed = try #require(hint.split(separator: "`").last { $0.contains(" from ") })
    program.folder.write(pipeline(String(proposed)), "right.yaml")
    let clean = try program("lint", "right.yaml")
    #expect(!clean.out.contains("bins"), "\(clean.out)")
    #expect(try program("run", "right.yaml").exit == 0)
    let histograms = try messages(program.folder.read("out.jsonl")).last?["histograms"] as? [String: [String: Any]]
    #expect(histograms?["h"]?["bin_counts"] as? [Int] == Array(repeating: 1, count: 64), "\(proposed)")
    #expect(histograms?["h"]?["overflow"] as? Int == 0)
  }

  private static func hints(_ json: String) throws -> [(line: Int, hint: String)] {
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8))
    let findings = (object as? [[String: Any]]) ?? (object as? [String: Any])?["findings"] as? [[String: Any]] ?? []
    return findings.compactMap { finding in
      guard let hint = finding["hint"] as? String else { return nil }
      return (finding["line"] as? Int ?? 0, hint)
    }
  }
}
