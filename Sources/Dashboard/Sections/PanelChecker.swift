import Columns
import Diagnostics
import Histograms
import Specifications

/// Holds the panels of a pipeline against its histograms.
struct PanelChecker {
  /// What there is to plot.
  private struct Plot {
    let content: any DrawnContent.Type
    /// How many bins it has; nil where that is not known.
    let bins: Int?
    let per: String?
    let name: LocatedText
  }

  private let plots: [String: Plot]
  private let names: [String]
  /// How many cells each has; nil for one with errors.
  private let layouts: [String: Int?]
  private let findings: Findings

  init(_ pipeline: Declaration, findings: Findings) {
    self.findings = findings
    names = pipeline.histograms.map(\.name.text)
    var plots: [String: Plot] = [:]
    for entry in pipeline.histograms {
      if let settings = entry.setting.settings { plots[entry.name.text] = Self.plot(entry.name, settings) }
    }
    self.plots = plots
    layouts = Dictionary(
      pipeline.layouts.map { ($0.name.text, $0.setting.settings?[LayoutKeys.cells].map(Int.init)) },
      uniquingKeysWith: { $1 })
  }

  private static func plot(_ name: LocatedText, _ settings: Settings) -> Plot? {
    guard let content = DrawnContents.declared(by: settings) else { return nil }
    return Plot(content: content, bins: content.bins(of: settings), per: settings[HistogramKeys.per]?.text, name: name)
  }

  /// The panel; nil where it has errors, which are reported.
  func panel(_ settings: Settings) -> Panel? {
    guard let written = settings[PanelKeys.plot] else { return nil }
    // No histogram's name has a blank: `hits per chamber` can only mean `hits_per_chamber`.
    let name = String(written.trimmed.text.map { $0 == " " ? "_" : $0 })
    var panel = Panel(plot: name)
    panel.form = settings[PanelKeys.form]
    panel.per = settings[PanelKeys.per]?.text
    panel.overlay = settings[PanelKeys.overlay]?.text
    panel.scale = settings[PanelKeys.scale]
    panel.last = settings[PanelKeys.last]?.value(in: .second)
    panel.layout = settings[PanelKeys.layout]?.text
    panel.title = settings[PanelKeys.title]?.text
    panel.description = settings[PanelKeys.description]?.text
    guard let plot = plots[name] else {
      // A histogram with errors has been reported.
      if names.contains(name) { return nil }
      guard name == Panel.rate else {
        reportUnknown(written, name)
        return nil
      }
      return checkRate(settings) ? panel : nil
    }
    let isSound = [
      checkForm(settings, plot, written), checkSplit(settings, plot, written), checkLayout(settings, plot, written),
      checkLast(settings),
    ].allSatisfy(\.self)
    panel.flatWithin = expectation(settings, plot)
    return isSound ? panel : nil
  }

  private func reportUnknown(_ written: LocatedText, _ name: String) {
    let all = names + [Panel.rate]
    findings.error(
      .unknownPlot, "there is no histogram `\(written.written)`", at: written.span,
      hint: suggestion(for: name, from: all).map { "did you mean `\($0)`?" }
        ?? (all.count <= 8 ? "there \(all.count == 1 ? "is" : "are") \(alternatives(all, and: true))" : nil))
  }

  /// The rate is a trend, and nothing of a histogram's goes with it.
  private func checkRate(_ settings: Settings) -> Bool {
    guard checkLast(settings) else { return false }
    if let form = settings[PanelKeys.form], form != .trend {
      mismatch("`rate` is drawn as a trend", settings.span(of: PanelKeys.form), "remove `as`, or write `as: trend`")
      return false
    }
    for key in [PanelKeys.per, PanelKeys.overlay, PanelKeys.expect, PanelKeys.layout] {
      guard let setting = settings.setting(key) else { continue }
      mismatch("`rate` is one number of the run and takes no `\(key.name)`", setting.span, "remove it")
      return false
    }
    return true
  }

  private func checkLast(_ settings: Settings) -> Bool {
    guard let quantity = settings[PanelKeys.last] else { return true }
    let place = settings.span(of: PanelKeys.last)
    guard quantity.value > 0 else {
      findings.error(
        .wrongType, "`last` is how far back a trend goes, and `\(quantity.text)` goes nowhere", at: place,
        hint: "write `last: 10 min`")
      return false
    }
    if settings[PanelKeys.plot]?.text != Panel.rate, settings[PanelKeys.form] != .trend {
      mismatch("`last` is for trends, and this is none", place, "add `as: trend`, or remove it")
      return false
    }
    return true
  }

  private func checkForm(_ settings: Settings, _ plot: Plot, _ name: LocatedText) -> Bool {
    let fitting = plot.content.panelForms
    guard let form = settings[PanelKeys.form], !fitting.contains(form) else { return true }
    let written = settings.setting(PanelKeys.form)?.text?.written ?? form.rawValue
    mismatch(
      "`\(name.written)` \(plot.content.words) and cannot be drawn as `\(written)`", settings.span(of: PanelKeys.form),
      "draw it as \(alternatives(fitting.map(\.rawValue)))", note: plot.name)
    return false
  }

  private func checkSplit(_ settings: Settings, _ plot: Plot, _ name: LocatedText) -> Bool {
    for key in [PanelKeys.per, PanelKeys.overlay] {
      guard let column = settings[key] else { continue }
      let place = settings.span(of: key)
      guard let per = plot.per else {
        mismatch(
          "`\(name.written)` is not split, and so has nothing for each `\(column.written)`", place,
          "add `per: \(column.written)` to the histogram, or remove it here", note: plot.name)
        return false
      }
      guard per == column.text else {
        mismatch(
          "`\(name.written)` is split by `\(per)`, not by `\(column.written)`", place, "write `\(key.name): \(per)`",
          note: plot.name)
        return false
      }
    }
    if let overlay = settings.setting(PanelKeys.overlay), settings.setting(PanelKeys.per) != nil {
      mismatch("`per` draws one plot for each value, and `overlay` one for all", overlay.span, "keep one of them")
      return false
    }
    return true
  }

  private func checkLayout(_ settings: Settings, _ plot: Plot, _ name: LocatedText) -> Bool {
    let form = settings[PanelKeys.form], place = settings.span(of: PanelKeys.layout)
    guard let layout = settings[PanelKeys.layout] else {
      guard form == .map else { return true }
      let known = layouts.keys.sorted()
      findings.error(
        .missingKey, "a map needs the key `layout`", at: settings.span(of: PanelKeys.form),
        hint: known.isEmpty
          ? "declare one in `layouts:`, and name it here" : "add `layout: \(known[0])`")
      return false
    }
    guard let cells = layouts[layout.text] else {
      let known = layouts.keys.sorted()
      findings.error(
        .unknownLayout, "there is no layout `\(layout.written)`", at: layout.span,
        hint: suggestion(for: layout.text, from: known).map { "did you mean `\($0)`?" }
          ?? (known.isEmpty
            ? "declare it in `layouts:`" : "there \(known.count == 1 ? "is" : "are") \(alternatives(known, and: true))")
      )
      return false
    }
    if let form, form != .map {
      mismatch("only a map has a layout", place, "write `as: map`, or remove it")
      return false
    }
    guard let bins = plot.bins else {
      mismatch("`\(name.written)` has no row of bins that cells could show", place, "remove it", note: plot.name)
      return false
    }
    guard let cells, cells != bins else { return true }
    mismatch(
      "the layout has \(cells) cells, and `\(name.written)` has \(bins) bins", place,
      "take a layout with \(bins) cells", note: plot.name)
    return false
  }

  /// The share in `flat within 20 %`.
  private func expectation(_ settings: Settings, _ plot: Plot) -> Double? {
    guard let text = settings[PanelKeys.expect] else { return nil }
    let words = text.text.split(separator: " ").joined(separator: " ")
    let number = words.hasPrefix("flat within ") && words.hasSuffix("%") ? words.dropFirst(12).dropLast() : ""
    guard let percent = Double(number.filter { $0 != " " }), percent > 0, percent.isFinite else {
      findings.error(
        .wrongType, "`expect` says what is normal, and `\(text.written)` does not", at: text.span,
        hint: "write `expect: flat within 20 %`")
      return nil
    }
    guard plot.content == CountsContent.self else {
      mismatch(
        "only counts of one column can be expected to be flat", settings.span(of: PanelKeys.expect), "remove it",
        note: plot.name)
      return nil
    }
    return percent / 100
  }

  private func mismatch(_ message: String, _ span: Span, _ hint: String, note: LocatedText? = nil) {
    findings.error(
      .panelMismatch, message, at: span, hint: hint,
      notes: note.map { [.init(message: "it is declared here", span: $0.span)] } ?? [])
  }
}
