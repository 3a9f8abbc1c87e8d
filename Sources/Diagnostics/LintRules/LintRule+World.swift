extension FindingCode {
  package static let clockRestarts = FindingCode("clock-restarts")
  package static let lateTooShort = FindingCode("late-too-short")
  package static let disorderTooShort = FindingCode("disorder-too-short")
  package static let missingInput = FindingCode("missing-input")
  package static let missingProgram = FindingCode("missing-program")
  package static let unwritableFile = FindingCode("unwritable-file")
  package static let portInUse = FindingCode("port-in-use")
  package static let noStore = FindingCode("no-store")
  package static let noObjects = FindingCode("no-objects")
  package static let noBroker = FindingCode("no-broker")
  package static let missingTopic = FindingCode("missing-topic")
}

extension LintRule {
  /// What rows of the input say: `--sample`.
  static let sample: [LintRule] = [
    LintRule(
      .clockRestarts, .warning,
      "The clock of the windows, or the key of a group, begins again in the sample: several runs stand one behind the other. Their rows would share windows and groups. No `late` or `disorder` mends that.",
      wrong: Example(
        "window: {span: 1000 of ORBIT_CNT, late: 10}", sample: runs(2),
        remark: "with `--sample`: rows of orbits 0 to 5700, and again from 0"),
      fix:
        "Split the input where the message says, and count each run by itself. Groups can have each file for themselves with `within: file`.",
      right: Example("window: {span: 1000 of ORBIT_CNT, late: 10}", sample: runs(1)),
      needs: .sample),
    LintRule(
      .lateTooShort, .warning,
      "Rows of the sample come further behind the window's clock than `late` allows. In a run those whose window is closed by then are counted as `late`, and nowhere else.",
      wrong: Example(
        "window: {span: 1000 of ORBIT_CNT, late: 10}", sample: "2,0,5,5000,10,3\n2,0,6,5100,10,3\n2,0,7,5040,10,3\n",
        remark: "with `--sample`: rows of orbits 5000, 5100 and 5040"),
      fix: "Give `late` at least the distance that the message names.",
      right: Example(
        "window: {span: 1000 of ORBIT_CNT, late: 60}", sample: "2,0,5,5000,10,3\n2,0,6,5100,10,3\n2,0,7,5040,10,3\n"),
      needs: .sample),
    LintRule(
      .disorderTooShort, .warning,
      "Rows of the sample come further behind than the `disorder` of their group allows. In a run their groups may count twice, in two parts; results tell how many in `disordered`.",
      wrong: Example(
        """
        groups: {event: {by: ORBIT_CNT, disorder: 10, hits: count}}
        histograms: {hits: {of: event.hits, bins: integers 0..15}}
        """, sample: "2,0,5,5000,10,3\n2,0,6,5100,10,3\n2,0,7,5040,10,3\n",
        remark: "with `--sample`: rows of orbits 5000, 5100 and 5040"),
      fix: "Give `disorder` at least the distance that the message names.",
      right: Example(
        """
        groups: {event: {by: ORBIT_CNT, disorder: 60, hits: count}}
        histograms: {hits: {of: event.hits, bins: integers 0..15}}
        """, sample: "2,0,5,5000,10,3\n2,0,6,5100,10,3\n2,0,7,5040,10,3\n"),
      needs: .sample),
  ]

  /// Rows of runs one behind the other.
  private static func runs(_ count: Int) -> String {
    String(repeating: (0..<20).map { "2,0,5,\($0 * 300),10,3\n" }.joined(), count: count)
  }

  /// What the world outside says: `--probe`.
  static let probe: [LintRule] = [
    LintRule(
      .missingInput, "A file that is to be read is not there, or cannot be read.",
      wrong: Example("sources: {run: {file: {path: data/none.txt}}}", remark: "with `--probe`"),
      fix: "Correct the path. Paths are seen from the folder where hitmon is started.",
      right: "sources: {run: {file: {path: /dev/null}}}", needs: .world),
    LintRule(
      .missingProgram, "The program of an `external:` is not there, or may not be started.",
      wrong: Example(
        "external: {command: [pyton3, calibrate.py], in: [wire], out: {time_c: f64 ns}}", remark: "with `--probe`"),
      fix: "Correct its name, or install it. What has no `/` in its name is looked for in `$PATH`.",
      right: "external: {command: [sh, calibrate.sh], in: [wire], out: {time_c: f64 ns}}", needs: .world),
    LintRule(
      .unwritableFile, "Results cannot be written: the folder is not there, or nothing may be written.",
      wrong: Example("sinks: [{file: {path: none/results.jsonl}}]", remark: "with `--probe`"),
      fix: "Make the folder, or correct the path.",
      right: "sinks: [{file: {path: /dev/null}}]", needs: .world),
    LintRule(
      .portInUse, "A page cannot be served at its port: something else listens there.",
      wrong: Example(
        "sinks: [{dashboard: {port: 8080}}]", remark: "with `--probe`, while another program has the port"),
      fix: "Give another port, or 0 for any that is free.",
      right: "sinks: [{dashboard: {port: 0}}]", needs: .world),
    LintRule(
      .noStore,
      "The store of a bucket does not answer, or says no: there is no such bucket, the keys are wrong, or its certificate is of an authority that is not known here.",
      wrong: Example(
        "sources: {archive: {s3: {endpoint: \"http://127.0.0.1:1\", bucket: hits, anonymous: true}}}",
        remark: "with `--probe`"),
      fix: "Do what the message says; [s3.md](s3.md#what-can-go-wrong) has all of them.",
      right: "sources: {archive: {file: {path: /dev/null}}}", needs: .world),
    LintRule(
      .noObjects, "The bucket is there, and no object's name begins with the prefix.",
      wrong: Example(
        "sources: {archive: {s3: {endpoint: \"https://store.example.org\", bucket: hits, prefix: data/*.txt}}}",
        remark: "with `--probe`, where the bucket has `data/0.txt`"),
      fix: "Correct the prefix. It is taken letter by letter, without patterns.",
      right: "sources: {archive: {s3: {endpoint: \"https://store.example.org\", bucket: hits, prefix: data/}}}",
      needs: .world),
    LintRule(
      .noBroker, "No broker answers within five seconds, or they refuse this client.",
      wrong: Example(
        "sources: {telescope: {kafka: {brokers: \"localhost:1\", topic: dt-hits}}}", remark: "with `--probe`"),
      fix: "Start the brokers, or correct their addresses or the settings of security.",
      right: "sources: {telescope: {kafka: {brokers: embedded, topic: dt-hits}}}", needs: .world),
    LintRule(
      .missingTopic, .warning, "The brokers have no topic of that name, or none that this client may see.",
      wrong: Example(
        "sources: {telescope: {kafka: {brokers: \"localhost:9092\", topic: dt-hist}}}",
        remark: "with `--probe`, where the brokers have a topic `dt-hits`"),
      fix: "Correct the name, or start what writes to it.",
      right: "sources: {telescope: {kafka: {brokers: \"localhost:9092\", topic: dt-hits}}}", needs: .world),
  ]
}
