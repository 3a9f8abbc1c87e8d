import Connectors
import Diagnostics
import JSON
import Results

extension DashboardStore {
  /// Answers everything but the page's files and the event stream. Nothing that is asked changes anything.
  ///
  /// `isWanted`: asked from time to time; where it is false, nobody reads the answer, and it is none.
  package func answer(_ question: Question, viewers: Int, isWanted: () -> Bool = { true }) -> Answer {
    switch question.path {
    case "/api/pipeline": return .json(newest.view)
    case "/api/status": return .json(status(viewers: viewers))
    case "/api/results/latest":
      return newest.window.map { .json($0) } ?? .text(503, "there is no result yet")
    case "/api/windows":
      guard let last = question["last"] else { return .json(windows) }
      guard let count = Self.count(last) else { return .text(400, "`last` is a number of windows, such as last=10") }
      return Answer(type: Answer.json, pieces: newestWindows(count, isWanted: isWanted))
    case "/api/total": return total(question, isWanted)
    case "/metrics":
      return Answer(
        type: "text/plain; version=0.0.4; charset=utf-8", body: Array(metrics(viewers: viewers).utf8))
    case "/healthz": return .text(200, "ok")
    case "/readyz": return isReady ? .text(200, "ready") : .text(503, "there is no result yet")
    default: break
    }
    if question.path.hasPrefix("/api/windows/") {
      let number = question.path.dropFirst("/api/windows/".count)
      guard let message = Self.count(number).flatMap({ window($0) }) else { return noWindow }
      return .json(message)
    }
    if question.path.hasPrefix("/api/histograms/") {
      return histogram(question, name: String(question.path.dropFirst("/api/histograms/".count)), isWanted)
    }
    return .text(404, "there is nothing here; docs/dashboard.md has what there is")
  }

  private static func count(_ text: some StringProtocol) -> Int? {
    text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? Int(text) : nil
  }

  private var noWindow: Answer {
    let numbers = numbers
    return .text(
      404,
      numbers.isEmpty
        ? "there is no window yet"
        : "no such window is kept: the numbers go from \(numbers.lowerBound) to \(numbers.upperBound - 1)")
  }

  private func total(_ question: Question, _ isWanted: () -> Bool) -> Answer {
    let numbers = numbers
    guard let number = question["to"].map({ Self.count($0) }) ?? numbers.last,
      let total = total(upTo: number, isWanted: isWanted)
    else {
      return noWindow
    }
    var writer = JSONWriter(capacity: 65_536)
    total.write(to: &writer)
    return .json(writer.bytes)
  }

  /// `NAME.json?format=hitmon|uhi|root&over=window|total|last:N`.
  private func histogram(_ question: Question, name: String, _ isWanted: () -> Bool) -> Answer {
    guard name.hasSuffix(".json") else { return .text(404, "write the histogram's name and .json behind it") }
    let name = String(name.dropLast(".json".count))
    guard let format = HistogramFormat(rawValue: question["format"] ?? "hitmon") else {
      return .text(400, "`format` is hitmon, uhi or root")
    }
    let over = question["over"] ?? "window"
    let total: ResultTotal?
    switch over {
    case "total": total = newest.total
    case "window": total = self.total(ofLast: 1, isWanted: isWanted)
    default:
      guard over.hasPrefix("last:"), let count = Self.count(over.dropFirst("last:".count)), count > 0 else {
        return .text(400, "`over` is window, total or last:N")
      }
      total = self.total(ofLast: count, isWanted: isWanted)
    }
    guard let total, total.windows > 0 else { return .text(503, "there is no result yet") }
    guard let histogram = total[name] else {
      let names = total.all.map(\.name)
      let meant = suggestion(for: name, from: names) ?? names.first { $0.hasPrefix(name + "/") }
      return .text(404, "there is no such histogram" + (meant.map { "; did you mean \($0)?" } ?? ""))
    }
    guard let json = histogram.json(name: name, form: format) else {
      return .text(404, "points have no form in UHI; ask for hitmon or root")
    }
    return .json(json)
  }
}
