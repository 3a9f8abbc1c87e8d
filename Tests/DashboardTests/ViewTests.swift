import Connectors
import Diagnostics
import Foundation
import Histograms
import Specifications
import TestSupport
import Testing

@testable import Dashboard

@Suite struct ViewTests {
  private func view(_ messages: [[UInt8]]) throws -> [String: Any] {
    let store = DashboardStore(DashboardStore.Options(origin: .topic))
    for message in messages { try store.take(message) }
    return try #require(try JSONSerialization.jsonObject(with: Data(store.newest.view)) as? [String: Any])
  }

  @Test func `Every content that results can have is drawn`() {
    #expect(DrawnContents.all.count == HistogramContents.all.count)
    #expect(Set(DrawnContents.all.map { $0.kind }).count == DrawnContents.all.count)
  }

  private func panels(_ view: [String: Any]) throws -> [[[String: Any]]] {
    try #require(view["rows"] as? [[[String: Any]]])
  }

  @Test func `Without a declaration every histogram has a place`() throws {
    let view = try view([Messages().window(0)])
    #expect(view["title"] as? String == "p")
    let histograms = try #require(view["histograms"] as? [String: [String: Any]])
    #expect(Set(histograms.keys) == ["occupancy", "hits", "active"])
    #expect(histograms["occupancy"]?["values"] as? [String] == ["0", "1"])
    #expect(histograms["occupancy"]?["kind"] as? String == "counts")
    #expect(histograms["active"]?["kind"] as? String == "points")
    let rows = try panels(view)
    #expect(rows.map { $0.map { $0["plot"] as? String } } == [["rate", "hits"], ["occupancy"], ["active"]])
    #expect(rows[0].map { $0["as"] as? String } == ["trend", "bars"])
    #expect(rows[1][0]["per"] as? String == "value")
  }

  @Test func `What the pipeline declares comes with the message`() throws {
    var declaration = DashboardDeclaration()
    declaration.title = "<b>Telescope</b>"
    declaration.histograms = [.init(name: "occupancy", per: "chamber", description: "all \"wires\"")]
    declaration.layouts = [
      CellLayout(
        name: "grid", cells: [.init(x: 0, y: 0, width: 2, height: 1), nil, .init(x: 2.5, y: 1, width: 2, height: 1)])
    ]
    var panel = Panel(plot: "occupancy")
    panel.layout = "grid"
    panel.flatWithin = 0.2
    panel.scale = .log
    var overlay = Panel(plot: "occupancy")
    overlay.overlay = "chamber"
    overlay.title = "Both"
    var rate = Panel(plot: Panel.rate)
    rate.last = 600
    declaration.rows = [[panel], [overlay, rate, Panel(plot: "gone")]]
    let read = try declaration.json.withUnsafeBytes { try DashboardDeclaration(reading: $0) }
    #expect(read == declaration)

    let view = try view([Messages(dashboard: String(decoding: declaration.json, as: UTF8.self)).window(0)])
    #expect(view["title"] as? String == "<b>Telescope</b>")
    let rows = try panels(view)
    #expect(rows[0][0]["as"] as? String == "map")
    #expect(rows[0][0]["per"] as? String == "chamber")
    #expect((rows[0][0]["expect"] as? [String: Any])?["within"] as? Double == 0.2)
    #expect(rows[1][0]["overlay"] as? String == "chamber" && rows[1][0]["per"] is NSNull)
    #expect(rows[1][1]["as"] as? String == "trend" && rows[1][1]["last"] as? Double == 600)
    #expect(rows[1][2]["plot"] as? String == "gone")
    let grid = try #require((view["layouts"] as? [String: [String: Any]])?["grid"])
    #expect(grid["width"] as? Double == 4.5 && grid["height"] as? Double == 2)
    #expect((grid["cells"] as? [Any])?.map { ($0 as? [Double]) ?? [] } == [[0, 0, 2, 1], [], [2.5, 1, 2, 1]])
  }

  @Test func `A layout that changes is a new view, results that come are not`() throws {
    let store = DashboardStore(DashboardStore.Options(origin: .topic))
    try store.take(Messages().window(0))
    let version = store.newest.viewVersion
    try store.take(Messages().window(1))
    #expect(store.newest.viewVersion == version)
    try store.take(Messages(dashboard: "{\"title\":\"Other\"}").window(2))
    #expect(store.newest.viewVersion == version + 1)
  }

  @Test(arguments: [
    "[]", "5", "{\"rows\":[{}]}", "{\"layouts\":{\"a\":{\"cells\":[[1,2]]}}}", "{\"title\":null}", "{\"rows\":7}",
  ])
  func `A declaration of another form is passed over`(text: String) throws {
    let view = try view([Messages(dashboard: text).window(0)])
    #expect(view["title"] as? String == "p")
    #expect(try panels(view).count == 3)
  }
}
