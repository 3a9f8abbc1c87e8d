import ChainExecution
import Columns
import Expressions
import Specifications

/// A kind of histogram of the registry: what it declares of itself, and how it is made from checked settings.
package struct HistogramComponent: Sendable {
  package let specification: Specification
  /// Nil where errors were reported.
  let check: @Sendable (Settings, ChainBuilder) -> (any CheckedHistogram)?

  /// Every kind, each in a file of its own beside this one; here is its line. The first key tells a kind from the others.
  package static let all: [HistogramComponent] = [binned, profile, points, count]

  static func check(_ settings: Settings, _ builder: ChainBuilder) -> (any CheckedHistogram)? {
    all.first { $0.specification.name == settings.specification.name }?.check(settings, builder)
  }
}

/// An axis with bins, and the expression that is filled into it, in the axis' unit.
typealias CheckedAxis = (expression: TypedExpression, axis: Axis)

/// A histogram of one kind, before it has places in a frame.
protocol CheckedHistogram {
  /// What it is filled with.
  var values: [TypedExpression] { get }
  /// Its axes with bins, with what is filled into them.
  var axes: [CheckedAxis] { get }
  /// The histogram with its columns in this stage.
  func place(in stage: StageBuilder, weight: Slot?) -> any HistogramKind
}
