import Columns
import Histograms

/// One axis of a histogram: its bins, and which bin a value falls into.
///
/// Bins are half open, lower edge included. Bin numbers run from 0 (underflow) over 1...count to count + 1 (overflow); a
/// value that is unknown has the number ``unknownBin``, which is count + 2.
///
/// A value nearer to an edge than 1e-9 of a bin's width counts as lying on it: differences of times in units of 25/30 ns
/// fall exactly on edges, and binary fractions must not push them to either side. Where bins differ, see
/// ``edgeTolerance(_:at:)``.
package struct Axis: Sendable {
  enum Lookup: Sendable {
    /// Integers between `lower` and `lower + bins.count - 1`; what lies outside has the first or the last number.
    case table(lower: Int64, bins: [Int32], below: Int32, above: Int32)
    case regular(lower: Double, perUnit: Double)
    /// The least value of each bin and of the overflow.
    case edges([Double])
    /// For integers of 64 bits.
    case whole(WholeBins)
    /// Values that name a category; all others are overflow.
    case categories([Int64: Int32])
  }

  package let label: String
  package let unit: String
  package let count: Int
  /// `count + 1` edges in the axis' unit. For categories 0, 1, ... count.
  package let edges: [Double]
  /// The categories' names; nil where the axis is a range of numbers.
  package let categories: [String]?
  let lookup: Lookup

  package var overflowBin: Int32 { Int32(count + 1) }
  package var unknownBin: Int32 { Int32(count + 2) }
  /// Numbers a bin can have: the bins, underflow, overflow, unknown.
  var slots: Int { count + 3 }

  /// The most entries of a table that gives each integer its bin: 256 KiB.
  private static let largestTable: Int64 = 65_536

  /// An axis of numbers. `range` is what an integer column can hold, nil for floats. `whole` are the bins in the unit of an
  /// integer column, which need not be that of the edges.
  package init(
    label: String, unit: String, edges: [Double], isRegular: Bool, range: ClosedRange<Int64>?, whole: WholeBins? = nil
  ) {
    self.label = label
    self.unit = unit
    self.edges = edges
    self.categories = nil
    let count = edges.count - 1
    self.count = count
    let lower = edges[0]
    if let whole {
      lookup = .whole(whole)
      return
    }
    let regular = Lookup.regular(lower: lower, perUnit: Double(count) / (edges[count] - lower))
    let general = isRegular && Axis.agrees(regular, with: edges) ? regular : .edges(Axis.leastValues(edges))
    if let range {
      // Beyond the edges every integer has the same bin, so the table need not be longer than the axis.
      let first = max(range.lowerBound, Axis.integer(lower.rounded(.down) - 1))
      let last = min(range.upperBound, Axis.integer(edges[count].rounded(.up) + 1))
      if first <= last, !last.subtractingReportingOverflow(first).overflow, last - first < Axis.largestTable {
        lookup = .table(
          lower: first,
          bins: (first...last).map { Axis.bin(of: Double($0), lookup: general, count: count) },
          below: 0, above: Int32(count + 1))
        return
      }
    }
    lookup = general
  }

  /// An axis with a bin for each of some values.
  package init(label: String, unit: String, categories: [String], values: [Int64]) {
    self.label = label
    self.unit = unit
    self.categories = categories
    count = categories.count
    edges = (0...categories.count).map(Double.init)
    let bins = Dictionary(uniqueKeysWithValues: zip(values, (1...Int32(values.count))))
    if let first = values.min(), let last = values.max(), last.subtractingReportingOverflow(first).overflow == false,
      last - first < Axis.largestTable
    {
      let other = Int32(categories.count + 1)
      lookup = .table(
        lower: first, bins: (first...last).map { bins[$0] ?? other }, below: other, above: other)
    } else {
      lookup = .categories(bins)
    }
  }

  private static func integer(_ value: Double) -> Int64 {
    Int64(exactly: value) ?? (value < 0 ? .min : .max)
  }

  /// How far, in bin widths, a value may lie below an edge and still count as on it.
  @usableFromInline static let snap = 1e-9

  /// Whether a value on an edge, and one right below it, falls into the bin that the edges say. Far from 0, where a double
  /// has few digits left for the width of a bin, one multiplication does not find it.
  private static func agrees(_ regular: Lookup, with edges: [Double]) -> Bool {
    let count = edges.count - 1
    return (0...count).allSatisfy { number in
      let edge = edges[number], below = edge.nextDown
      let width = number < count ? edges[number + 1] - edge : edge - edges[number - 1]
      let isOnEdge = edge - snap * width <= below
      return bin(of: edge, lookup: regular, count: count) == Int32(number + 1)
        && bin(of: below, lookup: regular, count: count) == Int32(isOnEdge ? number + 1 : number)
    }
  }

  /// Where each bin begins, and the overflow, with the values that count as lying on its edge. They ascend as edges do: no
  /// edge takes values from a bin that is much narrower than the other one.
  private static func leastValues(_ edges: [Double]) -> [Double] {
    edges.indices.map { edges[$0] - edgeTolerance(edges, at: $0) }
  }

  /// The bin of a known number.
  static func bin(of value: Double, lookup: Lookup, count: Int) -> Int32 {
    switch lookup {
    case .regular(let lower, let perUnit):
      let position = (value - lower) * perUnit + snap
      return position < 0 ? 0 : position >= Double(count) ? Int32(count + 1) : Int32(position) + 1
    case .edges(let least):
      var low = 0
      var high = least.count
      // The number of bins that begin at or below the value is its bin number.
      while low < high {
        let middle = (low + high) / 2
        if least[middle] <= value { low = middle + 1 } else { high = middle }
      }
      return Int32(low)
    case .table, .categories, .whole:
      preconditionFailure("tables are made from the general forms")
    }
  }

  /// Bin numbers of `column` for `rows`, written densely to `bins`.
  func assign(
    _ frame: Frame, _ column: Slot, rows: UnsafePointer<Int32>, count n: Int, into bins: UnsafeMutablePointer<Int32>
  ) {
    if place(frame, column, rows: rows, count: n, into: bins) { return }
    switch column.lane {
    case .int32: assignIntegers(frame.int32(column), rows, n, bins)
    case .int64: assignIntegers(frame.int64(column), rows, n, bins)
    case .float64: assignFloats(frame.float64(column), rows, n, bins)
    case .flag:
      let values = frame.flag(column)
      for i in 0..<n {
        let value = values[Int(rows[i])]
        bins[i] = value.isUnknown ? unknownBin : bin(ofInteger: Int64(value))
      }
    }
  }

  private func bin(ofInteger value: Int64) -> Int32 {
    switch lookup {
    case .table(let lower, let table, let below, let above):
      value < lower ? below : value - lower >= Int64(table.count) ? above : table[Int(value - lower)]
    case .categories(let numbers): numbers[value] ?? overflowBin
    case .whole(let bins): bins.bin(of: value, count: count)
    default: Axis.bin(of: Double(value), lookup: lookup, count: count)
    }
  }

  @inline(__always)
  private func assignIntegers<T: FixedWidthInteger & LaneValue>(
    _ values: UnsafeMutablePointer<T>, _ rows: UnsafePointer<Int32>, _ n: Int, _ bins: UnsafeMutablePointer<Int32>
  ) {
    let unknown = unknownBin
    guard case .table(let lower, let table, let below, let above) = lookup else {
      for i in 0..<n {
        let value = values[Int(rows[i])]
        bins[i] = value.isUnknown ? unknown : bin(ofInteger: Int64(value))
      }
      return
    }
    table.withUnsafeBufferPointer { table in
      let length = UInt64(table.count)
      for i in 0..<n {
        let value = values[Int(rows[i])]
        let place = UInt64(bitPattern: Int64(value) &- lower)
        if place < length {
          bins[i] = table[Int(place)]
        } else {
          bins[i] = value.isUnknown ? unknown : Int64(value) < lower ? below : above
        }
      }
    }
  }

  private func assignFloats(
    _ values: UnsafeMutablePointer<Double>, _ rows: UnsafePointer<Int32>, _ n: Int, _ bins: UnsafeMutablePointer<Int32>
  ) {
    for i in 0..<n {
      let value = values[Int(rows[i])]
      bins[i] = value.isUnknown ? unknownBin : Axis.bin(of: value, lookup: lookup, count: count)
    }
  }
}

extension ResultAxis {
  init(_ axis: Axis) {
    self.init(label: axis.label, unit: axis.unit, edges: axis.edges, categories: axis.categories)
  }
}
