import CKernels
import Columns
import Glibc
import Testing

/// Runs single loops over columns, at every level that the processor has, and holds them against functions of values.
struct LoopBench {
  static let levels: [kernel_level] = [KERNEL_PORTABLE, KERNEL_SSE, KERNEL_AVX2, KERNEL_AVX512]

  /// The families that were looked at.
  private(set) var covered: Set<UInt32> = []

  /// A loop of two operands in its three shapes.
  mutating func check<K: BinaryKernel>(
    _ family: kernel_family, careful: Bool = false, _: K.Type, _ values: [K.A] = K.A.samples,
    _ others: [K.B] = K.B.samples
  ) {
    let (left, right) = pairs(values, others)
    let expected = zip(left, right).map { K.apply($0, $1) }
    check(family, careful: careful, left: left, right: right, expected: expected)
    for value in values.prefix(12) where kernel_exists(family, kernel_left_constant, careful ? 1 : 0) != 0 {
      let expected = others.map { K.apply(value, $0) }
      check(
        family, kernel_left_constant, careful: careful, left: [K.A](), right: others, constants: [value.laneValue],
        expected: expected)
    }
    for other in others.prefix(12) where kernel_exists(family, kernel_right_constant, careful ? 1 : 0) != 0 {
      let expected = values.map { K.apply($0, other) }
      check(
        family, kernel_right_constant, careful: careful, left: values, right: [K.B](), constants: [other.laneValue],
        expected: expected)
    }
  }

  /// With and without care.
  mutating func checkBoth<K: BinaryKernel>(_ family: kernel_family, _: K.Type) {
    check(family, K.self)
    check(family, careful: true, Propagating<K>.self)
  }

  /// A loop of one operand.
  mutating func check<K: UnaryKernel>(
    _ family: kernel_family, careful: Bool = false, _ kernel: K, _ values: [K.A] = K.A.samples,
    constants: [kernel_value] = [], table: UnsafeRawPointer? = nil, tableCount: Int = 0
  ) {
    check(
      family, careful: careful, left: values, right: [K.A](), constants: constants, table: table,
      tableCount: tableCount, expected: values.map(kernel.apply))
  }

  mutating func checkBoth<K: UnaryKernel>(
    _ family: kernel_family, _ kernel: K, _ values: [K.A] = K.A.samples, constants: [kernel_value] = [],
    table: UnsafeRawPointer? = nil, tableCount: Int = 0
  ) {
    check(family, kernel, values, constants: constants, table: table, tableCount: tableCount)
    check(
      family, careful: true, PropagatingUnary(kernel: kernel), values, constants: constants, table: table,
      tableCount: tableCount)
  }

  /// One shape: into a column of its own and, where values are as wide, into that of the left operand.
  mutating func check<A: KernelValue, B: KernelValue, R: KernelValue>(
    _ family: kernel_family, _ shape: kernel_shape = kernel_columns, careful: Bool, left: [A], right: [B],
    chooser: [some KernelValue] = [UInt8](), bounds: ClosedRange<Int32> = 0...0, constants: [kernel_value] = [],
    table: UnsafeRawPointer? = nil, tableCount: Int = 0,
    expected: [R]
  ) {
    covered.insert(family.rawValue)
    let rows = expected.count
    let chooserStride = chooser.first.map { MemoryLayout.stride(ofValue: $0) } ?? 0
    // Columns 0 to 2 are the operands; a result has room for a vector behind it, which must stay as it is.
    let bytes = (rows + 64) * 8
    let columns = (0..<4).map { _ in UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64) }
    defer { for column in columns { column.deallocate() } }
    var step = kernel_step()
    step.family = family
    step.shape = shape
    step.careful = careful ? 1 : 0
    step.operands = (
      kernel_place(index: 0, stride: UInt32(MemoryLayout<A>.stride)),
      kernel_place(index: 1, stride: UInt32(MemoryLayout<B>.stride)),
      kernel_place(index: 2, stride: UInt32(chooserStride))
    )
    let values = constants + [kernel_value(), kernel_value()]
    step.constants = (values[0], values[1])
    step.lower = bounds.lowerBound
    step.upper = bounds.upperBound
    step.table = table
    step.table_count = tableCount
    let isAsWide = MemoryLayout<A>.stride == MemoryLayout<R>.stride && !left.isEmpty
    for level in Self.levels {
      // The processor may not have it.
      guard kernel_set_level(level) == level else { continue }
      for target: Int32 in isAsWide ? [3, 0] : [3] {
        for column in columns { column.initializeMemory(as: UInt8.self, repeating: 0x5A, count: bytes) }
        columns[0].copyMemory(from: left, byteCount: left.count * MemoryLayout<A>.stride)
        columns[1].copyMemory(from: right, byteCount: right.count * MemoryLayout<B>.stride)
        columns[2].copyMemory(from: chooser, byteCount: chooser.count * chooserStride)
        step.result = kernel_place(index: target, stride: UInt32(MemoryLayout<R>.stride))
        kernel_run(&step, 1, columns, rows, 448)
        let found = columns[Int(target)].assumingMemoryBound(to: R.self)
        // Bytes at first, which is quick; they may differ where both are not a number.
        let areEqual = memcmp(found, expected, rows * MemoryLayout<R>.stride) == 0
        if !areEqual, let row = (0..<rows).first(where: { !found[$0].isSame(as: expected[$0]) }) {
          Issue.record(
            """
            family \(family.rawValue), shape \(shape.rawValue), careful \(careful), level \(level.rawValue), \
            column \(target): row \(row) is \(found[row]), not \(expected[row]), for \(left.dropFirst(row).first as Any) \
            and \(right.dropFirst(row).first as Any), constants \(values[0].int64) and \(values[1].int64)
            """)
        }
        let behind = columns[3] + rows * MemoryLayout<R>.stride
        #expect((0..<64).allSatisfy { behind.load(fromByteOffset: $0, as: UInt8.self) == 0x5A })
      }
    }
    _ = kernel_set_level(KERNEL_AVX512)
  }

  /// Every value beside every other.
  func pairs<A, B>(_ values: [A], _ others: [B]) -> ([A], [B]) {
    let all = values.flatMap { value in others.map { (value, $0) } }
    return (all.map(\.0), all.map(\.1))
  }
}

/// A value with what tests need of its lane.
extension KernelValue {
  var laneValue: kernel_value {
    switch self {
    case let value as Int32: kernel_value(int32: value)
    case let value as Int64: kernel_value(int64: value)
    case let value as Double: kernel_value(float64: value)
    case let value as UInt8: kernel_value(flag: value)
    default: preconditionFailure("another lane")
    }
  }

  /// The same bits, or both not a number.
  func isSame(as other: Self) -> Bool {
    switch (self, other) {
    case (let a as Double, let b as Double): a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
    case (let a as any IntegerLane, let b as any IntegerLane): Int64(a) == Int64(b)
    case (let a as UInt8, let b as UInt8): a == b
    default: false
    }
  }
}
