import ChainExecution

/// How far published results cover the partitions of an input: what a run that resumes goes by.
package struct PublishedRecord: Sendable, Equatable {
  /// By the names that partitions have in results.
  package var positions: [String: ReadPosition]

  package init(_ positions: [String: ReadPosition] = [:]) { self.positions = positions }

  /// What a log says of an input.
  package init(_ fold: ResultFold, of input: String) {
    positions = (fold.inputs[input] ?? [:]).compactMapValues(\.position)
  }

  /// The positions of one of several sources, whose names stand before those of its partitions.
  package func of(source: String?) -> PublishedRecord {
    guard let source else { return self }
    var own: [String: ReadPosition] = [:]
    for (name, position) in positions where name.hasPrefix(source + "/") {
      own[String(name.dropFirst(source.count + 1))] = position
    }
    return PublishedRecord(own)
  }

  /// The record as windows of this kind can go by it, and whether they are the same as those published. Where they are not,
  /// reading goes on so that no row is lost, and rows of windows that were published may count again.
  package func fitted(to plan: WindowPlan) -> (record: PublishedRecord, isSame: Bool) {
    var isSame = true
    let fitted = positions.mapValues { position in
      if position.cut.map({ $0.fits(plan) }) ?? true { return position }
      isSame = false
      return ReadPosition(resume: position.resume, read: position.resume)
    }
    return (PublishedRecord(fitted), isSame)
  }
}

extension WindowCut {
  /// Whether windows of the plan have the same numbers and rows. Windows that cut the input end where the next one begins,
  /// whatever their lengths.
  fileprivate func fits(_ plan: WindowPlan) -> Bool {
    guard case .span(let windows) = plan else { return kind != .span }
    return isSame(
      as: WindowCut(kind: .span, of: windows.label, length: Double(windows.span) / windows.ticksPerUnit))
  }
}
