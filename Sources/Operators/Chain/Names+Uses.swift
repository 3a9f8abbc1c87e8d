import Expressions

/// What names come down to, and what uses them.
extension Names {
  /// The first value of a group that an expression comes down to, found from the names alone: what must come before groups
  /// is looked at before their types are known.
  func groupValue(in expression: Expression) -> String? {
    groupValue(from: expression.names)
  }

  func groupValue(from names: Set<String>) -> String? {
    var seen = names
    // A list instead of recursion: columns are not yet known to end.
    var open = names.sorted()
    while let name = open.popLast() {
      switch entries[name]?.definition {
      case .groupValue: return name
      case .derived(let expression): open += expression.names.sorted().filter { seen.insert($0).inserted }
      case .lookup(let table): if seen.insert(table.column).inserted { open.append(table.column) }
      case .operated(_, let inputs): open += inputs.map(\.text).filter { seen.insert($0).inserted }
      default: break
      }
    }
    return nil
  }

  /// Names with all that their definitions use.
  func closure(of names: Set<String>) -> Set<String> {
    var seen = names
    var open = Array(names)
    while let name = open.popLast() {
      switch entries[name]?.definition {
      case .derived(let expression): open += expression.names.filter { seen.insert($0).inserted }
      case .lookup(let table): if seen.insert(table.column).inserted { open.append(table.column) }
      case .operated(_, let inputs): open += inputs.map(\.text).filter { seen.insert($0).inserted }
      default: break
      }
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
}
