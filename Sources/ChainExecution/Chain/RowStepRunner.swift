import Columns

/// Runs the row steps of a chain over one batch after the other. One for each thread.
package final class RowStepRunner {
  private let steps: [RowStep]
  /// Nil where no step needs the hit before.
  private let lastHits: LastHitMemory?

  package init(_ steps: [RowStep]) {
    self.steps = steps
    lastHits = steps.contains(where: \.needsOrder) ? LastHitMemory(steps) : nil
  }

  /// - Parameter stream: whose rows they are, in the order of the stream where a step needs it.
  package func run(_ frame: Frame, stream: Int) {
    for step in steps {
      if case .last(let last) = step {
        lastHits?.run(last, frame, stream: stream)
      } else {
        step.run(frame)
      }
    }
  }
}
