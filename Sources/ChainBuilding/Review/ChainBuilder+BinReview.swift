import ChainExecution
import Columns
import Diagnostics
import Expressions
import Specifications

extension ChainBuilder {
  /// Histograms that can only overflow, whose bins are finer than what they count, or which have very many.
  func reviewBins(_ plan: ChainPlan) {
    for ((entry, draft), histogram) in zip(zip(declaration.histograms, histograms), plan.histograms) {
      guard let settings = entry.setting.settings else { continue }
      let scope = scope(where: draft.condition, seenFrom: entry.name.span)
      let bins = (settings[HistogramKeys.bins] ?? []).compactMap(\.binning)
      for (axis, binning) in zip(draft.checked.axes, bins) { review(axis.axis, of: axis.expression, binning, scope) }
      reviewSize(draft, histogram, at: settings.setting(HistogramKeys.bins)?.span ?? entry.name.span)
      if let per = draft.per { reviewSplit(per, scope) }
    }
  }

  private func review(_ axis: Axis, of expression: TypedExpression, _ binning: Binning, _ scope: any Scope) {
    let written = expression.label
    // Integers of 64 bits are filled in their own unit.
    let inUnit = Unit.parse(axis.unit).flatMap { TypeChecker.converted(expression, to: $0, findings: Findings()) }
    let reach = reach(inUnit ?? expression, in: scope)
    if case .categories(let names) = binning.shape {
      guard expression.type.kind == .integer, let bounds = reach.bounds else { return }
      let values = names.compactMap { Double($0) }
      if !values.isEmpty, !values.contains(where: bounds.contains) {
        findings.warning(
          .binsOutside, "no category can occur: \(written) is \(words(bounds, axis))", at: binning.span,
          hint: "name values that it can have")
      }
      return
    }
    let (first, last) = (axis.edges[0], axis.edges[axis.count])
    if let bounds = reach.bounds, bounds.lowerBound >= last || bounds.upperBound < first {
      let side = bounds.upperBound < first ? "underflow" : "overflow"
      findings.warning(
        .binsOutside, "every value falls into the \(side): \(written) is \(words(bounds, axis))", at: binning.span,
        hint: fitting(bounds, reach.grid, axis).map { "take bins in that range, such as `\($0)`" }
          ?? "take bins in that range")
      return
    }
    guard let grid = reach.grid, grid.step > 0 else { return }
    let empty = binsWithoutPoint(axis, grid, reach.bounds)
    guard empty > 0 else { return }
    let unit = axis.unit.isEmpty ? "" : " \(axis.unit)"
    findings.warning(
      .binsTooFine,
      "\(empty == 1 ? "a bin stays" : "\(empty) of \(axis.count) bins stay") empty whatever is read: \(written) comes in steps of \(short(grid.step))\(unit)",
      at: binning.span, hint: coarser(axis, binning, grid, reach.bounds, unit) ?? "take bins at least as wide as a step"
    )
  }

  /// How many bins inside the range of values have none of them.
  private func binsWithoutPoint(_ axis: Axis, _ grid: Reach.Grid, _ bounds: ClosedRange<Double>?) -> Int {
    let narrowest = zip(axis.edges, axis.edges.dropFirst()).lazy.map { $1 - $0 }.min() ?? 0
    guard narrowest < grid.step * (1 - 1e-9) else { return 0 }
    // Each bin's first point at or above its lower edge; a value just below an edge counts as lying on it.
    var empty = 0
    for (lower, upper) in zip(axis.edges, axis.edges.dropFirst()) {
      let slack = 1e-6 * grid.step
      if let bounds, upper <= bounds.lowerBound || lower > bounds.upperBound { continue }
      let point = grid.offset + ((lower - grid.offset - slack) / grid.step).rounded(.up) * grid.step
      if point >= upper - slack { empty += 1 }
    }
    return empty
  }

  /// Bins over the same range, each one step wide, where that comes out even.
  ///
  /// The end of an axis belongs to no bin, and who writes `64 from 0 to 63` takes 63 for the last value.
  private func coarser(
    _ axis: Axis, _ binning: Binning, _ grid: Reach.Grid, _ bounds: ClosedRange<Double>?, _ unit: String
  ) -> String? {
    if case .logarithmic = binning.shape { return "take fewer bins, or begin at a larger value" }
    let (first, last) = (axis.edges[0], axis.edges[axis.count])
    let steps = ((last - first) / grid.step).rounded()
    guard steps >= 1, steps < 1e6, abs((last - first) / grid.step - steps) < 1e-6 else { return nil }
    let count = Int(saturating: steps)
    let inside = "`\(count) from \(short(first))\(unit) to \(short(last))\(unit)`"
    let position = (last - grid.offset) / grid.step
    let isReached = abs(position - position.rounded()) < 1e-6 && bounds?.contains(last) != false
    // Bins that cut each step evenly were meant to end where they end.
    guard isReached, axis.count % count != 0 || steps == 1 else { return "one bin for each step: \(inside)" }
    let whole = "`\(count + 1) from \(short(first))\(unit) to \(short(last + grid.step))\(unit)`"
    let value = "\(short(last))\(unit)"
    return axis.count == count + 1
      ? "the end belongs to no bin; for one bin for each step, \(value) included, write \(whole)"
      : "one bin for each step: \(inside), or, \(value) included, \(whole)"
  }

  /// Bins for all values between `bounds`, both included; nil where they come in no steps or in very many.
  private func fitting(_ bounds: ClosedRange<Double>, _ grid: Reach.Grid?, _ axis: Axis) -> String? {
    guard let grid, grid.step > 0, bounds.lowerBound >= -1e15, bounds.upperBound <= 1e15 else { return nil }
    let steps = ((bounds.upperBound - bounds.lowerBound) / grid.step).rounded() + 1
    guard steps < 1e9 else { return nil }
    let bins = min(steps, 100)
    let width = (steps / bins).rounded(.up) * grid.step
    let count = (steps * grid.step / width).rounded(.up)
    let unit = axis.unit.isEmpty ? "" : " \(axis.unit)"
    let end = bounds.lowerBound + count * width
    return "\(Int(saturating: count)) from \(short(bounds.lowerBound))\(unit) to \(short(end))\(unit)"
  }

  /// The most bins that nobody asks about.
  private static var manyBins: Int { 1_000_000 }

  private func reviewSize(_ draft: HistogramDraft, _ histogram: HistogramPlan, at span: Span) {
    let cells = max(histogram.cells?.count ?? 1, 1)
    let (bins, overflow) = draft.checked.axes.reduce((1, false)) { total, axis in
      let (product, overflow) = total.0.multipliedReportingOverflow(by: axis.axis.count)
      return (product, total.1 || overflow)
    }
    let (all, tooMany) = bins.multipliedReportingOverflow(by: cells)
    guard !draft.checked.axes.isEmpty, overflow || tooMany || all > Self.manyBins else { return }
    let split = draft.per.map { cells > 1 ? ", for \(cells) values of \($0.text) together" : "" } ?? ""
    findings.warning(
      .manyBins,
      "`\(draft.name.text)` has \(all) bins\(split): \(size(histogram.bytes)) for each open window and each thread",
      at: span, hint: "take fewer, wider bins")
  }

  private func size(_ bytes: Int) -> String {
    bytes >= 1 << 30 ? "\(bytes >> 30) GB" : "\((bytes + 500_000) / 1_000_000) MB"
  }

  private func reviewSplit(_ per: LocatedText, _ scope: any Scope) {
    guard case .column(let type)? = scope.symbol(named: per.text), type.kind == .integer else { return }
    let (width, overflow) = type.range.upperBound.subtractingReportingOverflow(type.range.lowerBound)
    // Narrower fields are numbers of channels and boards, of which few occur.
    guard overflow || width > Int64(UInt16.max) else { return }
    findings.warning(
      .perMany,
      "`\(per.written)` can have \(overflow ? "any number of" : "\(width + 1)") values, and there are counts for the first \(Cells.limit) that come",
      at: per.span, hint: "split by a column with few values, such as `chamber`")
  }

  private func words(_ bounds: ClosedRange<Double>, _ axis: Axis) -> String {
    let unit = axis.unit.isEmpty ? "" : " \(axis.unit)"
    if bounds.lowerBound == bounds.upperBound { return "always \(short(bounds.lowerBound))\(unit)" }
    return "from \(short(bounds.lowerBound)) to \(short(bounds.upperBound))\(unit)"
  }

  /// A number without the errors of rounding in its last digits.
  private func short(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e15 { return String(Int64(saturating: number)) }
    var factor = 1.0
    for _ in 0..<9 where abs((number * factor).rounded() / factor - number) > abs(number) * 1e-9 { factor *= 10 }
    let rounded = (number * factor).rounded() / factor
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int64(saturating: rounded)) : String(rounded)
  }
}
