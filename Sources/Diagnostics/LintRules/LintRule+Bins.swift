extension FindingCode {
  package static let binsOutside = FindingCode("bins-outside")
  package static let binsTooFine = FindingCode("bins-too-fine")
  package static let manyBins = FindingCode("many-bins")
}

extension LintRule {
  static let bins: [LintRule] = [
    LintRule(
      .binsOutside, .warning,
      "A histogram can only overflow, or underflow: no value that the expression can have lies in the bins. What its columns can be, and what `where` and cleansing leave of that, is computed.",
      wrong: """
        histograms:
          far: {of: BX_COUNTER + 100000, bins: 100 from 0 to 4000}
        """,
      fix: "Take bins in the range that the message gives, or look for the slip in the expression.",
      right: """
        histograms:
          far: {of: BX_COUNTER, bins: 100 from 0 to 4000}
        """),
    LintRule(
      .binsTooFine, .warning,
      "Bins are finer than the steps that the expression comes in, so that some stay empty whatever is read: the histogram looks like a comb.",
      wrong: """
        histograms:
          occupancy: {of: wire, bins: 100 from 0 to 64, per: chamber}
        """,
      fix: "Take bins as wide as a step, or a whole number of steps wide.",
      right: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}
        """),
    LintRule(
      .manyBins, .warning,
      "A histogram has more than a million bins, with all values of `per` together. Each takes 8 bytes, 24 with weights, for each open window and each thread that counts, and stands in every result.",
      wrong: """
        histograms:
          orbits: {of: [ORBIT_CNT, wire], bins: [20000 from 0 to 4000000000, 64 from 0 to 64]}
        """,
      fix: "Take fewer, wider bins, or bins over the range that matters.",
      right: """
        histograms:
          orbits: {of: [ORBIT_CNT, wire], bins: [2000 from 0 to 4000000000, 64 from 0 to 64]}
        """),
  ]
}
