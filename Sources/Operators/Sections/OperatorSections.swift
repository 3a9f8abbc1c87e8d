import Columns
import Specifications

/// What computes columns beside hitmon's own expressions.
public enum OperatorSections {
  public static let external = Specification(
    kind: .section, name: "external",
    summary: "A program of any kind that computes columns, fed whole batches of rows over pipes.",
    details: """
      The program gets the columns of `in` and answers with those of `out`, which are columns as any other: in expressions,
      groups and histograms, in cleansing and in the chamber map. How it talks to hitmon stands in docs/external.md; in
      Python the module `hitmon.external` does it. It is started in the folder of the file that names it, once for each
      thread that counts, and started again when it ends or hangs: the batch that it had is sent again, and no row counts
      twice. A list has several programs.
      """,
    keys: [
      Key(
        "command", .oneOrMore(.text), required: true,
        "The program and its arguments: `[python3, calibrate.py]`. The program is looked for in `$PATH`."),
      Key("in", .list(.identifier), required: true, "The columns that it gets."),
      Key(
        "out", .mapping(key: .identifier, value: .fieldType), required: true,
        "The columns that it gives, with their types and units. Any value may be unknown."),
      Key("timeout", .quantity(Dimension(time: 1)), default: "10 s", "How long it may take for a batch."),
      Key("start", .quantity(Dimension(time: 1)), default: "30 s", "How long it may take until it is ready."),
      Key(
        "restarts", .integer(0...1_000_000), default: "3",
        "How often it is started again within the time `within`; once more ends the run."),
      Key("within", .quantity(Dimension(time: 1)), default: "60 s", "The time in which restarts are counted."),
    ],
    example: "external: {command: [python3, calibrate.py], in: [wire, time], out: {time_c: f64 ns}}")
}
