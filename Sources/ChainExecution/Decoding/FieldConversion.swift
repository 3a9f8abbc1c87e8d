import Columns

/// Brings a field that one of several records declares otherwise to the chain's own type: whole numbers to floats, rounded
/// beyond 2^53 as in any expression, and floats from one unit to another.
package struct FieldConversion: Sendable {
  /// Where the decoder writes the field as its record declares it.
  private let source: Slot
  private let target: Slot
  private let factor: Ratio

  /// `target` is a column of floats, in the unit that `factor` leads to.
  package init(source: Slot, target: Slot, factor: Ratio) {
    self.source = source
    self.target = target
    self.factor = factor
  }

  package func run(_ frame: Frame) {
    switch source.lane {
    case .int32: convert(frame.int32(source), frame) { Double($0) }
    case .int64: convert(frame.int64(source), frame) { Double($0) }
    case .float64: convert(frame.float64(source), frame) { $0 }
    case .flag: preconditionFailure("a record has no field of this lane")
    }
  }

  @inline(__always)
  private func convert<T>(_ values: UnsafeMutablePointer<T>, _ frame: Frame, _ double: (T) -> Double) {
    let out = frame.float64(target)
    // The same two steps as in an expression that converts units, so that the last digit is the same.
    let numerator = Double(factor.numerator), denominator = Double(factor.denominator)
    // Kernels count on fields to be finite.
    let largest = Double.greatestFiniteMagnitude
    for row in 0..<frame.count {
      out[row] = min(max(double(values[row]) * numerator, -largest), largest) / denominator
    }
  }
}
