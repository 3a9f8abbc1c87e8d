import ChainExecution

/// How far published results cover a partition of their input.
package struct ReadPosition: Sendable, Equatable {
  /// Where to read on so that no row of a window that was open is lost.
  package var resume: Int64
  /// How far rows had been read when the window was published.
  package var read: Int64
  /// The last window of a span published with this partition; nil for windows that cut the input.
  package var last: Int64?
  /// How the input was cut into windows; nil where nobody has said so.
  package var cut: WindowCut?
  /// By which the topic is known again; nil where nobody has said so.
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

/// How an input is cut into windows. Windows of another cut have other numbers.
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
    // Versions before this one do not say it, and of windows far from 0 the ends are rounded.
    if length == nil, case .number(let start)? = window.start, case .number(let end)? = window.end {
      length = end - start
    }
  }

  /// Whether windows of the other cut have the same numbers.
  package func isSame(as other: WindowCut) -> Bool {
    guard kind == other.kind, of == other.of else { return false }
    guard let length, let theirs = other.length else { return length == other.length }
    return abs(length - theirs) <= 1e-3 * abs(length)
  }
}
