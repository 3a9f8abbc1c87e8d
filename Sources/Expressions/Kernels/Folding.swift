import CKernels
import Columns

/// Operations on constants, by the same loops that columns go through.
enum Folding {
  /// Of the lane int64; unknown where there is no result.
  static func integers(_ family: kernel_family, _ a: Int64, _ b: Int64) -> Int64 {
    apply(family, kernel_value(int64: a), kernel_value(int64: b)).int64
  }

  /// NaN where there is no result.
  static func floats(_ family: kernel_family, _ a: Double, _ b: Double) -> Double {
    apply(family, kernel_value(float64: a), kernel_value(float64: b)).float64
  }

  /// One row, with care.
  private static func apply(_ family: kernel_family, _ a: kernel_value, _ b: kernel_value) -> kernel_value {
    let stride = UInt32(MemoryLayout<kernel_value>.stride)
    var step = kernel_step()
    step.family = family
    step.shape = kernel_columns
    step.careful = 1
    step.result = kernel_place(index: 2, stride: stride)
    step.operands = (
      kernel_place(index: 0, stride: stride), kernel_place(index: 1, stride: stride), kernel_place(index: -1, stride: 0)
    )
    var values = [a, b, kernel_value()]
    values.withUnsafeMutableBufferPointer { values in
      let columns = (0..<3).map { UnsafeMutableRawPointer(values.baseAddress! + $0) }
      kernel_run(&step, 1, columns, 1, 1)
    }
    return values[2]
  }
}
