import Diagnostics
import ChainBuilding
import ChainExecution
import Specifications
import Testing

@testable import Dashboard

@Suite struct LayoutTests {
  /// The cells of a layout that says this; nil where it has errors.
  private func cells(_ keys: [String: String]) -> [CellLayout.Cell?]? {
    let findings = Findings()
    let entries = keys.map { key, value in
      let value = LocatedText(option: key, text: value)
      return Node.Entry(
        key: LocatedText(option: key, text: key), value: Node(.scalar(value, quoted: false), span: value.span))
    }
    let node = Node(.mapping(entries), span: LocatedText(option: "layout", text: "x").span)
    let settings = SettingsChecker(findings: findings).check(node, against: DashboardSections.layout)
    return settings.flatMap { CellLayout("grid", $0, findings: findings)?.cells }
  }

  private func xs(_ expression: String, cells count: Int) -> [Double?]? {
    cells(["cells": "\(count)", "x": expression])?.map { $0?.x }
  }

  @Test func `Cells lie where the expressions say, from the left upper corner of them all`() {
    let cell = { CellLayout.Cell(x: $0, y: $1, width: 5, height: 2.5) }
    #expect(
      cells(["cells": "4", "x": "5 * (bin % 2) - 7", "y": "bin // 2", "width": "5", "height": "2.5"])
        == [cell(0, 0), cell(5, 0), cell(0, 1), cell(5, 1)])
  }

  @Test func `Bins without a place have no cell`() {
    #expect(xs("6 / bin", cells: 4) == [nil, 4, 1, 0])
    #expect(xs("if(bin > 1, bin // (bin - 2), 1)", cells: 5) == [0, 0, nil, 2, 1])
    #expect(xs("1 / 0", cells: 2) == [nil, nil])
    // Beyond what can be drawn, as a float, as an integer and beyond 63 bits.
    #expect(xs("1.0e9 * bin", cells: 3) == [0, 1e9, nil])
    #expect(xs("2_000_000_000 * bin", cells: 3) == [0, nil, nil])
    #expect(xs("9_000_000_000_000_000_000 * bin", cells: 3) == [0, nil, nil])
  }

  @Test func `A layout may be one cell, and as many as a batch has rows`() {
    #expect(xs("bin", cells: 1) == [0])
    #expect(xs("bin", cells: 4096) == (0..<4096).map { Double($0) })
  }

  @Test func `What is no number gives no layout`() {
    #expect(xs("bin > 2", cells: 4) == nil)
    #expect(xs("bin * 1 mm", cells: 4) == nil)
    #expect(xs("wire", cells: 4) == nil)
  }
}
