import ChainExecution
import Connectors
import Diagnostics
import Results
import Specifications

extension ResultMerger {
  /// A merger of the results of a pipeline.
  package convenience init(_ pipeline: Pipeline, format: ResultFormat = .json) {
    self.init(
      pipeline: pipeline.declaration.name.text,
      histograms: pipeline.plan.histograms.map { Declared(name: $0.name, pointLimit: $0.pointLimit) }, format: format)
  }
}
