import Diagnostics
import Expressions
import Specifications

/// Which columns need the values of which groups.
struct GroupDependence {
  private var uses: [String: Set<String>] = [:]
  private let groups: Set<String>

  init(_ declaration: Declaration) {
    groups = Set(declaration.groups.map(\.name.text))
    for column in declaration.columns {
      if let text = column.setting.text { uses[column.name.text] = Self.names(in: text) }
    }
    for constant in declaration.constants {
      if let by = constant.setting.node[LookupKeys.by]?.scalar?.text { uses[constant.name.text] = [by] }
    }
  }

  static func names(in text: LocatedText) -> Set<String> {
    ExpressionParser.parse(text, findings: Findings())?.names ?? []
  }

  func isOfGroup(_ name: String) -> Bool { !groups(of: [name]).isEmpty }

  /// The groups whose values these names come down to.
  func groups(of names: Set<String>) -> Set<String> {
    var seen: Set<String> = []
    var found: Set<String> = []
    var next = Array(names)
    while let name = next.popLast() {
      guard seen.insert(name).inserted else { continue }
      if let dot = name.firstIndex(of: "."), groups.contains(String(name[..<dot])) {
        found.insert(String(name[..<dot]))
      }
      next += uses[name] ?? []
    }
    return found
  }
}
