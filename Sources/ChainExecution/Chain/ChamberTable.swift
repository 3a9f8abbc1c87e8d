import CScan
import Columns

/// The answers of a chamber map for every combination of its inputs, where those are integers of few possible values.
package struct ChamberTable: Sendable {
  /// A column that the map goes by, and the values outside of which no row of the map matches.
  package struct Input: Sendable {
    let slot: Slot
    let lower: Int64
    let count: Int64

    package init(slot: Slot, range: ClosedRange<Int64>) {
      self.slot = slot
      lower = range.lowerBound
      count = range.upperBound - range.lowerBound + 1
    }
  }

  private enum Answers: Sendable {
    case int32([Int32])
    case int64([Int64])
    case float64([Double])
    case flag([UInt8])

    init(_ lane: Lane) {
      switch lane {
      case .int32: self = .int32([])
      case .int64: self = .int64([])
      case .float64: self = .float64([])
      case .flag: self = .flag([])
      }
    }

    mutating func append(_ frame: Frame, _ slot: Slot, count: Int) {
      switch self {
      case .int32(let values): self = .int32(values + UnsafeBufferPointer(start: frame.int32(slot), count: count))
      case .int64(let values): self = .int64(values + UnsafeBufferPointer(start: frame.int64(slot), count: count))
      case .float64(let values): self = .float64(values + UnsafeBufferPointer(start: frame.float64(slot), count: count))
      case .flag(let values): self = .flag(values + UnsafeBufferPointer(start: frame.flag(slot), count: count))
      }
    }

    mutating func appendUnknown() {
      switch self {
      case .int32(let values): self = .int32(values + [.unknown])
      case .int64(let values): self = .int64(values + [.unknown])
      case .float64(let values): self = .float64(values + [.unknown])
      case .flag(let values): self = .flag(values + [.unknown])
      }
    }
  }

  private let inputs: [Input]
  /// Where the numbers of the entries go, row by row.
  private let place: Slot
  private let outputs: [Slot]
  private var answers: [Answers]

  /// Entries, without the last one, which answers whatever lies outside.
  package let size: Int

  /// Works the answers out: `evaluate` fills the columns `workingOutputs` of the frame `working` for rows of all
  /// combinations, put into the columns `workingInputs` block by block.
  package init(
    inputs: [Input], place: Slot, outputs: [Slot], working frame: Frame, workingInputs: [Slot], workingOutputs: [Slot],
    evaluate: (Frame) -> Void
  ) {
    self.inputs = inputs
    self.place = place
    self.outputs = outputs
    size = inputs.reduce(1) { $0 * Int($1.count) }
    answers = outputs.map { Answers($0.lane) }
    var start = 0
    while start < size {
      frame.count = min(frame.capacity, size - start)
      var repeats = size
      for (input, slot) in zip(inputs, workingInputs) {
        // The last input varies fastest.
        repeats /= Int(input.count)
        for row in 0..<frame.count {
          let value = input.lower + Int64((start + row) / repeats % Int(input.count))
          if slot.lane == .int32 {
            frame.int32(slot)[row] = Int32(truncatingIfNeeded: value)
          } else {
            frame.int64(slot)[row] = value
          }
        }
      }
      evaluate(frame)
      for (index, slot) in workingOutputs.enumerated() { answers[index].append(frame, slot, count: frame.count) }
      start += frame.count
    }
    for index in answers.indices { answers[index].appendUnknown() }
  }

  func run(_ frame: Frame) {
    let places = frame.int32(place)
    let n = frame.count
    let outside = Int32(truncatingIfNeeded: size)
    if inputs.count == 2, inputs[0].slot.lane == .int32, inputs[1].slot.lane == .int32 {
      placePairs(frame, places, n, outside)
    } else {
      placeAll(frame, places, n, outside)
    }
    for (slot, answer) in zip(outputs, answers) {
      switch answer {
      case .int32(let table): scan_gather_int32(table, places, n, frame.int32(slot))
      case .int64(let table): gather(table, places, n, frame.int64(slot))
      case .float64(let table): gather(table, places, n, frame.float64(slot))
      case .flag(let table): gather(table, places, n, frame.flag(slot))
      }
    }
  }

  /// Board and channel, the usual inputs: in one go.
  private func placePairs(_ frame: Frame, _ places: UnsafeMutablePointer<Int32>, _ n: Int, _ outside: Int32) {
    let sides = inputs.map {
      scan_side(
        values: frame.int32($0.slot), lower: Int32(truncatingIfNeeded: $0.lower),
        count: UInt32(truncatingIfNeeded: $0.count))
    }
    scan_pair_places(sides[0], sides[1], n, outside, places)
  }

  private func placeAll(_ frame: Frame, _ places: UnsafeMutablePointer<Int32>, _ n: Int, _ outside: Int32) {
    for row in 0..<n { places[row] = 0 }
    for input in inputs {
      let lower = input.lower, count = input.count
      let factor = Int32(truncatingIfNeeded: count)
      if input.slot.lane == .int32 {
        let values = frame.int32(input.slot)
        let first = Int32(truncatingIfNeeded: lower)
        for row in 0..<n {
          let step = UInt32(bitPattern: values[row] &- first)
          places[row] =
            places[row] < 0 || step >= UInt32(factor) ? -1 : places[row] &* factor &+ Int32(bitPattern: step)
        }
      } else {
        let values = frame.int64(input.slot)
        for row in 0..<n {
          let step = UInt64(bitPattern: values[row] &- lower)
          places[row] =
            places[row] < 0 || step >= UInt64(count) ? -1 : places[row] &* factor &+ Int32(truncatingIfNeeded: step)
        }
      }
    }
    for row in 0..<n where places[row] < 0 { places[row] = outside }
  }

  @inline(__always)
  private func gather<T>(_ table: [T], _ places: UnsafeMutablePointer<Int32>, _ n: Int, _ out: UnsafeMutablePointer<T>)
  {
    table.withUnsafeBufferPointer { table in
      for row in 0..<n { out[row] = table[Int(places[row])] }
    }
  }
}
