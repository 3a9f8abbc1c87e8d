import CPlugin
import Columns
import Synchronization

/// A function of a library as the pipeline uses it.
///
/// Unchecked `Sendable`: what its pointers lead to never changes, and its states are handed out under a lock.
package final class NativeFunction: @unchecked Sendable {
  /// As messages call it: "`straw` of libstraw.so".
  package let name: String
  /// Where it stands: `pipeline.yaml:12`.
  let place: String
  let settings: [(key: String, value: String)]
  package let function: hitmon_function
  package let library: NativeLibrary
  /// States that no thread is using.
  private let idle = Mutex<[NativeState]>([])

  package init(
    _ function: UnsafePointer<hitmon_function>, of library: NativeLibrary, place: String,
    settings: [(key: String, value: String)]
  ) {
    self.function = function.pointee
    self.library = library
    self.place = place
    self.settings = settings
    name = "`\(string(function.pointee.name))` of \(library.name)"
  }

  package var inputs: [hitmon_column] { nativeColumns(function.inputs, function.input_count) }

  func take() throws(ChainFault) -> NativeState {
    if let state = idle.withLock({ $0.popLast() }) { return state }
    return try NativeState(function.open, function.close, settings: settings, name: "\(place): \(name)")
  }

  func give(_ state: NativeState) { idle.withLock { $0.append(state) } }
}

/// A column that a function of a library computes, for every row of a batch.
package struct NativeStep: Sendable {
  /// A column that goes in: it is converted where it is not what the library wants.
  package struct Input: Sendable {
    let slot: Slot
    package let lane: Lane
    package let factor: Double

    package init(slot: Slot, lane: Lane, factor: Double) {
      self.slot = slot
      self.lane = lane
      self.factor = factor
    }
  }

  let function: NativeFunction
  let inputs: [Input]
  let output: Slot
  let faults: FaultBox

  package init(function: NativeFunction, inputs: [Input], output: Slot, faults: FaultBox) {
    self.function = function
    self.inputs = inputs
    self.output = output
    self.faults = faults
  }

  func run(_ frame: Frame) {
    guard faults.value == nil else { return fillUnknown(frame, output) }
    do {
      try compute(frame)
    } catch {
      fillUnknown(frame, output)
      faults.raise(error)
    }
  }

  private func compute(_ frame: Frame) throws(ChainFault) {
    let rows = frame.count
    let state = try function.take()
    var columns: [UnsafeRawPointer?] = []
    for (number, input) in inputs.enumerated() {
      let column = UnsafeRawPointer(frame.raw(input.slot))
      if input.slot.lane == input.lane, input.factor == 1 {
        columns.append(column)
      } else {
        let memory = state.column(number)
        convert(column, input.slot.lane, to: memory, input.lane, rows: rows, factor: input.factor)
        columns.append(UnsafeRawPointer(memory))
      }
    }
    let declared = function.function.output
    let isDirect = declared.lane == output.lane
    let target = isDirect ? frame.raw(output) : state.column(-1)
    let computed = columns.withUnsafeBufferPointer { columns in
      function.function.evaluate(state.pointer, rows, columns.baseAddress, target)
    }
    guard computed == rows else {
      throw ChainFault(
        computed < 0
          ? "\(function.place): \(function.name) cannot go on (it gave \(computed))"
          : "\(function.place): \(function.name) computed \(computed) of \(rows) rows")
    }
    if let row = firstForeign(target, declared.lane, rows: rows, type: declared.valueType) {
      throw ChainFault(
        "\(function.place): \(function.name) gave a value in row \(row) of a batch that is not \(declared.valueType.description)"
      )
    }
    if !isDirect { convert(target, declared.lane, to: frame.raw(output), output.lane, rows: rows, factor: 1) }
    function.give(state)
  }
}
