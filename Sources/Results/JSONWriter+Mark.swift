import Histograms
import JSON

extension JSONWriter {
  /// One end of a window; nothing where it has none.
  package mutating func field(_ key: String, _ mark: ResultHead.Mark?) {
    switch mark {
    case .number(let number): field(key, number)
    case .time(let time): field(key, time)
    case nil: break
    }
  }
}
