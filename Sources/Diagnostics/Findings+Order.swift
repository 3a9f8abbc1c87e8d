extension Findings {
  /// The findings as they are shown: those without a place first, then file by file in the order in which the files
  /// first came up, by position within a file, and each only once.
  package var sorted: [Finding] {
    var files: [String: Int] = [:]
    for finding in all {
      if let name = finding.span?.source.name, files[name] == nil { files[name] = files.count }
    }
    let keyed = all.enumerated().map { index, finding in
      let start = finding.span?.start ?? .start
      let file = finding.span.flatMap { files[$0.source.name] } ?? -1
      return (order: (file, start.line, start.column, index), finding: finding)
    }
    var seen: Set<Identity> = []
    return keyed.sorted { $0.order < $1.order }.map(\.finding).filter { seen.insert(Identity($0)).inserted }
  }

  /// What makes two findings the same to a reader.
  private struct Identity: Hashable {
    let severity: Severity
    let code: FindingCode
    let message: String
    let file: String?
    let start: Position?
    let end: Position?

    init(_ finding: Finding) {
      severity = finding.severity
      code = finding.code
      message = finding.message
      file = finding.span?.source.name
      start = finding.span?.start
      end = finding.span?.end
    }
  }
}
