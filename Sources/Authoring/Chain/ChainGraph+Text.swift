extension ChainGraph {
  /// As Mermaid has it, which GitHub and many wikis draw.
  package var mermaid: String {
    func escaped(_ text: String) -> String {
      var result = ""
      for character in text {
        switch character {
        case "\"": result += "#quot;"
        case "<": result += "#lt;"
        case ">": result += "#gt;"
        case "#": result += "#35;"
        case "`": result += "#96;"
        default: result.append(character)
        }
      }
      return result
    }
    var lines = ["flowchart LR"]
    for node in nodes {
      let label = (["<b>\(escaped(node.title))</b>"] + node.lines.map(escaped)).joined(separator: "<br/>")
      let (open, close) = node.kind == .source ? ("([", "])") : node.kind == .sink ? ("[(", ")]") : ("[", "]")
      lines.append("  \(node.id)\(open)\"\(label)\"\(close):::\(node.kind.rawValue)")
    }
    lines += edges.map { "  \($0.from) --> \($0.to)" }
    for kind in [Kind.source, .stage, .group, .histogram, .sink] where nodes.contains(where: { $0.kind == kind }) {
      lines.append("  classDef \(kind.rawValue) fill:\(kind.fill),stroke:\(kind.stroke),color:#222222")
    }
    return lines.joined(separator: "\n")
  }

  /// As Graphviz has it.
  package var dot: String {
    func escaped(_ text: String) -> String {
      var result = ""
      for character in text {
        if character == "\"" || character == "\\" { result.append("\\") }
        result.append(character)
      }
      return result
    }
    var lines = [
      "digraph \"\(escaped(name))\" {", "  rankdir=LR;",
      "  node [shape=box, style=filled, fontname=\"DejaVu Sans\", fontsize=10];",
    ]
    for node in nodes {
      let label = ([node.title] + node.lines).map { escaped($0) + "\\l" }.joined()
      lines.append(
        "  \(node.id) [label=\"\(label)\", fillcolor=\"\(node.kind.fill)\", color=\"\(node.kind.stroke)\"];")
    }
    lines += edges.map { "  \($0.from) -> \($0.to);" }
    return (lines + ["}"]).joined(separator: "\n")
  }
}

extension ChainGraph.Kind {
  var fill: String {
    switch self {
    case .source: "#e3f0e3"
    case .stage: "#f3f3f3"
    case .group: "#fbf0d9"
    case .histogram: "#e2ecf7"
    case .sink: "#efe6f5"
    }
  }

  var stroke: String {
    switch self {
    case .source: "#4f8a4f"
    case .stage: "#8a8a8a"
    case .group: "#b98a2c"
    case .histogram: "#3f6fa8"
    case .sink: "#7d55a0"
    }
  }
}
