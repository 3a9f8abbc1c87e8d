import ChainExecution
import Diagnostics
import Expressions

extension Expression {
  /// Where a name stands in it first; the whole expression where it does not.
  func place(of name: String) -> Span {
    guard let range = root.range(of: name) else { return span }
    return source.span(range)
  }
}

extension Syntax {
  fileprivate func range(of name: String) -> Range<Int>? {
    if case .name(name) = kind { return range }
    return kind.children.lazy.compactMap { $0.range(of: name) }.first
  }
}
