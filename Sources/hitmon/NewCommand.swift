import ArgumentParser
import Authoring
import Configuration
import Connectors
import Diagnostics
import Runtime

struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Write the beginnings of a detector, a plot or any other plugin.",
    discussion: """
        hitmon new detector muons --from data.txt
        hitmon new plot charge-by-board
        hitmon new plugin calibration/times

      No file is overwritten without --force. Exit codes: 0 written, 1 what was written has errors, 2 a file cannot be \
      read or written, or is there already.
      """,
    subcommands: [NewDetectorCommand.self, NewPlotCommand.self, NewPluginCommand.self])
}

/// Where files go, and whether others give way to them.
struct NewFileOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder in which the files are written.", valueName: "folder"))
  var into = "."

  @Flag(help: "Overwrite files that are there.")
  var force = false

  func path(_ name: String) -> String { into == "." ? name : into.hasSuffix("/") ? into + name : "\(into)/\(name)" }

  /// Writes all files or none; `inputs` are files that they were made from.
  func write(_ files: [(path: String, text: String)], inputs: [String] = []) throws {
    for file in files where !force && fileExists(file.path) {
      printError("\(file.path) is there already; --force overwrites it")
      throw ExitCode(2)
    }
    do {
      try writeFiles(files.map { ($0.path, Array($0.text.utf8)) }, uses: FileUses(inputs: inputs))
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
    for file in files { printOut("wrote \(file.path)") }
  }

  /// Prints what lint says of a pipeline; exits with 1 where it has errors.
  func lint(_ path: String) throws {
    let findings = Findings()
    var request = PipelineOptions.plainRequest(path)
    request.overrides = []
    do {
      _ = try Pipeline.load(request, environment: environmentValue, findings: findings)
    } catch {
      printError(error.message)
      throw ExitCode(2)
    }
    printFindings(findings)
    if findings.hasErrors { throw ExitCode(1) }
  }

  /// Whether a text can be the name of a plugin; folders are separated by `/` where they may be there.
  static func check(_ name: String, folders: Bool) throws {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isGood = parts.allSatisfy { part in
      part.first?.isLetter == true
        && part.unicodeScalars.allSatisfy { scalar in
          scalar.isASCII
            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_")
        }
    }
    guard isGood, folders || parts.count == 1 else {
      throw ValidationError(
        "a name has letters, digits, - and _\(folders ? ", and / between folders" : ""), not \(name)")
    }
  }
}

struct NewDetectorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detector",
    abstract: "Look at a data file, and write a plugin that reads it and a pipeline that plots each field.",
    discussion: """
      The file may be text or binary, packed by gzip or zstd or not. Of text it finds the separator, a header, lines of \
      comment, numbers, dates and times; of binary records their length, that of the file's header, and numbers by how \
      their bytes change. It says what it guessed, and what to check.

        hitmon new detector muons --from data.txt          # plugins/detectors/muons.yaml and muons.yaml
        hitmon new detector tdc --from tdc.bin --names "time [ps],channel"

      Exit codes: 0 both files are written and lint finds no errors, 1 it finds some, 2 the file cannot be read, nothing \
      can be made of it, or one of the two is there already.
      """)

  @Argument(help: ArgumentHelp("What the detector is called.", valueName: "name"))
  var name: String

  @Option(help: ArgumentHelp("A data file of it.", valueName: "file"), completion: .file())
  var from: String

  @Option(
    help: ArgumentHelp(
      "What the fields are called, in order, separated by commas; a unit stands behind its name: \"time [ps],channel\".",
      valueName: "names"))
  var names: String?

  @Option(help: ArgumentHelp("The length of a binary record, where it is known.", valueName: "count"))
  var bytes: Int?

  @Option(help: ArgumentHelp("The length of a binary file's header, where it is known.", valueName: "count"))
  var skip: Int?

  @OptionGroup var files: NewFileOptions

  private var fieldNames: [String] {
    (names ?? "").split(separator: ",", omittingEmptySubsequences: false).map { String($0.filter { $0 != " " }) }
  }

  func validate() throws {
    try NewFileOptions.check(name, folders: false)
    if names != nil {
      for text in fieldNames {
        let field = text.prefix { $0 != "[" && $0 != "(" }
        let isName =
          field.unicodeScalars.first.map { $0.properties.isAlphabetic || $0 == "_" } == true
          && field.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" }
        guard isName else { throw ValidationError("a field's name has letters, digits and _, not \"\(field)\"") }
        guard fieldNames.count(where: { $0.prefix { $0 != "[" && $0 != "(" } == field }) == 1 else {
          throw ValidationError("--names has \(field) twice")
        }
      }
    }
    if let bytes, !(1...65_536).contains(bytes) { throw ValidationError("--bytes takes 1 to 65536, not \(bytes)") }
    if let skip, skip < 0 { throw ValidationError("--skip takes 0 or more, not \(skip)") }
  }

  func run() throws {
    let draft: DetectorDraft
    do {
      var hints = DetectorDraft.Hints()
      hints.names = names == nil ? [] : fieldNames
      hints.bytes = bytes
      hints.skip = skip
      draft = try DetectorDraft(name, from: try DataSample(path: from), hints: hints)
    } catch {
      printError("\(error)")
      throw ExitCode(2)
    }
    printOut("\(from): \(draft.summary)")
    let pipeline = files.path("\(name).yaml")
    let plugin = files.path("plugins/detectors/\(name).yaml")
    try files.write([(plugin, draft.plugin), (pipeline, draft.pipeline)], inputs: [from])
    try files.lint(pipeline)
    if !draft.doubts.isEmpty { printOut("check:") }
    for doubt in draft.doubts { printOut("  \(doubt)") }
    printOut("next: hitmon peek \(from) --with \(plugin)\n      hitmon run \(pipeline)")
  }
}

struct NewPlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Write a plugin of a histogram, with parameters and a test, to be changed.",
    discussion: "  hitmon new plot charge        # plugins/plots/charge.yaml")

  @Argument(help: ArgumentHelp("What the plot is called.", valueName: "name"))
  var name: String

  @OptionGroup var files: NewFileOptions

  func validate() throws { try NewFileOptions.check(name, folders: false) }

  func run() throws {
    let path = files.path("plugins/plots/\(name).yaml")
    try files.write([(path, PluginTemplate.plot(name))])
    printOut("next: hitmon test \(path)\n      uses: [{plots/\(name): {of: wire}}]")
  }
}

struct NewPluginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin",
    abstract: "Write a plugin of any kind, with a parameter and a test, to be changed.",
    discussion: "  hitmon new plugin calibration/times        # plugins/calibration/times.yaml")

  @Argument(help: ArgumentHelp("The plugin's name: its path under plugins/.", valueName: "name"))
  var name: String

  @OptionGroup var files: NewFileOptions

  func validate() throws { try NewFileOptions.check(name, folders: true) }

  func run() throws {
    let path = files.path("plugins/\(name).yaml")
    try files.write([(path, PluginTemplate.plugin(name))])
    printOut("next: hitmon test \(path)\n      uses: [\(name)]")
  }
}
