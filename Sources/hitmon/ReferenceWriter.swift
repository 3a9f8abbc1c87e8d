import Specifications

/// The reference of the pipeline language, from the same specifications that check it.
enum ReferenceWriter {
  static func markdown(_ specifications: [Specification]) -> String {
    var lines = [
      "# Reference", "",
      "Made from the registry by `make docs` (`hitmon list --format markdown`). Do not edit it by hand.", "",
    ]
    for kind in Specification.Kind.allCases {
      let all = specifications.filter { $0.kind == kind }
      guard !all.isEmpty else { continue }
      lines += ["## \(kind.rawValue.capitalizedFirst): \(kind.summary)", ""]
      for specification in all { lines += entry(specification) }
    }
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  private static func entry(_ specification: Specification) -> [String] {
    var lines = ["### \(specification.name)", "", specification.summary, ""]
    if !specification.details.isEmpty { lines += [specification.details, ""] }
    let keys = specification.keys + (specification.freeKeys.map { [$0] } ?? [])
    if !keys.isEmpty {
      lines += ["| key | takes | default | meaning |", "|---|---|---|---|"]
      for key in keys {
        let standard = key.isRequired ? "required" : key.standard.map { $0.isEmpty ? "" : "`\($0)`" } ?? ""
        lines.append("| `\(key.name)` | \(cell(key.form.description)) | \(cell(standard)) | \(cell(key.summary)) |")
      }
      lines.append("")
    }
    return lines + ["```yaml", specification.example, "```", ""]
  }

  private static func cell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
