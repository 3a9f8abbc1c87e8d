import ChainExecution
import Columns
import Expressions
import Specifications

/// A group function of the registry: what it declares of itself, which values it has, and what keeps them.
package struct GroupFunctionComponent: Sendable {
  let function: GroupFunction
  package let specification: Specification
  /// The type of its value, by the type of its argument; nil for `count`, which has none.
  let type: @Sendable (ValueType?) -> ValueType
  /// Whether its argument is a condition.
  let takesCondition: Bool
  /// What to write where the argument is a condition, for a function of numbers; nil for others.
  let hintForCondition: (@Sendable (_ condition: String) -> String)?
  /// What keeps the values of groups while rows come. The parser gives an argument to all functions but `count`.
  let makeState: @Sendable (GroupFunctionArgument?) -> any GroupFunctionState

  /// Every function, each in a file of its own beside this one; here is its line.
  package static let all: [GroupFunctionComponent] = [count, min, max, sum, mean, any, distinct]

  static func of(_ function: GroupFunction) -> GroupFunctionComponent {
    // Every case of the enumeration has its component: a test looks.
    all.first { $0.function == function }!
  }

  /// A function of an argument, which the parser gives it.
  init(
    _ function: GroupFunction, argument: String, form: ValueForm = .expression, summary: String, example: String,
    type: @escaping @Sendable (ValueType?) -> ValueType,
    hintForCondition: (@Sendable (_ condition: String) -> String)? = nil,
    makeState: @escaping @Sendable (GroupFunctionArgument) -> any GroupFunctionState
  ) {
    self.init(
      function, argument: argument, form: form, summary: summary, example: example, type: type,
      hintForCondition: hintForCondition
    ) { (argument: GroupFunctionArgument?) in
      guard let argument else { preconditionFailure("the parser gave `\(function.rawValue)` no argument") }
      return makeState(argument)
    }
  }

  /// - Parameters:
  ///   - argument: what the key takes, for people.
  ///   - form: what it takes.
  ///   - makeState: its argument is nil for `count`.
  init(
    _ function: GroupFunction, argument: String, form: ValueForm = .expression, summary: String, example: String,
    type: @escaping @Sendable (ValueType?) -> ValueType,
    hintForCondition: (@Sendable (_ condition: String) -> String)? = nil,
    makeState: @escaping @Sendable (GroupFunctionArgument?) -> any GroupFunctionState
  ) {
    self.function = function
    takesCondition = if case .condition = form { true } else { false }
    specification = Specification(
      kind: .group, name: function.rawValue, summary: summary,
      keys: [
        Key(function.rawValue, form, required: true, argument),
        GroupFunctionKeys.per, GroupFunctionKeys.condition,
      ], example: example)
    self.type = type
    self.hintForCondition = hintForCondition
    self.makeState = makeState
  }
}

/// The argument of a group function, with its column in the frame of rows.
struct GroupFunctionArgument {
  let slot: Slot
  let type: ValueType
}
