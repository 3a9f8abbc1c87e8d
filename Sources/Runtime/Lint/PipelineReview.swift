import Columns
import Connectors
import Diagnostics
import ChainExecution
import Specifications

/// Findings about a pipeline without errors that concern several of its sections.
struct PipelineReview {
  let declaration: Declaration
  let plan: ChainPlan
  let findings: Findings

  func run() {
    reviewPlaces()
    reviewRate()
  }

  // MARK: Files, topics and ports

  /// What a sink or a source takes for itself.
  private struct Place {
    /// Equal for equal places.
    let key: String
    /// As messages name it: "the file `results.jsonl`".
    let name: String
    let span: Span
    let isInput: Bool
  }

  private func reviewPlaces() {
    var first: [String: Place] = [:]
    for place in inputs + outputs {
      guard let other = first[place.key] else {
        first[place.key] = place
        continue
      }
      // Two sources may read one file.
      if place.isInput { continue }
      let notes = [Finding.Note(message: other.isInput ? "it is read here" : "the first is here", span: other.span)]
      let isRead = "results go to \(place.name), which the pipeline reads"
      if place.key.hasPrefix("path:") {
        findings.error(
          .fileClash, other.isInput ? isRead : "two sinks write \(place.name)", at: place.span,
          hint: "give it another path", notes: notes)
      } else {
        findings.warning(
          .sinkClash, other.isInput ? isRead : "two sinks take \(place.name)", at: place.span,
          hint: "give it another \(place.key.prefix { $0 != ":" })", notes: notes)
      }
    }
  }

  private var inputs: [Place] {
    declaration.sources.flatMap { source -> [Place] in
      guard let settings = source.setting.settings else { return [] }
      return places(settings, isInput: true)
    }
  }

  private var outputs: [Place] { declaration.sinks.flatMap { places($0, isInput: false) } }

  private func places(_ settings: Settings, isInput: Bool) -> [Place] {
    var places: [Place] = []
    let paths =
      isInput
      ? (settings[FileSourceKeys.path] ?? []).compactMap(\.text) : [settings[FileSinkKeys.path]].compactMap(\.self)
    // Standard output and devices take what they get.
    for text in paths where text.text != "-" && !text.text.hasPrefix("/dev/") {
      places.append(
        Place(
          key: "path:\(Self.normal(text.text))", name: "the file `\(text.written)`", span: text.span, isInput: isInput))
    }
    if let target = KafkaTarget(settings), let topic = settings[KafkaKeys.topic] {
      let brokers = target.brokers.split(separator: ",").map { $0.filter { $0 != " " } }.sorted().joined(separator: ",")
      places.append(
        Place(
          key: "topic:\(target.topic)@\(brokers)", name: "the topic `\(topic.written)`", span: topic.span,
          isInput: isInput))
    }
    if SinkComponent.isDashboard(settings), let setting = settings.setting(DashboardKeys.port),
      case let port = settings[DashboardKeys.port], port > 0
    {
      places.append(
        Place(
          key: "port:\(port)", name: "the port \(port)",
          span: settings.isGiven(DashboardKeys.port) ? setting.span : settings.nameSpan ?? settings.span,
          isInput: isInput))
    }
    return places
  }

  /// A path without what leads nowhere.
  private static func normal(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  // MARK: Rates

  /// Windows that are shorter than the time from one row to the next.
  private func reviewRate() {
    guard case .every(let nanoseconds) = plan.window, let window = declaration.window?.setting(WindowKeys.every),
      let rate = rate(), rate.perSecond > 0
    else { return }
    let distance = 1e9 / rate.perSecond
    guard Double(nanoseconds) < distance else { return }
    findings.warning(
      .windowMostlyEmpty,
      "most windows will be empty: a row comes every \(Self.time(distance)), and a window is \(window.node.scalar?.written ?? "shorter")",
      at: window.span,
      // No window by arrival is longer than a million seconds.
      hint: distance < 1e14
        ? "take windows of \(Self.time(distance * 10)) or more" : "give a higher rate, or write `window: all`",
      notes: rate.span.map { [.init(message: "the rate is given here", span: $0)] } ?? [])
  }

  /// Rows a second, where all of them are made at a declared rate.
  private func rate() -> (perSecond: Double, span: Span?)? {
    let emulated = declaration.emulate.flatMap(Self.rate)
    if declaration.sources.isEmpty { return emulated }
    var total = 0.0
    var span: Span?
    for source in declaration.sources {
      guard let settings = source.setting.settings else { return nil }
      let rate: (perSecond: Double, span: Span?)?
      switch settings.specification.name {
      case "simulate": rate = Self.rate(settings)
      case "kafka": rate = emulated
      default: rate = nil
      }
      guard let rate else { return nil }
      total += rate.perSecond
      span = span ?? rate.span
    }
    return (total, span)
  }

  private static func rate(_ settings: Settings) -> (perSecond: Double, span: Span?)? {
    // The emulator's key is of the same name, and the same default.
    let key = SimulateKeys.rate
    guard let setting = settings.setting(key), let rate = settings[key].perSecond else { return nil }
    return (rate, settings.isGiven(key) ? setting.span : settings.nameSpan)
  }

  private static func time(_ nanoseconds: Double) -> String {
    func digits(_ value: Double) -> String {
      let rounded = (value * 10).rounded() / 10
      return rounded == rounded.rounded() ? "\(Int64(saturating: rounded))" : "\(rounded)"
    }
    return nanoseconds < 1e9 ? "\(digits(nanoseconds / 1e6)) ms" : "\(digits(nanoseconds / 1e9)) s"
  }
}
