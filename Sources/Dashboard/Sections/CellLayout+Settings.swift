import Columns
import Diagnostics
import Expressions
import Specifications

extension CellLayout {
  /// The layout that a pipeline declares; nil where it has errors, which are reported.
  init?(_ name: String, _ settings: Settings, findings: Findings) {
    // One with a value that was reported is left out, whatever its default.
    guard let count = settings[LayoutKeys.cells].map(Int.init), let x = settings[LayoutKeys.x],
      settings.setting(LayoutKeys.y) != nil, settings.setting(LayoutKeys.width) != nil,
      settings.setting(LayoutKeys.height) != nil
    else { return nil }
    let y = settings[LayoutKeys.y], width = settings[LayoutKeys.width], height = settings[LayoutKeys.height]
    for key in [LayoutKeys.width, LayoutKeys.height] {
      let size = settings[key]
      guard let setting = settings.setting(key), size <= 0 || size > Self.farthest else { continue }
      findings.error(
        .wrongType, "`\(key.name)` is the size of a cell, and `\(setting.node.scalar?.written ?? "")` is none",
        at: setting.span, hint: "give a number above 0")
      return nil
    }
    let xs = Self.values(x, count: count, findings: findings), ys = Self.values(y, count: count, findings: findings)
    guard let xs, let ys else { return nil }
    // The drawing begins at 0, wherever the detector's own coordinates do.
    let left = xs.compactMap(\.self).min() ?? 0, top = ys.compactMap(\.self).min() ?? 0
    self.init(
      name: name,
      cells: zip(xs, ys).map { x, y in
        guard let x, let y else { return nil }
        return Cell(x: x - left, y: y - top, width: width, height: height)
      })
  }

  /// Beyond this numbers of cells are no places in a drawing.
  private static let farthest = 1e9

  /// The expression's value for every bin; nil for bins where it is unknown.
  private static func values(_ text: LocatedText, count: Int, findings: Findings) -> [Double?]? {
    guard let expression = ExpressionParser.parse(text, findings: findings) else { return nil }
    let bins = ValueType.integer(0...Int64(count - 1))
    guard let typed = TypeChecker.check(expression, in: DictionaryScope(["bin": .column(bins)]), findings: findings),
      TypeChecker.converted(typed, to: .none, findings: findings) != nil
    else { return nil }
    var compiler = Compiler(layout: FrameLayout(), categories: Categories())
    let bin = compiler.addColumn("bin", type: bins)
    let program = compiler.compile(typed)
    // One row for each bin.
    let frame = Frame(layout: compiler.layout, capacity: count)
    frame.count = count
    for row in 0..<count { frame.int32(bin)[row] = Int32(row) }
    program.run(frame)
    return (0..<count).map { bin in
      let value = number(frame, program.result, bin)
      return value.flatMap { abs($0) <= farthest ? $0 : nil }
    }
  }

  /// What a number's column has in a row; nil where that is unknown.
  private static func number(_ frame: Frame, _ slot: Slot, _ row: Int) -> Double? {
    func known(_ value: some LaneValue & BinaryInteger) -> Double? { value.isUnknown ? nil : Double(value) }
    switch slot.lane {
    case .int32: return known(frame.int32(slot)[row])
    case .int64: return known(frame.int64(slot)[row])
    case .float64: return frame.float64(slot)[row].isUnknown ? nil : frame.float64(slot)[row]
    case .flag: return nil
    }
  }
}
