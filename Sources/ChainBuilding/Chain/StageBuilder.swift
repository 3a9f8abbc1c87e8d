import ChainExecution
import Columns
import Expressions

/// Builds the steps of one stage: a column is computed when the first expression needs it, and once.
final class StageBuilder {
  private let names: NameTable
  private let categories: Categories
  private(set) var compiler: Compiler
  private(set) var steps: [RowStep] = []
  private var slots: [String: Slot] = [:]
  /// Gives the slot of a name that this stage does not compute: a field, a chamber column, a value of a group.
  private let source: (StageBuilder, String) -> Slot

  /// Whether a name is taken from the source although it could be computed here.
  var takesFromSource: (String, NameTable.Entry) -> Bool = { _, _ in false }

  /// A column computed from rows alone: later stages take its values along instead of computing it again.
  static func isRowColumn(_ entry: NameTable.Entry) -> Bool {
    if case .derived = entry.definition { entry.groups.isEmpty } else { false }
  }

  init(names: NameTable, categories: Categories, source: @escaping (StageBuilder, String) -> Slot) {
    self.names = names
    self.categories = categories
    self.source = source
    compiler = Compiler(layout: FrameLayout(), categories: categories)
  }

  var layout: FrameLayout { compiler.layout }
  var usedNames: Set<String> { Set(slots.keys) }

  /// A new column for a name that somebody else fills.
  func addColumn(_ name: String, type: ValueType) -> Slot {
    let slot = compiler.addColumn(name, type: type)
    slots[name] = slot
    return slot
  }

  func addSlot(_ lane: Lane) -> Slot { compiler.addSlot(lane) }

  func append(_ step: RowStep) { steps.append(step) }

  /// Gives the steps collected so far and starts again; columns stay.
  func takeSteps() -> [RowStep] {
    defer { steps = [] }
    return steps
  }

  /// The slot of a name, with the steps that compute it.
  func slot(of name: String) -> Slot {
    if let slot = slots[name] { return slot }
    let entry = names.checkedEntry(name)
    if takesFromSource(name, entry) {
      let slot = source(self, name)
      slots[name] = slot
      return slot
    }
    switch entry.definition {
    case .derived:
      let slot = slot(of: entry.typed!)
      compiler.bind(name, slot: slot, type: entry.typed!.type)
      slots[name] = slot
      return slot
    case .lookup(let table):
      let keys = slot(of: table.column)
      let slot = addColumn(name, type: names.checkedType(of: name))
      steps.append(.lookup(LookupColumn(table, source: keys, result: slot)))
      return slot
    case .field, .mapped, .groupValue, .constant, .operated, .last:
      let slot = source(self, name)
      slots[name] = slot
      return slot
    }
  }

  /// Bins of two expressions together.
  func plane(_ x: CheckedAxis, _ y: CheckedAxis) -> PlaneBins {
    PlaneBins(x: x.axis, y: y.axis, columns: (slot(of: x.expression), slot(of: y.expression)))
  }

  /// The slot of an expression's value.
  func slot(of expression: TypedExpression) -> Slot {
    for name in expression.columns.sorted() { _ = slot(of: name) }
    let program = compiler.compile(expression)
    if !program.isEmpty { steps.append(.program(program)) }
    return program.result
  }
}
