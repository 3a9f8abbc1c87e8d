import Columns
import Diagnostics
import Expressions
import Glibc

/// One expression over the columns of a batch, computed as the chain does it.
final class ExpressionRun {
  /// Those whose instructions are counted: integers, floats, a condition, a choice.
  static let counted = [
    "TDC_CHANNEL % 4 * 16 + TDC_CHANNEL // 4",
    "25 * BX_COUNTER + 25 / 30 * TDC_MEAS",
    "TDC_CHANNEL in 64..127 and FPGA == 0 and BX_COUNTER % 100 < 50",
    "if(TDC_CHANNEL > 63, TDC_CHANNEL - 64, TDC_CHANNEL) * 2 + FPGA",
  ]

  private static let types: [(name: String, type: ValueType, bound: Int)] = [
    ("FPGA", .integer(0...255), 2), ("TDC_CHANNEL", .integer(0...65_535), 129),
    ("BX_COUNTER", .integer(0...65_535), 3564),
    ("ORBIT_CNT", .integer(0...4_294_967_295), 4_000_000_000), ("TDC_MEAS", .float(), 30), ("x", .float(), 1000),
    ("y", .float(), 1000),
  ]
  /// Batches of one run.
  private static let batches = 10

  private let program: Program
  private let frame: Frame

  init(_ text: String) {
    let findings = Findings()
    let scope = DictionaryScope(Dictionary(uniqueKeysWithValues: Self.types.map { ($0.name, .column($0.type)) }))
    guard
      let parsed = ExpressionParser.parse(LocatedText(option: "expression", text: text), findings: findings),
      let typed = TypeChecker.check(parsed, in: scope, findings: findings)
    else { EngineBenchmark.fail("\(text): \(findings.all.map(\.message).joined(separator: "; "))") }
    var compiler = Compiler(layout: FrameLayout(), categories: Categories())
    let slots = Self.types.map { compiler.addColumn($0.name, type: $0.type) }
    program = compiler.compile(typed)
    frame = Frame(layout: compiler.layout)
    frame.count = frame.capacity
    var random = Random()
    for (slot, column) in zip(slots, Self.types) {
      for row in 0..<frame.count {
        let value = random.next(column.bound)
        switch slot.lane {
        case .int32: frame.int32(slot)[row] = Int32(value)
        case .int64: frame.int64(slot)[row] = Int64(value)
        case .float64: frame.float64(slot)[row] = Double(value)
        case .flag: frame.flag(slot)[row] = UInt8(value)
        }
      }
    }
  }

  /// Computes some batches; gives their rows.
  func run() -> Int {
    for _ in 0..<Self.batches { program.run(frame) }
    return Self.batches * frame.count
  }

  /// The least of many runs.
  func nanosecondsPerRow(rounds: Int) -> Double {
    var least = Double.infinity
    for _ in 0..<rounds {
      let start = Self.nanoseconds()
      let rows = run()
      least = min(least, Double(Self.nanoseconds() - start) / Double(rows))
    }
    return least
  }

  /// All results of a batch together, to be compared with those of the loop in C.
  var sum: Double {
    (0..<frame.count).reduce(0) { sum, row in
      switch program.result.lane {
      case .int32: sum + Double(frame.int32(program.result)[row])
      case .int64: sum + Double(frame.int64(program.result)[row])
      case .float64: sum + frame.float64(program.result)[row]
      case .flag: sum + Double(frame.flag(program.result)[row])
      }
    }
  }

  private static func nanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
