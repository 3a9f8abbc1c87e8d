import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

/// A window as checked, before its clock has a place in a frame.
enum WindowDraft {
  case every(nanoseconds: Int64)
  case rows(Int64)
  case span(clock: TypedExpression, label: String, span: Int64, late: Int64, ticksPerUnit: Double)
  case all
}

extension ChainBuilder {
  func checkWindow() -> WindowDraft? {
    guard let settings = declaration.window else { return .all }
    switch settings.specification.name {
    case WindowSections.every.name:
      guard let quantity = settings[WindowKeys.every], let seconds = quantity.value(in: .second) else { return nil }
      guard seconds >= 0.01, seconds <= 1e6 else {
        findings.error(
          .badWindow,
          "a window of \(settings.setting(WindowKeys.every)?.node.scalar?.written ?? quantity.text) is too \(seconds < 0.01 ? "short" : "long")",
          at: settings.span(of: WindowKeys.every),
          hint: seconds < 0.01 ? "take at least 10 ms" : "take at most 1000000 s, or write `window: all`")
        return nil
      }
      return .every(nanoseconds: Int64(saturating: (seconds * 1e9).rounded()))
    case WindowSections.rows.name:
      return settings[WindowKeys.rows].map(WindowDraft.rows)
    case WindowSections.span.name:
      return format == nil ? nil : checkSpan(settings)
    default:
      return .all
    }
  }

  /// `22448 of ORBIT_CNT`: a length, and the column that is the clock.
  private func checkSpan(_ settings: Settings) -> WindowDraft? {
    guard let text = settings[WindowKeys.span] else { return nil }
    func fail(_ message: String, _ span: Span, hint: String? = nil) -> WindowDraft? {
      findings.error(.badWindow, message, at: span, hint: hint)
      return nil
    }
    let scalars = text.scalars
    guard
      let of = scalars.indices.first(where: {
        $0 > 0 && $0 + 3 < scalars.count && scalars[$0 - 1] == " " && scalars[$0] == "o" && scalars[$0 + 1] == "f"
          && scalars[$0 + 2] == " "
      })
    else {
      return fail(
        "`\(text.written)` does not say what it is a span of", text.span,
        hint: "write `22448 of ORBIT_CNT` or `2 s of time`")
    }
    let length = text[0..<of].trimmed
    let quantity: Quantity
    do {
      quantity = try Quantity.parse(length.text)
    } catch .unknownUnit {
      reportUnknownUnit(length, findings: findings)
      return nil
    } catch {
      return fail(
        "`\(length.written)` is not a length", length.span, hint: "write `22448 of ORBIT_CNT` or `2 s of time`")
    }
    guard
      let expression = parseBeforeGroups(
        text[(of + 3)..<scalars.count].trimmed, what: "windows are cut before groups are known",
        hint: "use a column of the record"),
      let clock = names.check(expression)
    else { return nil }
    guard clock.type.isNumber else {
      return fail(
        "the clock of a window is a number, and this is \(clock.type.words)", clock.span,
        hint: "name a column that counts or measures time: `22448 of ORBIT_CNT`")
    }
    guard let span = quantity.value(in: clock.type.unit) else {
      findings.error(
        .unitMismatch,
        "the span is \(quantity.unit.dimension.name), and \(expression.source.written) is \(clock.type.unit.dimension.name)",
        at: length.span,
        hint: clock.type.unit.isNone
          ? "give the span without a unit, such as `22448 of \(expression.source.written)`"
          : "give the span in \(clock.type.unit.symbol), such as `1000 \(clock.type.unit.symbol) of \(expression.source.written)`"
      )
      return nil
    }
    guard span > 0 else {
      return fail("a span of \(length.written) holds nothing", length.span, hint: "give a length above 0")
    }
    let lateQuantity = settings[WindowKeys.late]
    // A bare 0 needs no unit.
    guard let late = lateQuantity.value(in: clock.type.unit) ?? (lateQuantity.value == 0 ? 0 : nil) else {
      findings.error(
        .unitMismatch,
        "`late` is \(lateQuantity.unit.dimension.name), and \(expression.source.written) is \(clock.type.unit.dimension.name)",
        at: settings.span(of: WindowKeys.late),
        hint: clock.type.unit.isNone ? "give `late` without a unit" : "give `late` in \(clock.type.unit.symbol)")
      return nil
    }
    guard late >= 0 else {
      return fail("`late` is below 0", settings.span(of: WindowKeys.late), hint: "give 0 or more")
    }
    guard span.isFinite, late.isFinite, late / span < 1e9 else {
      return fail(
        "`late` is more than 1000000000 windows long", settings.span(of: WindowKeys.late),
        hint: "give a shorter `late`, or a longer span")
    }
    guard clock.type.kind == .integer else {
      // Floats are counted in 2^20ths of the span.
      let ticks = 1_048_576.0
      guard (ticks / span).isFinite else {
        return fail("a span of \(length.written) is too short to compute with", length.span, hint: "give a longer span")
      }
      return .span(
        clock: clock, label: expression.source.written, span: Int64(ticks),
        late: Int64(saturating: (late / span * ticks).rounded(.up)),
        ticksPerUnit: ticks / span)
    }
    guard span == span.rounded(), span < 9e18, late < 9e18 else {
      return fail(
        "\(expression.source.written) counts in whole \(clock.type.unit.isNone ? "numbers" : clock.type.unit.symbol), and \(length.written) is \(span < 9e18 ? "none" : "too many")",
        length.span, hint: "give a whole number, at least 1")
    }
    return .span(
      clock: clock, label: expression.source.written, span: Int64(saturating: span),
      late: Int64(saturating: late.rounded(.up)), ticksPerUnit: 1
    )
  }

  /// The bits of an unsigned counter of the record that starts from 0 again; nil for anything else.
  func wrapBits(of expression: TypedExpression) -> Int64? {
    guard let name = expression.column, case .field? = names.entries[name]?.definition else { return nil }
    return wrapBits(of: expression.type)
  }

  /// The same of a field's type.
  func wrapBits(of type: ValueType) -> Int64? {
    let range = type.range
    // 2^n - 1 for some n up to 62: a full unsigned field.
    guard range.lowerBound == 0, range.upperBound > 255, range.upperBound < Int64.max,
      range.upperBound & (range.upperBound + 1) == 0
    else { return nil }
    return Int64(64 - range.upperBound.leadingZeroBitCount)
  }
}
