extension FindingCode {
  package static let chamberNever = FindingCode("chamber-never")
  package static let chamberShadowed = FindingCode("chamber-shadowed")
  package static let chamberOverlap = FindingCode("chamber-overlap")
}

extension LintRule {
  static let chambers: [LintRule] = [
    LintRule(
      .chamberNever, .warning,
      "No hit can be in a chamber: its condition contradicts itself, or cleansing keeps no such row.",
      wrong: """
        cleansing: [{keep: HEAD == 2}]
        chambers:
          - {chamber: 4, when: HEAD == 3 and FPGA == 2, wire: TDC_CHANNEL}
        """,
      fix: "Change the condition, or delete the row.",
      right: """
        cleansing: [{keep: HEAD == 2}]
        chambers:
          - {chamber: 4, when: HEAD == 2 and FPGA == 2, wire: TDC_CHANNEL}
        """),
    LintRule(
      .chamberShadowed, .warning,
      "No hit comes to a row of the chamber map: rows above take all that it matches, and the first row that matches takes a hit.",
      wrong: """
        chambers:
          - {chamber: 4, when: FPGA == 2, wire: TDC_CHANNEL}
          - {chamber: 5, when: FPGA == 2 and TDC_CHANNEL in 64..127, wire: TDC_CHANNEL - 64}
        """,
      fix: "Put the narrower row above the wider one, or delete it.",
      right: """
        chambers:
          - {chamber: 4, when: FPGA == 2 and TDC_CHANNEL in 0..63, wire: TDC_CHANNEL}
          - {chamber: 5, when: FPGA == 2 and TDC_CHANNEL in 64..127, wire: TDC_CHANNEL - 64}
        """),
    LintRule(
      .chamberOverlap, .warning,
      "Two rows of the chamber map in one file match the same hits, of which the row above takes them. A range that ends where the next begins, such as `0..64` and `64..127`, is the usual slip. Rows of a pipeline may take what those of its plugins match.",
      wrong: """
        chambers:
          - {chamber: 4, when: FPGA == 2 and TDC_CHANNEL in 0..64,   wire: TDC_CHANNEL}
          - {chamber: 5, when: FPGA == 2 and TDC_CHANNEL in 64..127, wire: TDC_CHANNEL - 64}
        """,
      fix: "Say in the conditions which of the two it is.",
      right: """
        chambers:
          - {chamber: 4, when: FPGA == 2 and TDC_CHANNEL in 0..63,   wire: TDC_CHANNEL}
          - {chamber: 5, when: FPGA == 2 and TDC_CHANNEL in 64..127, wire: TDC_CHANNEL - 64}
        """),
  ]
}
