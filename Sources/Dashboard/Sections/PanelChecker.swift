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
      pipeline.layouts.map { ($0.name.text, $0.setting.settings?["cells"]?.integer.map(Int.init)) },
      uniquingKeysWith: { $1 })
  }

  private static func plot(_ name: LocatedText, _ settings: Settings) -> Plot? {
    guard let content = DrawnContents.declared(by: settings) else { return nil }
    return Plot(content: content, bins: content.bins(of: settings), per: settings["per"]?.text?.text, name: name)
  }

  /// The panel; nil where it has errors, which are reported.
  func panel(_ settings: Settings) -> Panel? {
    guard let written = settings["plot"]?.text else { return nil }
    // No histogram's name has a blank: `hits per chamber` can only mean `hits_per_chamber`.
    let name = String(written.trimmed.text.map { $0 == " " ? "_" : $0 })
    var panel = Panel(plot: name)
    panel.form = settings["as"]?.text.flatMap { Panel.Form(rawValue: $0.text) }
    panel.per = settings["per"]?.text?.text
    panel.overlay = settings["overlay"]?.text?.text
    panel.scale = settings["scale"]?.text.flatMap { Panel.Scale(rawValue: $0.text) } ?? .linear
    panel.last = settings["last"]?.quantity?.value(in: .second)
    panel.layout = settings["layout"]?.text?.text
    panel.title = settings["title"]?.text?.text
    panel.description = settings["description"]?.text?.text
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
    if let form = settings["as"], form.text?.text != "trend" {
      mismatch("`rate` is drawn as a trend", form.span, "remove `as`, or write `as: trend`")
      return false
    }
    for key in ["per", "overlay", "expect", "layout"] {
      guard let setting = settings[key], settings.given.contains(key) else { continue }
      mismatch("`rate` is one number of the run and takes no `\(key)`", setting.span, "remove it")
      return false
    }
    return true
  }

  private func checkLast(_ settings: Settings) -> Bool {
    guard let last = settings["last"], let quantity = last.quantity else { return true }
    guard quantity.value > 0 else {
      findings.error(
        .wrongType, "`last` is how far back a trend goes, and `\(quantity.text)` goes nowhere", at: last.span,
        hint: "write `last: 10 min`")
      return false
    }
    if settings["plot"]?.text?.text != Panel.rate, settings["as"]?.text?.text != "trend" {
      mismatch("`last` is for trends, and this is none", last.span, "add `as: trend`, or remove it")
      return false
    }
    return true
  }

  private func checkForm(_ settings: Settings, _ plot: Plot, _ name: LocatedText) -> Bool {
    guard let form = settings["as"], let text = form.text else { return true }
    let fitting = plot.content.panelForms.map(\.rawValue)
    if fitting.contains(text.text) { return true }
    mismatch(
      "`\(name.written)` \(plot.content.words) and cannot be drawn as `\(text.written)`", form.span,
      "draw it as \(alternatives(fitting))", note: plot.name)
    return false
  }

  private func checkSplit(_ settings: Settings, _ plot: Plot, _ name: LocatedText) -> Bool {
    for key in ["per", "overlay"] {
      guard let setting = settings[key], let column = setting.text else { continue }
      guard let per = plot.per else {
        mismatch(
          "`\(name.written)` is not split, and so has nothing for each `\(column.written)`", setting.span,
          "add `per: \(column.written)` to the histogram, or remove it here", note: plot.name)
        return false
      }
      guard per == column.text else {
        mismatch(
          "`\(name.written)` is split by `\(per)`, not by `\(column.written)`", setting.span, "write `\(key): \(per)`",
          note: plot.name)
        return false
      }
    }
    if let overlay = settings["overlay"], settings["per"] != nil {
      mismatch("`per` draws one plot for each value, and `overlay` one for all", overlay.span, "keep one of them")
      return false
    }
    return true
  }

  private func checkLayout(_ settings: Settings, _ plot: Plot, _ name: LocatedText) -> Bool {
    let isMap = settings["as"]?.text?.text == "map"
    guard let setting = settings["layout"], let layout = setting.text else {
      guard isMap, let form = settings["as"] else { return true }
      let known = layouts.keys.sorted()
      findings.error(
        .missingKey, "a map needs the key `layout`", at: form.span,
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
    if settings["as"] != nil, !isMap {
      mismatch("only a map has a layout", setting.span, "write `as: map`, or remove it")
      return false
    }
    guard let bins = plot.bins else {
      mismatch("`\(name.written)` has no row of bins that cells could show", setting.span, "remove it", note: plot.name)
      return false
    }
    guard let cells, cells != bins else { return true }
    mismatch(
      "the layout has \(cells) cells, and `\(name.written)` has \(bins) bins", setting.span,
      "take a layout with \(bins) cells", note: plot.name)
    return false
  }

  /// The share in `flat within 20 %`.
  private func expectation(_ settings: Settings, _ plot: Plot) -> Double? {
    guard let setting = settings["expect"], let text = setting.text else { return nil }
    let words = text.text.split(separator: " ").joined(separator: " ")
    let number = words.hasPrefix("flat within ") && words.hasSuffix("%") ? words.dropFirst(12).dropLast() : ""
    guard let percent = Double(number.filter { $0 != " " }), percent > 0, percent.isFinite else {
      findings.error(
        .wrongType, "`expect` says what is normal, and `\(text.written)` does not", at: text.span,
        hint: "write `expect: flat within 20 %`")
      return nil
    }
    guard plot.content == CountsContent.self else {
      mismatch("only counts of one column can be expected to be flat", setting.span, "remove it", note: plot.name)
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
