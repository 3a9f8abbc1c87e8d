import Columns

/// The keys of the windows.
package enum WindowKeys {
  package static let every = TypedKey.quantity(
    "every", .time, required: true, "The length of a window, at least 10 ms.")
  package static let rows = TypedKey.integer("rows", 1...1_000_000_000_000, required: true, "Rows a window.")
  package static let span = TypedKey.text(
    "span", required: true, "A length and the column it is a length of: `22448 of ORBIT_CNT`, `2 s of time`.")
  package static let late = DefaultKey.anyQuantity(
    "late", default: Quantity(0), "How far behind the clock a row may still come, in the column's unit.")
}

/// What `window:` takes.
package enum WindowSections {
  package static let every = Specification(
    kind: .window, name: "every",
    summary: "By time of arrival: one result every so often.",
    details: "Every row belongs to the window in which it is read. A group is cut at the window's edge.",
    keys: [WindowKeys.every],
    example: "window: {every: 2 s}")

  package static let rows = Specification(
    kind: .window, name: "rows",
    summary: "By number: one result for so many rows of the input, malformed ones included.",
    details: "A group is cut at the window's edge.",
    keys: [WindowKeys.rows],
    example: "window: {rows: 50000}")

  package static let span = Specification(
    kind: .window, name: "span",
    summary: "By the record's own clock: one result for each span of a column.",
    details: """
      Windows begin at multiples of the span, the same for every histogram. A window is published when the clock has passed
      its end by `late`; rows that come later are counted as `late` and nowhere else. The clock goes by rows that cleansing
      keeps, and only when several agree, so that a single row far ahead does not make those after it late: that row waits in
      a window of its own. A counter of an unsigned field (`u32`) that wraps goes on: window numbers count on.
      """,
    keys: [WindowKeys.span, WindowKeys.late],
    example: "window: {span: 22448 of ORBIT_CNT, late: 100}")

  package static let all = Specification(
    kind: .window, name: "all",
    summary: "The whole input is one window.",
    keys: [],
    example: "window: all")

  package static let windows = [every, rows, span, all]
}
