import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

extension ChainBuilder {
  /// Warnings about a chain without errors: it runs, and does not do what its author can have meant.
  func review(_ plan: ChainPlan) {
    reviewBins(plan)
    reviewChambers()
    reviewNames()
    reviewLast()
  }

  /// `names` in rows that cleansing keeps and that meet `condition`, as seen from a place: what a plugin declares is not
  /// held against the rules of a pipeline that is after some of its rows only.
  func scope(where condition: TypedExpression?, seenFrom place: Span) -> any Scope {
    var scope: any Scope = names
    let isOwn = place.source === declaration.name.span.source
    for rule in rules where rule.keeps && (isOwn || rule.source.source === place.source) {
      scope = narrowed(scope, assuming: rule.condition)
    }
    if let condition { scope = narrowed(scope, assuming: condition) }
    return scope
  }

  /// The values that an expression can have in rows of a scope, through derived columns down to the record.
  func reach(_ expression: TypedExpression, in scope: any Scope) -> Reach {
    var known: [String: Reach] = [:]
    func reach(ofColumn name: String) -> Reach {
      if let reach = known[name] { return reach }
      var reach = Reach()
      if case .column(let type)? = scope.symbol(named: name) { reach = Reach(type) }
      if let typed = names.entries[name]?.typed { reach = typed.reach(reach(ofColumn:)).intersection(reach) }
      known[name] = reach
      return reach
    }
    return expression.reach(reach(ofColumn:))
  }
}
