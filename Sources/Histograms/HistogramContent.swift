import JSON

/// What a histogram of one kind holds, and all that can be done with it without the rows: it is written, read, and added
/// to that of other rows.
///
/// Bins lie in arrays with the flow bins at their ends: underflow first, overflow last.
package protocol HistogramContent: Sendable, Equatable {
  /// Whether the fields of a message are those of this kind.
  static func fits(_ fields: ResultFields) -> Bool

  /// Throws where a field that it needs is missing, or does not fit the others.
  init(reading fields: ResultFields) throws(JSONError)

  /// Writes the fields that ``init(reading:)`` reads.
  func write(to writer: inout JSONWriter)

  /// Adds what the same histogram holds of other rows. Throws where units or bins differ, or where one of the two may have
  /// counted a category of the other as overflow.
  ///
  /// - Parameter pointLimit: the most points that are kept, those of the smallest x.
  mutating func add(_ other: Self, pointLimit: Int?) throws(ResultError)

  /// Its form in UHI; nil where UHI has none.
  var uhi: (any UHIHistogram)? { get }

  /// About how many bytes it takes in a message, where that is far more than usual.
  var expectedBytes: Int { get }
}

extension HistogramContent {
  package var expectedBytes: Int { 0 }
}

/// Every kind of content, each in a file of its own in Contents; here is its line.
package enum HistogramContents {
  package static let all: [any HistogramContent.Type] = [
    CountsContent.self, MapContent.self, ProfileContent.self, ProfileMapContent.self, PointsContent.self,
  ]

  static func read(_ fields: ResultFields) throws(JSONError) -> any HistogramContent {
    guard let kind = all.first(where: { $0.fits(fields) }) else {
      throw fields.error("title", "its fields are those of no kind of histogram")
    }
    return try kind.init(reading: fields)
  }
}
