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
  }

  /// `names` in rows that cleansing keeps and that meet `condition`.
  func scope(where condition: TypedExpression?) -> any Scope {
    var scope: any Scope = names
    for rule in rules where rule.keeps { scope = narrowed(scope, assuming: rule.condition) }
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
