extension FindingCode {
  package static let yamlSyntax = FindingCode("yaml-syntax")
  package static let yamlTab = FindingCode("yaml-tab")
  package static let yamlCharacter = FindingCode("yaml-character")
  package static let yamlKey = FindingCode("yaml-key")
  package static let duplicateKey = FindingCode("duplicate-key")
  package static let yamlAlias = FindingCode("yaml-alias")
  package static let yamlMerge = FindingCode("yaml-merge")
  package static let yamlTag = FindingCode("yaml-tag")
  package static let yamlDocuments = FindingCode("yaml-documents")
  package static let yamlEmpty = FindingCode("yaml-empty")
  package static let yamlTooDeep = FindingCode("yaml-too-deep")
  package static let yamlTooLarge = FindingCode("yaml-too-large")
  package static let notUtf8 = FindingCode("not-utf8")
  package static let undefinedVariable = FindingCode("undefined-variable")
  package static let variableSyntax = FindingCode("variable-syntax")
}

extension LintRule {
  /// What makes a file no YAML, or not of the kind that is read.
  static let yaml: [LintRule] = [
    LintRule(
      .yamlSyntax,
      "The text is not YAML: a missing `:`, space, comma, bracket or quote, a line indented like none above, and so on.",
      wrong: """
        histograms:
          occupancy {of: wire, bins: 64 from 0 to 64}
        """,
      fix: "Do what the hint says; it names the character and the place.",
      right: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64}
        """),
    LintRule(
      .yamlTab, "A tab indents a line.",
      wrong: """
        histograms:
        \toccupancy: {of: wire, bins: 64 from 0 to 64}
        """,
      fix: "Indent with spaces.",
      right: """
        histograms:
          occupancy: {of: wire, bins: 64 from 0 to 64}
        """),
    LintRule(
      .yamlCharacter, "A character that cannot be seen, such as a zero byte, stands in the file.",
      wrong: Example(
        "description: miniDT\u{7F} telescope", remark: "a delete character, U+007F, stands behind `miniDT`"),
      fix: "Delete it.",
      right: "description: miniDT telescope"),
    LintRule(
      .yamlKey, "A key is missing before a `:`, or a key is a list or a mapping.",
      wrong: """
        columns:
          : BX_COUNTER * 2
        """,
      fix: "Write the key; put text that holds a `:` in quotes.",
      right: """
        columns:
          twice: BX_COUNTER * 2
        """),
    LintRule(
      .duplicateKey, "A mapping has the same key twice. YAML would silently take one of them.",
      wrong: """
        columns:
          late: BX_COUNTER > 3000
          late: BX_COUNTER > 3500
        """,
      fix: "Remove one. The note shows the first.",
      right: """
        columns:
          late: BX_COUNTER > 3500
        """),
    LintRule(
      .yamlAlias, "An alias `*name` has no anchor `&name` above it, or stands inside of it.",
      wrong: """
        histograms:
          first:  {of: wire, bins: 64 from 0 to 64}
          second: {of: wire, bins: *wires}
        """,
      fix:
        "Name the value with `&wires` where it first stands, or put a text that begins with `*` in quotes.",
      right: """
        histograms:
          first:  {of: wire, bins: &wires 64 from 0 to 64}
          second: {of: wire, bins: *wires}
        """),
    LintRule(
      .yamlMerge, "A merge key `<<` takes something other than a mapping.",
      wrong: """
        histograms:
          occupancy: &occupancy {of: wire, bins: 64 from 0 to 64}
          by_chamber: {<<: occupancy, per: chamber}
        """,
      fix: "Give it an alias of a mapping, or a list of such aliases.",
      right: """
        histograms:
          occupancy: &occupancy {of: wire, bins: 64 from 0 to 64}
          by_chamber: {<<: *occupancy, per: chamber}
        """),
    LintRule(
      .yamlTag, "A value has a tag such as `!!str`. Types come from the key; tags are not used.",
      wrong: """
        description: !!str 333
        """,
      fix: "Delete the tag.",
      right: """
        description: 333
        """),
    LintRule(
      .yamlDocuments, "A `---` starts a second document. A file holds one.",
      wrong: """
        description: the first
        ---
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """,
      fix: "Delete the `---`, or put what follows into a file of its own.",
      right: """
        description: the first
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """),
    LintRule(
      .yamlEmpty, "The file is empty, or holds nothing but comments.",
      wrong: Example("# pipeline: telescope", isWhole: true),
      fix: "Begin with `pipeline: NAME`.",
      right: """
        pipeline: telescope
        uses: [detectors/minidt]
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """),
    LintRule(
      .yamlTooDeep, "Values are nested more than 100 levels deep. No pipeline needs that.",
      wrong: Example("description: " + String(repeating: "[", count: 101) + String(repeating: "]", count: 101)),
      fix: "Look for a bracket that is not closed, or for an alias inside of what it stands for.",
      right: "description: telescope"),
    LintRule(
      .yamlTooLarge, "Aliases of aliases repeat so many values that the file would not fit in memory.",
      wrong: """
        a: &a [x, x, x, x, x, x, x, x, x, x]
        b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
        c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
        d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
        e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
        """,
      fix: "Use fewer.",
      right: "description: telescope"),
    LintRule(
      .notUtf8, "The file is not UTF-8 text. The place is the first byte that is not.",
      wrong: Example("description: Kammern für Myonen", isLatin1: true, remark: "saved as Latin-1"),
      fix: "Save the file as UTF-8 in your editor.",
      right: "description: Kammern für Myonen"),
    LintRule(
      .undefinedVariable, "The environment has no variable of that name, and no default is given.",
      wrong: "description: hits of ${HITMON_DOCUMENTATION_RUN}",
      fix: "Set it, or give a default.",
      right: "description: hits of ${HITMON_DOCUMENTATION_RUN:-run 333}"),
    LintRule(
      .variableSyntax, "A `${` is not closed, or what it holds is no name.",
      wrong: "description: hits of ${HITMON_DOCUMENTATION_RUN:333}",
      fix: "Write a default behind `:-`. A plain `${` is written `$${`.",
      right: "description: hits of ${HITMON_DOCUMENTATION_RUN:-333}"),
  ]
}
