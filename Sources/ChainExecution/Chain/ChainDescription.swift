/// A chain in words: what `explain` prints.
package struct ChainDescription: Sendable {
  package struct Column: Sendable {
    package let name: String
    package let type: String
    /// Where it comes from, or what it is.
    package let note: String

    package init(name: String, type: String, note: String) {
      self.name = name
      self.type = type
      self.note = note
    }
  }

  package struct Stage: Sendable {
    package let name: String
    package let columns: [Column]
    package let lines: [String]

    package init(name: String, columns: [Column], lines: [String]) {
      self.name = name
      self.columns = columns
      self.lines = lines
    }
  }

  package let stages: [Stage]

  package init(stages: [Stage]) { self.stages = stages }
}
