import JSON

/// One histogram of a result message.
package struct ResultHistogram: Sendable {
  package var title: String
  package var content: any HistogramContent

  package init(title: String, content: any HistogramContent) {
    self.title = title
    self.content = content
  }

  /// Reads a histogram in hitmon's own form.
  package init(reading reader: inout JSONReader) throws(JSONError) {
    let fields = try ResultFields(&reader)
    title = try fields.text("title")
    content = try HistogramContents.read(fields)
  }

  /// Writes the histogram in hitmon's own form.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("title", title)
    content.write(to: &writer)
    writer.endObject()
  }

  /// Adds the same histogram of other rows, or throws as ``HistogramContent/add(_:pointLimit:)`` does, and where the two
  /// are of different kinds.
  package mutating func add(_ other: ResultHistogram, pointLimit: Int?) throws(ResultError) {
    func sum<Content: HistogramContent>(_ mine: Content) throws(ResultError) -> any HistogramContent {
      guard let theirs = other.content as? Content else {
        throw ResultError("its form differs from that of the other messages of the window")
      }
      var sum = mine
      try sum.add(theirs, pointLimit: pointLimit)
      return sum
    }
    content = try sum(content)
    // The pipeline may have been edited between two messages; whichever comes first, the same title stays.
    title = min(title, other.title)
  }
}

extension ResultHistogram: Equatable {
  package static func == (a: ResultHistogram, b: ResultHistogram) -> Bool {
    func isSame<Content: HistogramContent>(_ content: Content) -> Bool { content == b.content as? Content }
    return a.title == b.title && isSame(a.content)
  }
}
