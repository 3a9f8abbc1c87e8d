import Diagnostics
import ChainExecution
import Specifications

/// What the messages of a pipeline's hits topic are keyed by: its first group's key, so that a group's rows share a
/// partition.
package enum RecordKey: Hashable, Sendable {
  /// The pipeline has no groups: messages need no key.
  case none
  /// The values of these fields of the record, by number.
  case fields([Int])
  /// The group of that name goes by a computed column, which a producer of bare rows does not have.
  case computed(group: String)

  /// The key of a checked pipeline.
  package init(_ declaration: Declaration, format: any RecordFormat) {
    guard let group = declaration.groups.first, let by = group.setting.settings?[GroupKeys.by], !by.isEmpty else {
      self = .none
      return
    }
    let fields = by.compactMap { part in
      part.text.flatMap { text in format.fields.firstIndex { $0.name == text.trimmed.text } }
    }
    self = fields.count == by.count ? .fields(fields) : .computed(group: group.name.text)
  }

  /// The numbers of the fields; none where there is no key to be had.
  package var fields: [Int] { if case .fields(let fields) = self { fields } else { [] } }
}
