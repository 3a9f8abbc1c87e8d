import ChainExecution
import Diagnostics
import Expressions

/// What names come down to, and what uses them.
extension NameTable {
  /// The first value of a group that an expression comes down to, found from the names alone: what must come before groups
  /// is looked at before their types are known.
  func groupValue(in expression: Expression) -> String? {
    groupValue(from: expression.names)
  }

  func groupValue(from names: Set<String>) -> String? {
    first(from: names) { if case .groupValue = $0 { true } else { false } }
  }

  /// The first column of values of hits before that names come down to.
  func lastColumn(from names: Set<String>) -> String? {
    first(from: names) { if case .last = $0 { true } else { false } }
  }

  private func first(from names: Set<String>, where isWanted: (Definition) -> Bool) -> String? {
    var seen = names
    // A list instead of recursion: columns are not yet known to end.
    var open = names.sorted()
    while let name = open.popLast() {
      guard let definition = entries[name]?.definition else { continue }
      if isWanted(definition) { return name }
      open += definition.uses.sorted().filter { seen.insert($0).inserted }
    }
    return nil
  }

  /// Names with all that their definitions use.
  func closure(of names: Set<String>) -> Set<String> {
    var seen = names
    var open = Array(names)
    while let name = open.popLast() {
      open += (entries[name]?.definition.uses ?? []).filter { seen.insert($0).inserted }
    }
    return seen
  }

  /// The columns that names come down to: fields, columns of the chamber map and of operators, values of groups, and the
  /// columns in `stops`, which are taken as they are.
  func leaves(from names: Set<String>, stops: Set<String> = []) -> Set<String> {
    var leaves: Set<String> = []
    var seen = names
    var open = Array(names)
    while let name = open.popLast() {
      if stops.contains(name) {
        leaves.insert(name)
      } else if let typed = entries[name]?.typed {
        open += typed.columns.filter { seen.insert($0).inserted }
      } else if case .lookup(let table)? = entries[name]?.definition {
        if seen.insert(table.column).inserted { open.append(table.column) }
      } else {
        leaves.insert(name)
      }
    }
    return leaves
  }

  /// Reports a word or a constant where the name of a column should stand.
  func reportNoColumn(_ name: LocatedText) {
    findings.error(
      .typeMismatch, "`\(name.written)` is the same for all rows, and a column is needed", at: name.span,
      hint: "name a column such as `chamber`")
  }
}

extension NameTable.Definition {
  /// The names in it.
  fileprivate var uses: Set<String> {
    switch self {
    case .derived(let expression): expression.names
    case .lookup(let table): [table.column]
    case .operated(_, let inputs): Set(inputs.map(\.text))
    case .last(let syntax): syntax.names
    case .field, .mapped, .constant, .groupValue: []
    }
  }
}
