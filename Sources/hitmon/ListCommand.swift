import ArgumentParser
import Diagnostics
import Runtime
import Specifications

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List what a pipeline can be made of, with keys, types, defaults and an example.",
    discussion: "Kinds: \(Self.kinds.joined(separator: ", ")).")

  private static let kinds = Specification.Kind.allCases.map(\.rawValue) + ["plugins"]

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, markdown
  }

  @Argument(help: "Only components of this kind.")
  var kind: String?

  @Argument(help: "Only the component of this name.")
  var name: String?

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "With plugins: those that this pipeline finds. Left out, those of one in the current folder.",
      valueName: "pipeline"),
    completion: .file(extensions: ["yaml"]))
  var pipeline: String?

  @Option(help: "How it is printed: text, or markdown for the reference.")
  var format: Format = .text

  func validate() throws {
    let kinds = Self.kinds
    if isPlugins {
      let names = PluginList(pipeline: pipeline).names
      guard let name, !names.contains(name) else { return }
      let near = suggestion(for: name, from: names).map { "did you mean \($0)?" } ?? "hitmon list plugins shows all."
      throw ValidationError("there is no plugin \(name); \(near)")
    }
    if let kind, !kinds.contains(kind) {
      let near =
        suggestion(for: kind, from: kinds).map { "did you mean \($0)?" }
        ?? "the kinds are \(kinds.joined(separator: ", "))."
      throw ValidationError("there is no kind \(kind); \(near)")
    }
    if let name, chosen.isEmpty {
      let names = Registry.specifications.filter { $0.kind.rawValue == kind }.map(\.name)
      let near =
        suggestion(for: name, from: names).map { "did you mean \($0)?" }
        ?? "there are \(names.joined(separator: ", "))."
      throw ValidationError("there is no \(kind ?? "component") \(name); \(near)")
    }
  }

  /// `plugin` is what the kinds of components would have it called.
  private var isPlugins: Bool { kind == "plugins" || kind == "plugin" }

  private var chosen: [Specification] {
    Registry.specifications.filter { specification in
      (kind == nil || specification.kind.rawValue == kind) && (name == nil || specification.name == name)
    }
  }

  func run() throws {
    if isPlugins {
      let list = PluginList(pipeline: pipeline)
      printOut(format == .markdown ? list.markdown(name) : list.text(name))
      return
    }
    switch format {
    case .markdown: printOut(ReferenceWriter.markdown(chosen))
    case .text: printOut(chosen.count == 1 || kind != nil ? chosen.map(full).joined(separator: "\n\n") : overview)
    }
  }

  private var overview: String {
    Specification.Kind.allCases.compactMap { kind -> String? in
      let all = chosen.filter { $0.kind == kind }
      guard !all.isEmpty else { return nil }
      let width = all.map(\.name.count).max() ?? 0
      let lines = all.map { "  \($0.name)\(String(repeating: " ", count: width - $0.name.count))  \($0.summary)" }
      return "\(kind.rawValue): \(kind.summary)\n\(lines.joined(separator: "\n"))"
    }.joined(separator: "\n\n") + "\n\nMore on one: hitmon list histogram profile\nPlugins: hitmon list plugins"
  }

  private func full(_ specification: Specification) -> String {
    var lines = ["\(specification.kind.rawValue) \(specification.name): \(specification.summary)"]
    if !specification.details.isEmpty { lines += ["", wrap(specification.details, indent: "  ")] }
    let keys = specification.keys + (specification.freeKeys.map { [$0] } ?? [])
    if !keys.isEmpty { lines.append("") }
    for key in keys {
      let need = key.isRequired ? ", required" : key.standard.map { $0.isEmpty ? "" : ", default \($0)" } ?? ""
      lines.append("  \(key.name): \(key.form.description)\(need)")
      lines.append(wrap(key.summary, indent: "      "))
    }
    lines += [""] + specification.example.split(separator: "\n").map { "  \($0)" }
    return lines.joined(separator: "\n")
  }
}

/// Breaks a text into lines of at most 100 characters.
private func wrap(_ text: String, indent: String) -> String {
  var lines: [String] = []
  var line = indent
  for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
    if line.count + word.count > 100, line != indent {
      lines.append(line)
      line = indent
    }
    line += (line == indent ? "" : " ") + word
  }
  return (lines + [line]).joined(separator: "\n")
}
