import ChainExecution
import Connectors
import Diagnostics
import Results
import Specifications

extension ResultMerger {
  /// A merger of the results of a pipeline.
  package convenience init(_ pipeline: Pipeline, format: ResultFormat = .json) {
    self.init(pipeline: pipeline.declaration.name.text, histograms: Self.declared(in: pipeline), format: format)
  }

  /// The histograms of a pipeline, in their order.
  static func declared(in pipeline: Pipeline) -> [Declared] {
    pipeline.plan.histograms.map { Declared(name: $0.name, pointLimit: $0.pointLimit) }
  }
}
