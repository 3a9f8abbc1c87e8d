import Connectors
import Diagnostics
import Histograms
import JSON
import Results

/// The windows that can be looked at, in the order in which they came.
struct WindowArchive {
  /// Where a message is.
  enum Place {
    case memory([UInt8])
    /// In the file that all came from.
    case file(offset: Int64, count: Int)
  }

  private struct Entry {
    let place: Place
    let window: ResultHead.Window
    let records: UInt64
    let hits: UInt64
  }

  /// The most windows, and the most bytes of those in memory.
  private let limits: (windows: Int, bytes: Int)
  /// Entries before `dropped` are gone; they are taken out many at a time.
  private var entries: [Entry] = []
  private var dropped = 0
  private var bytes = 0
  /// The number of the first that is kept.
  private(set) var first = 0

  init(windows: Int, bytes: Int) { limits = (max(1, windows), bytes) }

  /// The number of the next that comes.
  var next: Int { first + entries.count - dropped }

  /// Takes the next window. Gives those in memory that had to go for it, oldest first.
  mutating func append(_ place: Place, _ head: ResultHead) -> [[UInt8]] {
    entries.append(
      Entry(place: place, window: head.window, records: head.count("records"), hits: head.count("hits")))
    guard case .memory(let message) = place else { return [] }
    bytes += message.count
    var gone: [[UInt8]] = []
    while next - first > 1, next - first > limits.windows || bytes > limits.bytes {
      if case .memory(let old) = entries[dropped].place {
        bytes -= old.count
        gone.append(old)
      }
      dropped += 1
      first += 1
    }
    if dropped > 64, dropped > entries.count / 2 {
      entries.removeFirst(dropped)
      dropped = 0
    }
    return gone
  }

  /// Where the window of that number is; nil where it is not kept.
  subscript(number: Int) -> Place? {
    number >= first && number < next ? entries[dropped + number - first].place : nil
  }

  /// Writes what there is to choose from: `{"windows": [{"number", "index", "start", "end", "records", "hits"}, ...]}`.
  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("windows")
    writer.beginArray()
    for (index, entry) in entries[dropped...].enumerated() {
      writer.beginObject()
      writer.field("number", first + index)
      writer.field("index", entry.window.index)
      writer.field("start", entry.window.start)
      writer.field("end", entry.window.end)
      writer.field("records", entry.records)
      writer.field("hits", entry.hits)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }
}
