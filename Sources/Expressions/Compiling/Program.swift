import Columns

/// Loops that compute one expression for a whole batch.
package struct Program: Sendable {
  /// Where the result lies after ``run(_:)``; its lane is that of the expression's type.
  package let result: Slot
  let steps: StepList

  /// Whether there is nothing to run: the result is a column, or was computed by an earlier program.
  package var isEmpty: Bool { steps.count == 0 }

  /// Computes the rows `0..<frame.count`, selected or not. Programs of one stage run in the order in which they were
  /// compiled, each once a batch: later ones use what earlier ones left in the frame.
  package func run(_ frame: Frame) { steps.run(frame) }
}
