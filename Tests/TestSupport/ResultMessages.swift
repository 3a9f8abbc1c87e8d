/// Result messages of a pipeline `p` with a histogram of four bins for chambers 0 and 1, points, and one number.
package struct Messages {
  package var run = "2026-11-22T14:00:00Z-7f3a"
  /// An object of JSON, or nothing.
  package var dashboard: String?
  package var title = "Hits per wire"
  package var edges = "[0,1,2,3,4]"

  package init(
    run: String = "2026-11-22T14:00:00Z-7f3a", dashboard: String? = nil, title: String = "Hits per wire",
    edges: String = "[0,1,2,3,4]"
  ) {
    self.run = run
    self.dashboard = dashboard
    self.title = title
    self.edges = edges
  }

  /// The window of that index, 2 s long; every bin of chamber c holds `count` + c.
  package func window(_ index: Int, count: Int = 1, partial: Bool = false) -> [UInt8] {
    func time(_ second: Int) -> String {
      "\"2026-11-22T14:\(second / 60 < 10 ? "0" : "")\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)Z\""
    }
    let occupancy = (0...1).map { chamber in
      let bin = count + chamber
      return """
        "occupancy/\(chamber)":{"title":"\(title)","axis":{"label":"wire","unit":""},"bin_edges":\(edges),\
        "bin_counts":[\(bin),\(bin),\(bin),\(bin)],"underflow":0,"overflow":\(chamber),"unknown":0}
        """
    }
    return Array(
      """
      {"schema":"hitmon.results/1","pipeline":"p","run":"\(run)"\(partial ? ",\"partial\":true" : ""),\
      "window":{"index":\(index),"kind":"every","start":\(time(2 * index)),"end":\(time(2 * index + 2))},\
      "counts":{"records":\(10 * count),"malformed":1,"dropped":2,"hits":\(8 * count),"unmapped":3,"late":0},\
      "source":{"name":"telescope","topic":"hits","offsets":{},"resume":{}}\(dashboard.map { ",\"dashboard\":\($0)" } ?? ""),\
      "histograms":{\(occupancy.joined(separator: ",")),\
      "hits":{"title":"Hits","axis":{"label":"","unit":""},"bin_edges":[0,1],"bin_counts":[\(8 * count)],"underflow":0,\
      "overflow":0,"unknown":0},\
      "active":{"title":"Active","axis":{"label":"ORBIT_CNT","unit":""},"y_axis":{"label":"active","unit":""},\
      "x":[\(index),\(index + 1)],"y":[1,2],"omitted":0}}}
      """.utf8)
  }
}
