import Configuration
import Diagnostics
import Foundation
import Specifications
import Testing

/// Mutations of YAML texts, the same in every run: whatever the bytes are, reading ends, and places are inside the
/// text.
@Suite struct FuzzTests {
  private struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let mixed = (state ^ (state >> 33)) &* 0xFF51_AFD7_ED55_8CCD
      return mixed ^ (mixed >> 29)
    }
  }

  private static let pipeline = """
    pipeline: dt-chambers   # a comment
    uses: [detectors/minidt]
    defaults: &defaults {of: wire, bins: 64 from 0 to 64, per: chamber}
    window: {every: 2 s}
    description: >-
      miniDT
        muon

      telescope ${RUN:-333}
    note: |2+
        a b

    histograms:
      occupancy: {<<: *defaults, title: "Hits\\tper \\u00e9 \\
        wire"}
      'drift''s': &x
        of: drift
        where: HEAD == 2 and
          TDC in 0..63
    sinks:
      - file: {path: '${DATA}/r.jsonl'}
      - *x

    """
  private static let pieces: [[UInt8]] = [
    "\t", "\n", "\r\n", "  ", "- ", ": ", ":", "[", "]", "{", "}", "\"", "'", "#", "&a ", "*a", "<<: ", "|", ">", "!",
    "%",
    "@", "`", "\\", "\\x", "\\u12", "${", "}", "$${", "---\n", "...", "?", ",", "~", "\u{FEFF}", "\u{A0}", "\u{2028}",
    "\u{85}", "\0", "漢",
  ].map { Array($0.utf8) }

  private func mutated(_ bytes: [UInt8], _ random: inout Random) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random)!, at: place)
      case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 2 where place < bytes.count: bytes.remove(at: place)
      case 3 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
      default:
        let end = min(place + Int.random(in: 0...30, using: &random), bytes.count)
        let part = Array(bytes[place..<end])
        if Bool.random(using: &random) { bytes.removeSubrange(place..<end) } else { bytes += part }
      }
    }
    return bytes
  }

  @Test func mutatedTextsNeverCrash() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
      .sorted()
    let texts = try [Self.pipeline] + names.map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
    var random = Random(state: 1)
    let printer = FindingPrinter(colour: true)
    for round in 0..<6000 {
      let seed = round.isMultiple(of: 2) ? texts[0] : texts[round / 2 % texts.count]
      let text = String(decoding: mutated(Array(seed.utf8), &random), as: UTF8.self)
      let (root, findings) = composed(text, ["RUN": "333"])
      #expect(root != nil || findings.hasErrors, "nothing was said about \(text.debugDescription)")
      for finding in findings.all {
        let place = try #require(finding.span?.start)
        let last = SourceText(name: "", text: text)
        #expect(
          (1...last.lineCount).contains(place.line) && place.column <= last.line(place.line).unicodeScalars.count + 1)
      }
      #expect(!printer.text(findings).contains("\0"))
      if let root, !text.contains("*"), !text.contains("$") { checkPlaces(root, text) }
    }
  }

  /// Without aliases and variables, each character of a value stands behind the one before.
  private func checkPlaces(_ node: Node, _ text: String) {
    switch node.content {
    case .empty: break
    case .scalar(let scalar, _): checkPlaces(scalar, text)
    case .list(let items): for item in items { checkPlaces(item, text) }
    case .mapping(let entries):
      for entry in entries {
        checkPlaces(entry.key, text)
        checkPlaces(entry.value, text)
      }
    }
  }

  private func checkPlaces(_ scalar: LocatedText, _ text: String) {
    let places = scalar.positions.dropLast()
    #expect(
      zip(places, places.dropFirst()).allSatisfy { $0 < $1 },
      "\(scalar.text.debugDescription) in \(text.debugDescription)")
  }
}
