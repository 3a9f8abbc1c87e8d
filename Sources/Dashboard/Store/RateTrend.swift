import Connectors
import Results
import Support

/// How many hits a second there were, window by window, and how long windows are.
struct RateTrend {
  /// Seconds since 1970 and hits a second.
  private(set) var points: [(time: Double, rate: Double)] = []
  /// The lengths of the newest windows, in seconds.
  private var lengths: [Double] = []
  /// When the newest came, on the monotonic clock.
  private(set) var arrival: Int64?

  private static let mostPoints = 120
  private static let mostLengths = 15

  /// `isLive`: windows come when they end, so that windows without times in them have those of their arrival.
  mutating func add(_ head: ResultHead, at now: Int64, wall: Int64, isLive: Bool) {
    defer { arrival = now }
    var length: Double?
    var end: Double?
    if case .time(let from)? = head.window.start, case .time(let to)? = head.window.end, let from = milliseconds(from),
      let to = milliseconds(to)
    {
      length = Double(to - from) / 1000
      end = Double(to) / 1000
    } else if isLive {
      length = arrival.map { Double(now - $0) * 1e-9 }
      end = Double(wall / 1_000_000) / 1000
    }
    guard let length, let end, length > 0 else { return }
    points.append((end, Double(head.count("hits")) / length))
    if points.count > Self.mostPoints { points.removeFirst() }
    lengths.append(length)
    if lengths.count > Self.mostLengths { lengths.removeFirst() }
  }

  /// The median of the newest; nil before there was one.
  var typicalLength: Double? { lengths.isEmpty ? nil : lengths.sorted()[lengths.count / 2] }
}
