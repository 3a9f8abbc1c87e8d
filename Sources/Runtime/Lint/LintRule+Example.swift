import Diagnostics

extension LintRule.Example {
  /// The folder in which the examples' plugins lie, which is nowhere on the disk.
  private static let folder = "example-plugins"

  /// What a part of a pipeline lacks. It comes behind the part, so that lines keep their numbers.
  private static let rest = "pipeline: example\nuses: [detectors/minidt]\n"
  private static let plot = "histograms: {hits: {count: hits}}\n"

  private var topKeys: [Substring] {
    yaml.split(separator: "\n").compactMap { line in
      guard let first = line.unicodeScalars.first, first.properties.isAlphabetic else { return nil }
      return line.split(separator: ":", maxSplits: 1).first
    }
  }

  /// The whole file.
  package var file: String {
    if isWhole { return yaml + "\n" }
    let keys = topKeys
    var text = yaml + "\n"
    if keys.contains("pipeline") { return text }
    let plots = keys.contains("histograms") || plugins.contains { $0.yaml.contains("histograms:") }
    text += keys.contains("uses") ? "pipeline: example\n" : Self.rest
    return plots ? text : text + Self.plot
  }

  /// What lint says to it, as the file `pipeline.yaml`. The plugins that examples use are looked for in
  /// `pluginDirectories`; `missing-plugin` where they are not there.
  /// `probes` says whether the world outside is looked at.
  package func lint(pluginDirectories: [String], probes: Bool = false) -> Findings {
    var request = Pipeline.Request(path: "pipeline.yaml")
    request.pluginDirectories = [Self.folder] + pluginDirectories
    request.overrides = overrides
    request.probes = probes
    request.sample = sample.map { .rows($0) }
    request.texts["pipeline.yaml"] =
      isLatin1 ? file.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } : Array(file.utf8)
    for plugin in plugins { request.texts["\(Self.folder)/\(plugin.name).yaml"] = Array(plugin.yaml.utf8) }
    let findings = Findings()
    // Every text is in memory, so none is unreadable.
    _ = try? Pipeline.load(request, environment: { _ in nil }, findings: findings)
    return findings
  }
}
