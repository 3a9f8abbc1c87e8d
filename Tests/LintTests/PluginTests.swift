import Configuration
import Diagnostics
import Foundation
import Runtime
import Specifications
import Testing

/// Parameters of plugins, and plugins that use plugins.
@Suite struct PluginTests {
  private static let record = "record: {format: csv, fields: {event: u32, wire: u8, t: f64 ns}}\n"

  /// A pipeline with its plugins, all in memory.
  private func load(_ yaml: String, _ plugins: [String: String]) throws -> (pipeline: Pipeline?, findings: Findings) {
    var request = Pipeline.Request(path: "p.yaml")
    request.pluginDirectories = ["own"]
    request.texts["p.yaml"] = Array(("pipeline: p\n" + Self.record + yaml).utf8)
    for (name, text) in plugins { request.texts["own/\(name).yaml"] = Array("plugin: \(name)\n\(text)".utf8) }
    let findings = Findings()
    return (try Pipeline.load(request, environment: { ["NAME": "$of"][$0] }, findings: findings), findings)
  }

  private func expression(_ name: String, _ pipeline: Pipeline?) -> String? {
    pipeline?.declaration.columns.first { $0.name.text == name }?.setting.text?.text
  }

  private static let plain = "parameters:\n  of: {type: expression, description: It.}\nhistograms: {h: {count: hits}}\n"

  @Test(arguments: [
    ("wire + 1", "(wire + 1) * 2"), ("wire", "wire * 2"), ("12", "12 * 2"), ("-wire", "(-wire) * 2"),
    ("'a'", "('a') * 2"),
  ])
  func `An expression among other signs stays one thing`(argument: String, expected: String) throws {
    let (_, findings) = try load(
      "uses: [{a: {of: \"\(argument)\"}}]\n", ["a": Self.plain + "columns: {c: $of * 2}\n"])
    let (pipeline, _) = try load("uses: [{a: {of: \"\(argument)\"}}]\n", ["a": Self.plain + "columns: {c: $of * 2}\n"])
    if argument == "'a'" {
      #expect(findings.all.map(\.code.name) == ["type-mismatch"])
    } else {
      #expect(findings.all.isEmpty, "\(findings.all.map(\.message))")
      #expect(expression("c", pipeline) == expected)
    }
  }

  @Test func `Names, dollars and variables of the environment`() throws {
    let plugin = """
      parameters:
        of: {type: expression, description: It.}
        name: {type: name, default: x, description: Its name.}
      columns: {$(name)_c: $(of)}
      histograms: {$name: {of: $of, bins: integers 0..3, title: "$of, $$of, $5, ${NAME}, $name."}}
      """
    let (pipeline, findings) = try load("uses: [{a: {of: wire + 1, name: n}}]\n", ["a": plugin])
    #expect(findings.all.isEmpty, "\(findings.all.map(\.message))")
    #expect(expression("n_c", pipeline) == "wire + 1")
    let histogram = try #require(pipeline?.declaration.histograms.first)
    #expect(histogram.name.text == "n")
    #expect(histogram.setting.settings?["title"]?.text?.text == "wire + 1, $of, $5, $of, n.")
  }

  @Test func `What is wrong with an argument is shown where it was typed`() throws {
    let (_, findings) = try load(
      "uses: [{a: {of: wire + wirre}}]\n", ["a": Self.plain + "columns: {c: $of, d: $of}\n"])
    let finding = try #require(findings.sorted.first)
    #expect(findings.sorted.count == 1)
    #expect(finding.code.name == "unknown-column")
    #expect(finding.span?.source.name == "p.yaml")
    #expect(finding.span?.start == Position(line: 3, column: 24))
    #expect(finding.notes.map(\.span?.source.name) == ["own/a.yaml"])
  }

  @Test func `What is wrong inside is shown with every use that led there`() throws {
    let (_, findings) = try load(
      "uses: [a]\n",
      ["a": "uses: [b]\n", "b": "uses:\n  - c\n", "c": "columns: {c: nothing}\nhistograms: {h: {count: hits}}"])
    let finding = try #require(findings.sorted.first)
    #expect(finding.span?.source.name == "own/c.yaml")
    #expect(finding.notes.map(\.message) == ["used from here", "used from here", "used from here"])
    #expect(finding.notes.map(\.span?.source.name) == ["own/b.yaml", "own/a.yaml", "p.yaml"])
    #expect(finding.notes.map(\.span?.start.line) == [3, 2, 3])
  }

  @Test func `Optional parameters leave out keys, items and names`() throws {
    let plugin = """
      parameters:
        per: {type: column, optional: true, description: What splits it.}
        cut: {type: condition, optional: true, description: What counts.}
      cleansing: [{keep: wire > 3}]
      histograms: {h: {of: wire, bins: integers 4..9, per: $per, where: $cut}}
      """
    let (without, findings) = try load("uses: [a]\n", ["a": plugin])
    #expect(findings.all.isEmpty, "\(findings.all.map(\.message))")
    let bare = try #require(without?.declaration.histograms.first?.setting.settings)
    #expect(bare["per"] == nil && bare["where"] == nil)
    let (with, _) = try load("uses: [{a: {per: event, cut: wire > 4}}]\n", ["a": plugin])
    let full = try #require(with?.declaration.histograms.first?.setting.settings)
    #expect(full["per"]?.text?.text == "event" && full["where"]?.text?.text == "wire > 4")
  }

  @Test func `A list stays a list`() throws {
    let plugin = """
      parameters: {bins: {type: bins, description: Its bins.}}
      histograms: {h: {of: [wire, t], bins: [$bins, 3 from 0 ns to 3 ns]}, g: {of: wire, bins: $bins}}
      """
    let (pipeline, findings) = try load("uses: [{a: {bins: 5 from 0 to 10}}]\n", ["a": plugin])
    #expect(findings.all.isEmpty, "\(findings.all.map(\.message))")
    #expect(pipeline?.declaration.histograms.count == 2)
    let (edges, more) = try load(
      "uses: [{a: {bins: [0, 1, 5]}}]\n",
      ["a": "parameters: {bins: {type: bins, description: Its bins.}}\nhistograms: {g: {of: wire, bins: $bins}}\n"])
    #expect(more.all.isEmpty, "\(more.all.map(\.message))")
    #expect(edges?.declaration.histograms.first?.setting.settings?["bins"]?.list?.first?.binning?.count == 2)
  }

  @Test func `A plugin that two others use counts once, and those that use it win`() throws {
    let plugins = [
      "base": "columns: {x: wire, y: wire + 1}\nhistograms: {h: {count: hits}}\n",
      "left": "uses: [base]\ncolumns: {x: wire * 2}\n", "right": "uses: [base]\n",
    ]
    let (pipeline, findings) = try load(
      "uses: [left, right]\ncolumns: {y: wire + 5}\nhistograms: {sum: {of: x + y, bins: integers 5..9}}\n", plugins)
    // What is left of the second is what the first has too.
    #expect(findings.all.map(\.code.name) == ["unused-plugin"], "\(findings.all.map(\.message))")
    #expect(expression("x", pipeline) == "wire * 2")
    #expect(expression("y", pipeline) == "wire + 5")
    #expect(pipeline?.declaration.columns.map(\.name.text) == ["x", "y"])
    // Two that both change it are a contradiction.
    let (_, clash) = try load(
      "uses: [left, right]\n", plugins.merging(["right": "columns: {x: wire * 3}\n"]) { $1 })
    #expect(clash.all.map(\.code.name) == ["plugin-clash"])
  }

  @Test func `Two uses with other parameters are two`() throws {
    let plugin = """
      parameters: {name: {type: name, default: h, description: Its name.}}
      histograms: {$name: {count: hits}}
      """
    let (pipeline, findings) = try load("uses: [a, {a: {name: b}}, {a: {name: c}}]\n", ["a": plugin])
    #expect(findings.all.isEmpty, "\(findings.all.map(\.message))")
    #expect(pipeline?.declaration.histograms.map(\.name.text) == ["h", "b", "c"])
    // The default given is the default.
    let (_, twice) = try load("uses: [a, {a: {name: h}}]\n", ["a": plugin])
    #expect(twice.all.map(\.code.name) == ["duplicate-name"])
  }

  @Test func `A table of constants from a file`() throws {
    var request = Pipeline.Request(path: "folder/p.yaml")
    request.texts["folder/p.yaml"] = Array(
      "pipeline: p\n\(Self.record)constants: {o: {by: wire, file: o.csv, unit: ns}}\nhistograms: {h: {of: t - o, bins: 3 from 0 ns to 3 ns}}\n"
        .utf8)
    request.texts["folder/o.csv"] = Array("wire;offset\r\n# none\n0; 1.5\n\n1; 2 us\n".utf8)
    let findings = Findings()
    let pipeline = try Pipeline.load(request, environment: { _ in nil }, findings: findings)
    #expect(findings.all.isEmpty, "\(findings.all.map(\.message))")
    let table = pipeline?.declaration.constants.first?.setting.node["values"]
    #expect(table?.mapping?.map(\.name) == ["0", "1"])
    #expect(table?.mapping?.map { $0.value.scalar?.text } == ["1.5 ns", "2 us"])
    #expect(findings.sources.map(\.name) == ["folder/p.yaml", "folder/o.csv"])
  }
}
