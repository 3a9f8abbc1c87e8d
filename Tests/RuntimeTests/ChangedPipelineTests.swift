import Foundation
import Simulation
import TestSupport
import Testing

/// What a user adds to the YAML is in the results; nothing else has to change.
@Suite struct ChangedPipelineTests {
  @Test func `A histogram and a fifth chamber, added to copies of the pipeline and its plugin`() throws {
    let scratch = Scratch()
    func package(_ name: String) throws -> String {
      try String(contentsOfFile: "\(Job.packageRoot)/\(name)", encoding: .utf8)
    }
    var plugin = try package("plugins/detectors/minidt.yaml")
    let last = try #require(plugin.range(of: "\n\nconstants:"))
    plugin.insert(
      contentsOf: "\n  - {chamber: 4, when: FPGA == 1 and TDC_CHANNEL == 128, wire: 0}", at: last.lowerBound)
    try FileManager.default.createDirectory(atPath: scratch("plugins/detectors"), withIntermediateDirectories: true)
    scratch.write(plugin, "plugins/detectors/minidt.yaml")

    var pipeline = try package("pipelines/dt-chambers.yaml")
    let histograms = try #require(pipeline.range(of: "histograms:\n"))
    pipeline.insert(
      contentsOf: "  crossings: {of: BX_COUNTER, bins: 36 from 0 to 3600, per: FPGA, title: Bunch crossings}\n",
      at: histograms.upperBound)
    // A plugin beside the pipeline comes before the package's.
    let job = Job(file: scratch.write(pipeline, "dt-chambers.yaml")).with { $0.window = "all" }

    let telescope = Telescope(seed: 17, rows: 5_000)
    let path = scratch.write(telescope.text(), "rows.txt")
    let outcome = try job.reading(path).run()
    let hits = telescope.rows.filter(\.isHit)
    for fpga in 0...1 {
      var crossings = [Double](repeating: 0, count: 36)
      for row in hits where row.fpga == fpga { crossings[Int(row.bunchCrossing) / 100] += 1 }
      #expect(outcome.bins("crossings/\(fpga)") == crossings)
    }
    let scintillator = hits.filter { $0.fpga == 1 && $0.channel == 128 }
    #expect(scintillator.count > 50)
    #expect(outcome.bins("occupancy/4")?[0] == Double(scintillator.count))
    #expect(outcome.histogram("active_per_orbit/4")?.bins?[0] == Double(Set(scintillator.map(\.orbit)).count))
    #expect(outcome.products.counts["unmapped"] == telescope.truth.unmapped - scintillator.count)
    // The other four are as they were.
    var expected = telescope.expected
    expected.hits_unmapped -= scintillator.count
    #expect(expected.differences(from: outcome.products) == [])
  }
}
