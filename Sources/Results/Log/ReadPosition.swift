import ChainExecution

/// How far published results cover a partition of their input.
package struct ReadPosition: Sendable, Equatable {
  /// Where to continue so that no row of an open window is lost.
  package var resume: Int64
  /// How far rows had been read when the window was published.
  package var read: Int64
  /// The last window of a span published with this partition; nil for windows that cut the input.
  package var last: Int64?
  /// How the input was cut into windows; nil if unknown.
  package var cut: WindowCut?
  /// A message by which the topic is known again; nil if unknown.
  package var mark: MessageMark?

  package init(
    resume: Int64, read: Int64, last: Int64? = nil, cut: WindowCut? = nil, mark: MessageMark? = nil
  ) {
    self.mark = mark
    self.resume = resume
    self.read = read
    self.last = last
    self.cut = cut
  }
}

/// How an input is cut into windows. With another cut, windows have other numbers.
package struct WindowCut: Sendable, Equatable {
  package var kind: ResultHead.Window.Kind
  /// The clock of a span, as the pipeline says it.
  package var of: String?
  /// The length of a span, in the units of its clock.
  package var length: Double?

  package init(kind: ResultHead.Window.Kind, of: String? = nil, length: Double? = nil) {
    self.kind = kind
    self.of = of
    self.length = length
  }

  package init(_ window: ResultHead.Window) {
    self.init(kind: window.kind, of: window.of)
    guard kind == .span else { return }
    length = window.length
    // Older versions do not write the length, and the ends of windows far from 0 are rounded.
    if length == nil, case .number(let start)? = window.start, case .number(let end)? = window.end {
      length = end - start
    }
  }

  /// Whether the windows of both cuts have the same numbers.
  package func isSame(as other: WindowCut) -> Bool {
    guard kind == other.kind, of == other.of else { return false }
    guard let length, let theirs = other.length else { return length == other.length }
    return abs(length - theirs) <= 1e-3 * abs(length)
  }
}
