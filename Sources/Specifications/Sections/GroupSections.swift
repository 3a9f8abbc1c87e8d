/// The keys of a group.
package enum GroupKeys {
  /// What the groups of one key reach over; all files where nothing is said.
  package enum Reach: String, Sendable, CaseIterable {
    case file
  }

  package static let by = TypedKey.oneOrMore(
    "by", of: .expression, required: true, "The column or columns whose values make a group.")
  package static let disorder = TypedKey.integer(
    "disorder", 0...Int64(Int32.max),
    "How far, in units of the key, a row can come behind the newest rows. A group so far behind is complete: it is counted, and its memory is free. Left out, groups are kept to the end of their window, whatever the order of rows. Rows that come later still begin their group again, which then counts in two parts; `disordered` counts such groups."
  )
  package static let within = TypedKey<Reach>.choice(
    "within",
    "`file`: each file has groups of its own. For files that begin their keys again, such as one file for each run. A partition of a topic counts as a file. Left out, rows of all files share groups."
  )
}

/// The keys that every function over the rows of a group has.
package enum GroupFunctionKeys {
  package static let per = TypedKey.identifier(
    "per", "A column with few values, such as `chamber`: one value for each of them.")
  package static let condition = TypedKey.condition("where", "Only rows that meet this condition count.")
}

/// What `groups:` and the functions in it declare of themselves.
package enum GroupSections {
  package static let group = Specification(
    kind: .section, name: "groups",
    summary: "Rows that share a key, such as the hits of one orbit, and values computed over each group.",
    details: """
      A value `t0` of the group `orbit` is the column `orbit.t0` of every row of the group, and can be plotted once for each
      group. It is known when the group is complete. Where `window:` cuts the stream by arrival or by rows, a group is cut
      at the window's edge and counts in both windows; windows over the group's own key (`span: 22448 of ORBIT_CNT`) cut no
      group.
      """,
    keys: [GroupKeys.by, GroupKeys.disorder, GroupKeys.within],
    freeKeys: Key(
      "NAME", .aggregateCall,
      "A value over the group's rows: `min(time) where FPGA == 1`, or a block such as `{distinct: wire, per: chamber}`."
    ),
    example:
      "groups: {orbit: {by: ORBIT_CNT, t0: min(time) where FPGA == 1 and TDC_CHANNEL == 128, active: {distinct: wire, per: chamber}}}"
  )
}
