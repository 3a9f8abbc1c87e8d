import Connectors

/// What a result message says of the input as a whole.
struct ResultSource {
  /// The names of the sources, joined by commas.
  var name: String
  /// The topic; nil where not every source reads one.
  var topic: String?
  /// How many partitions it has, read by this instance or not.
  var partitions: Int?
  /// Others read some of the partitions: the message covers a part of its window.
  var isPartial = false

  init(name: String) { self.name = name }

  /// `assigned`: how many partitions the sources read together, where that is known.
  init(_ sources: [OpenSource], assigned: Int?) {
    name = sources.map(\.name).joined(separator: ",")
    let topics = sources.compactMap(\.source.topic)
    guard topics.count == sources.count else { return }
    topic = topics.map(\.name).joined(separator: ",")
    let count = topics.reduce(0) { $0 + $1.partitions }
    if count > 0 { partitions = count }
    if let assigned { isPartial = assigned < count }
  }
}
