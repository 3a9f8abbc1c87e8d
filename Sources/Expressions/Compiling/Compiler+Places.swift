import CKernels
import Columns

extension Compiler {
  /// The program for `result`, of the steps so far. It and what takes long get columns, all other temporaries strips,
  /// which are used again as soon as nothing reads them any more.
  mutating func program(for result: Place) -> Program {
    let needed = steps(for: result)
    var kept: [Place: Slot] = [:]
    for step in needed where needed.count > Int(KERNEL_STEPS) || step.result == result || step.computation.isSlow {
      kept[step.result] = layout.add(step.result.lane)
    }
    var allocation = Allocation(needed, kept: kept)
    let places = needed.map { allocation.places(of: $0, layout: &layout) }
    let lowered = zip(needed, places).map { $0.lowered($1) }
    let list = StepList(lowered, tables: needed.compactMap(\.computation.table), rowBytes: allocation.rowBytes)
    // Later programs find what is in columns; temporaries are gone.
    for step in steps {
      emitted[step.key] = kept[step.result].map(Place.column)
      if let slot = kept[step.result], case .temporary(let number, _) = step.result { computed[slot] = number }
    }
    steps = []
    switch result {
    case .column(let slot): return Program(result: slot, steps: list)
    // The result of a program is always kept in a column.
    case .temporary: return Program(result: kept[result]!, steps: list)
    }
  }

  /// The steps that `result` comes down to: parts of what is in a column already are emitted too.
  private func steps(for result: Place) -> [LoopStep] {
    var read: Set<Place> = [result]
    let needed = steps.reversed().filter { step in
      guard read.contains(step.result) else { return false }
      read.formUnion(step.computation.sources.compactMap(\.self))
      return true
    }
    return needed.reversed()
  }
}

/// Finds room for the columns and temporaries of a program.
private struct Allocation {
  /// Bytes of a row in all that the program reads or writes.
  var rowBytes: Int { columns.reduce(0) { $0 + $1.lane.stride } + strips.rowBytes }

  private let kept: [Place: Slot]
  private var columns: Set<Slot> = []
  private var strips = Strips()
  /// Where the temporaries that are still read lie.
  private var temporaries: [Place: kernel_place] = [:]
  /// How many steps will still read a place.
  private var readers: [Place: Int] = [:]

  /// `kept` are the columns of results that stay.
  init(_ steps: [LoopStep], kept: [Place: Slot]) {
    self.kept = kept
    for step in steps {
      for source in Set(step.computation.sources.compactMap(\.self)) { readers[source, default: 0] += 1 }
    }
  }

  /// Where the operands and the result of the next step lie.
  mutating func places(of step: LoopStep, layout: inout FrameLayout) -> [Place: kernel_place] {
    var places: [Place: kernel_place] = [:]
    for case let source? in step.computation.sources where places[source] == nil {
      places[source] = place(source)
      readers[source, default: 1] -= 1
      if readers[source] == 0, let strip = temporaries.removeValue(forKey: source) { strips.release(strip) }
    }
    if let slot = kept[step.result] {
      places[step.result] = place(.column(slot))
    } else {
      let lane = step.result.lane
      let strip = strips.take(stride: UInt32(lane.stride), besides: Array(places.values))
      let place = strip ?? place(.column(layout.add(lane)))
      temporaries[step.result] = place
      places[step.result] = place
    }
    return places
  }

  private mutating func place(_ place: Place) -> kernel_place {
    if let temporary = temporaries[place] { return temporary }
    // What is neither a column nor a temporary that is still read was kept in a column.
    let slot = if case .column(let slot) = place { slot } else { kept[place]! }
    columns.insert(slot)
    return kernel_place(index: Int32(slot.index), stride: UInt32(slot.lane.stride))
  }
}

/// The strips of a program: which are free, and how wide their values are at most.
private struct Strips {
  private var free: [kernel_place] = []
  private var widths: [UInt32] = []

  var rowBytes: Int { widths.reduce(0) { $0 + Int($1) } }

  mutating func release(_ place: kernel_place) {
    if place.index < 0 { free.append(place) }
  }

  /// A strip for a result; nil where all are in use. A free one that the step reads serves where its values are as wide.
  mutating func take(stride: UInt32, besides read: [kernel_place]) -> kernel_place? {
    let index =
      free.lastIndex { $0.stride == stride } ?? free.lastIndex { strip in !read.contains { $0.index == strip.index } }
    if let index {
      let number = ~free.remove(at: index).index
      widths[Int(number)] = max(widths[Int(number)], stride)
      return kernel_place(index: ~number, stride: stride)
    }
    guard widths.count < Int(KERNEL_STRIPS) else { return nil }
    widths.append(stride)
    return kernel_place(index: ~Int32(widths.count - 1), stride: stride)
  }
}

extension Computation {
  /// Whether it takes so much longer than to write and read a column that it pays to keep the result for others.
  fileprivate var isSlow: Bool {
    switch family {
    case kernel_square_root, kernel_floor_divide_int32, kernel_floor_divide_int64, kernel_floor_divide_float64,
      kernel_modulo_int32, kernel_modulo_int64, kernel_modulo_float64, kernel_search_int32, kernel_search_int64:
      true
    default: false
    }
  }
}
