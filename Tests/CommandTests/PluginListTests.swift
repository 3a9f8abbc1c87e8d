import Foundation
import Testing

/// `hitmon list plugins`: which plugin of a name is used, and which it hides.
@Suite struct PluginListTests {
  private func plugin(_ description: String, _ name: String, in folder: Folder) {
    let path = folder(name)
    try! FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    folder.write("plugin: my/wires\ndescription: \(description)\nhistograms: {w: {of: w, bins: integers 0..3}}\n", name)
  }

  @Test func `The pipeline's folder, ./plugins, the variable, in that order`() throws {
    let program = Program()
    plugin("variable", "elsewhere/my/wires.yaml", in: program.folder)
    plugin("here", "plugins/my/wires.yaml", in: program.folder)
    plugin("beside", "run/my/wires.yaml", in: program.folder)
    let environment = ["HITMON_PLUGINS": "\(program.folder("elsewhere")):/nowhere"]
    let here = try program("list", "plugins", environment: environment)
    #expect(here.exit == 0)
    #expect(
      here.out.contains(
        "my/wires: here\n  plugins/my/wires.yaml\n  hides \(program.folder("elsewhere"))/my/wires.yaml\n"),
      "\(here.out)")
    let beside = try program("list", "plugins", "--for", "run/pipeline.yaml", environment: environment)
    #expect(
      beside.out.contains(
        "my/wires: beside\n  run/my/wires.yaml\n  hides plugins/my/wires.yaml\n  hides \(program.folder("elsewhere"))/my/wires.yaml\n"
      ),
      "\(beside.out)")
    // What the list says is what happens.
    program.folder.write(
      "pipeline: p\nuses: [my/wires]\nrecord: {format: csv, fields: {w: u8}}\n", "run/pipeline.yaml")
    plugin("broken: [", "run/my/wires.yaml", in: program.folder)
    let lint = try program("lint", "run/pipeline.yaml", environment: environment)
    #expect(lint.exit == 1)
    #expect(lint.error.contains("run/my/wires.yaml:2:"), "\(lint.error)")
    let broken = try program("list", "plugins", "--for", "run/pipeline.yaml", environment: environment)
    #expect(broken.out.contains("  cannot be used: line "), "\(broken.out)")
  }

  @Test func `One plugin with its parameters; a name that is near`() throws {
    let program = Program()
    let one = try program("list", "plugins", "plots/occupancy")
    #expect(one.exit == 0)
    #expect(one.out.hasPrefix("plots/occupancy: "))
    #expect(one.out.contains("\n  wires: a whole number from 1 to 1000000, default `64`\n"), "\(one.out)")
    #expect(one.out.contains("\n  per: the name of a column, may be left out\n"), "\(one.out)")
    #expect(one.out.hasSuffix("\n  uses: [plots/occupancy]\n"), "\(one.out)")
    let near = try program("list", "plugins", "plots/occupency")
    #expect(near.exit == 64)
    #expect(near.error.contains("did you mean plots/occupancy?"))
  }
}
