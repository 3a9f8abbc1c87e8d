import ChainExecution
import Columns

extension ValueType {
  /// For messages: "a whole number", "a number in ns", "true or false", "text".
  var words: String {
    switch kind {
    case .integer: unit.symbol.isEmpty ? "a whole number" : "a whole number of \(unit.symbol)"
    case .float: unit.symbol.isEmpty ? "a number with fractions" : "a number in \(unit.symbol)"
    case .boolean: "true or false"
    case .text: "text"
    }
  }
}
