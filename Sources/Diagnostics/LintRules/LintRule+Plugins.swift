extension FindingCode {
  package static let missingPlugin = FindingCode("missing-plugin")
  package static let pluginName = FindingCode("plugin-name")
  package static let pluginClash = FindingCode("plugin-clash")
  package static let unknownParameter = FindingCode("unknown-parameter")
  package static let missingParameter = FindingCode("missing-parameter")
  package static let undefinedParameter = FindingCode("undefined-parameter")
  package static let parameterInText = FindingCode("parameter-in-text")
  package static let parameterDeclaration = FindingCode("parameter-declaration")
  package static let unusedParameter = FindingCode("unused-parameter")
  package static let cyclicUses = FindingCode("cyclic-uses")
  package static let nativeLibrary = FindingCode("native-library")
  package static let tooManyPlugins = FindingCode("too-many-plugins")
}

extension LintRule {
  /// A plugin whose one parameter has no default.
  private static let wires = (
    "plots/wires",
    """
    plugin: plots/wires
    parameters:
      of: {type: expression, description: What is plotted.}
    histograms: {wires: {of: $of, bins: 64 from 0 to 64}}

    """
  )

  static let plugins: [LintRule] = [
    LintRule(
      .missingPlugin, "No folder of plugins has it, or it cannot be read.",
      wrong: """
        pipeline: other-detector
        uses: [detectors/minidd]
        """,
      fix: "The hint gives the nearest name, or where plugins are looked for.",
      right: """
        pipeline: other-detector
        uses: [detectors/minidt]
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """),
    LintRule(
      .pluginName, "A plugin calls itself otherwise than its file is called.",
      wrong: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [("plots/wires", "plugin: wires\nhistograms: {wires: {of: wire, bins: 64 from 0 to 64}}\n")]),
      fix: "Write `plugin:` with its path below the `plugins` folder, without `.yaml`.",
      right: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [("plots/wires", "plugin: plots/wires\nhistograms: {wires: {of: wire, bins: 64 from 0 to 64}}\n")])),
    LintRule(
      .pluginClash, "Two plugins declare the same thing.",
      wrong: """
        pipeline: two-detectors
        uses: [detectors/minidt, detectors/minidt-run333]
        """,
      fix: "Use one, or declare it in the pipeline, which wins.",
      right: """
        pipeline: one-detector
        uses: [detectors/minidt-run333]
        histograms: {occupancy: {of: wire, bins: 64 from 0 to 64}}
        """),
    LintRule(
      .unknownParameter, "A plugin is given a parameter that it does not have.",
      wrong: Example(
        """
        uses: [detectors/minidt, {plots/wires: {off: wire}}]
        """,
        plugins: [wires]),
      fix: "The hint names those that it has; `hitmon list plugins NAME` explains them.",
      right: Example(
        """
        uses: [detectors/minidt, {plots/wires: {of: wire}}]
        """,
        plugins: [wires])),
    LintRule(
      .missingParameter, "A plugin is used without a parameter that has no default.",
      wrong: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [wires]),
      fix: "Give it; the note shows where it is declared.",
      right: Example(
        """
        uses: [detectors/minidt, {plots/wires: {of: wire}}]
        """,
        plugins: [wires])),
    LintRule(
      .undefinedParameter, "A plugin writes `$name`, and has no parameter of that name.",
      wrong: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [
          (
            "plots/wires",
            "plugin: plots/wires\nparameters:\n  of: {type: expression, default: wire, description: What is plotted.}\nhistograms: {wires: {of: $off, bins: 64 from 0 to 64}}\n"
          )
        ]),
      fix: "Declare it under `parameters:`, or write `$$` for a plain `$`.",
      right: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [
          (
            "plots/wires",
            "plugin: plots/wires\nparameters:\n  of: {type: expression, default: wire, description: What is plotted.}\nhistograms: {wires: {of: $of, bins: 64 from 0 to 64}}\n"
          )
        ])),
    LintRule(
      .parameterInText,
      "A parameter stands among other signs and cannot: it is a list, or it is optional and may be nothing.",
      wrong: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [
          (
            "plots/wires",
            "plugin: plots/wires\nparameters:\n  of: {type: expression, default: wire, description: What is plotted.}\n  cut: {type: condition, optional: true, description: What counts.}\nhistograms: {wires: {of: $of, bins: 64 from 0 to 64, where: $cut and wire > 3}}\n"
          )
        ]),
      fix: "Let it be the whole value of a key, or give it a default.",
      right: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [
          (
            "plots/wires",
            "plugin: plots/wires\nparameters:\n  of: {type: expression, default: wire, description: What is plotted.}\n  cut: {type: condition, optional: true, description: What counts.}\nhistograms: {wires: {of: $of, bins: 64 from 0 to 64, where: $cut}}\n"
          )
        ])),
    LintRule(
      .parameterDeclaration,
      "An entry of `parameters:` contradicts itself: limits or a unit of what is no number, or a default of what is optional.",
      wrong: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [
          (
            "plots/wires",
            "plugin: plots/wires\nparameters:\n  of: {type: expression, unit: ns, default: wire, description: What is plotted.}\nhistograms: {wires: {of: $of, bins: 64 from 0 to 64}}\n"
          )
        ]),
      fix: "Do what the hint says.",
      right: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [
          (
            "plots/wires",
            "plugin: plots/wires\nparameters:\n  of: {type: expression, default: wire, description: What is plotted.}\nhistograms: {wires: {of: $of, bins: 64 from 0 to 64}}\n"
          )
        ])),
    LintRule(
      .unusedParameter, .warning, "A plugin declares a parameter that stands nowhere in it.",
      wrong: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [
          (
            "plots/wires",
            "plugin: plots/wires\nparameters:\n  of: {type: expression, default: wire, description: What is plotted.}\nhistograms: {wires: {of: wire, bins: 64 from 0 to 64}}\n"
          )
        ]),
      fix: "Write it where it belongs, or remove it.",
      right: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [
          (
            "plots/wires",
            "plugin: plots/wires\nparameters:\n  of: {type: expression, default: wire, description: What is plotted.}\nhistograms: {wires: {of: $of, bins: 64 from 0 to 64}}\n"
          )
        ])),
    LintRule(
      .cyclicUses, "Plugins use each other in a circle.",
      wrong: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [
          ("plots/wires", "plugin: plots/wires\nuses: [plots/all]\n"),
          (
            "plots/all",
            "plugin: plots/all\nuses: [plots/wires]\nhistograms: {wires: {of: wire, bins: 64 from 0 to 64}}\n"
          ),
        ]),
      fix: "Move what both need into a plugin of its own.",
      right: Example(
        """
        uses: [detectors/minidt, plots/wires]
        """,
        plugins: [
          ("plots/wires", "plugin: plots/wires\nuses: [plots/all]\n"),
          ("plots/all", "plugin: plots/all\nhistograms: {wires: {of: wire, bins: 64 from 0 to 64}}\n"),
        ])),
    LintRule(
      .nativeLibrary,
      "A library of `native:` cannot be loaded, is of another version, crashes or refuses when tried, or lacks what is asked of it.",
      wrong: "native: libnone.so",
      fix:
        "Correct its name; make it again with the `hitmon_plugin.h` of this hitmon. docs/native.md has an example that works.",
      right: "histograms: {occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}}"),
    LintRule(
      .tooManyPlugins, "Plugins that use plugins come to more than 1000.",
      wrong: Example("uses: [detectors/minidt, plots/a]", plugins: tower(of: 11)),
      fix: "Use each once where it is needed.",
      right: Example("uses: [detectors/minidt, plots/a]", plugins: tower(of: 1))),
  ]

  /// Plugins of which each uses the next so many times.
  private static func tower(of count: Int) -> [(name: String, yaml: String)] {
    let parameter = "parameters: {name: {type: name, default: n, description: Its name.}}"
    let floors = [("a", "b"), ("b", "c"), ("c", "d")].map { name, next in
      let uses = (1...count).map { "{plots/\(next): {name: $(name)\($0)}}" }.joined(separator: ", ")
      return (name: "plots/\(name)", yaml: "plugin: plots/\(name)\n\(parameter)\nuses: [\(uses)]\n")
    }
    return floors + [(name: "plots/d", yaml: "plugin: plots/d\n\(parameter)\nhistograms: {$name: {count: hits}}\n")]
  }
}
