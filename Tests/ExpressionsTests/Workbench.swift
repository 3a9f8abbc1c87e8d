import Columns
import Diagnostics

@testable import Expressions

/// The scope, the frame and the findings of a test.
struct Workbench {
  var scope = DictionaryScope([
    "HEAD": .column(.integer(0...255)), "FPGA": .column(.integer(0...255)),
    "TDC_CHANNEL": .column(.integer(0...65_535)),
    "ORBIT_CNT": .column(.integer(0...4_294_967_295)), "BX_COUNTER": .column(.integer(0...65_535)),
    "TDC_MEAS": .column(.float()), "wide": .column(.integer()),
    "maybe": .column(.integer(-10...10, mayBeUnknown: true)),
    "flag": .column(.boolean()), "site": .column(.text()), "time": .column(.float(unit: .named("ns")!)),
    "wire": .column(.integer(0...63)), "clock": .column(.integer(0...1000, unit: .named("us")!)),
    "pos": .column(.float(unit: .named("mm")!)),
    "orbit.t0": .column(.float(unit: .named("ns")!, mayBeUnknown: true)),
    "offset": .constant(.float(93.9, unit: .named("ns")!)),
    "mode": .constant(.integer(2)),
  ])

  /// The type of the expression, or what was found instead.
  func type(_ text: String) -> String {
    let (typed, findings) = check(text)
    return typed?.type.description ?? findings.joined(separator: "; ")
  }

  func check(_ text: String) -> (TypedExpression?, [String]) {
    let findings = Findings()
    let located = LocatedText(option: "test", text: text)
    let typed = ExpressionParser.parse(located, findings: findings).flatMap {
      TypeChecker.check($0, in: scope, findings: findings)
    }
    return (typed, findings.all.map(Self.describe))
  }

  /// What is wrong with `text`: `columns error[code]: message | hint`.
  func findings(_ text: String) -> [String] { check(text).1 }

  static func describe(_ finding: Finding) -> String {
    let place = finding.span.map { "\($0.start.column)-\($0.end.column) " } ?? ""
    let hint = finding.hint.map { " | \($0)" } ?? ""
    return "\(place)\(finding.severity.rawValue)[\(finding.code)]: \(finding.message)\(hint)"
  }

  /// The constant that `text` is.
  func constant(_ text: String) -> String {
    let (typed, findings) = check(text)
    guard let typed else { return findings.joined(separator: "; ") }
    return typed.constant?.description ?? (typed.isAlwaysUnknown ? "unknown" : "not constant")
  }

  /// A compiler that has every column of `scope`.
  static func compiler(for scope: DictionaryScope) -> Compiler {
    var compiler = Compiler(layout: FrameLayout(), categories: Categories())
    for (name, symbol) in scope.symbols {
      if case .column(let type) = symbol { _ = compiler.addColumn(name, type: type) }
    }
    return compiler
  }
}
