import Columns

/// The keys of `last` in `columns`.
package enum LastKeys {
  package static let last = TypedKey.expression("last", required: true, "The value that is remembered.")
  package static let condition = TypedKey.condition(
    "where", "Only hits that meet this condition are remembered; all if left out.")
  package static let per = TypedKey.oneOrMore(
    "per", of: .expression, "Whole numbers: of hits in which they are the same, such as those of one board.")
  package static let within = TypedKey.anyQuantity(
    "within",
    "How far apart the two hits may be, whichever is later; unknown where the last hit is further away.")
  package static let of = TypedKey.expression(
    "of", "What `within` is a distance in; the value itself if left out.")
}

/// The keys of a column of `native`.
package enum NativeColumnKeys {
  package static let function = TypedKey.text("function", required: true, "The function of the library.")
  package static let `in` = TypedKey.list(
    "in", of: .identifier, "The columns that go in; those that the library names if left out.")
  package static let settings = TypedKey.mapping(
    "settings", key: .identifier, value: .text, "What the function is told.")
}

/// The keys of `native`.
package enum NativeKeys {
  package static let library = TypedKey.path("library", required: true, "The file of the library.")
  package static let columns = TypedKey.mapping(
    "columns", key: .identifier, value: .block(OperatorSections.nativeColumn),
    "The columns that its functions compute; left out, each function gives one of its own name.")
}

/// The keys of `external`.
package enum ExternalKeys {
  package static let command = TypedKey.oneOrMore(
    "command", of: .text, required: true,
    "The program and its arguments: `[python3, calibrate.py]`. The program is looked for in `$PATH`.")
  package static let `in` = TypedKey.list("in", of: .identifier, required: true, "The columns that it gets.")
  package static let out = TypedKey.mapping(
    "out", key: .identifier, value: .fieldType, required: true,
    "The columns that it gives, with their types and units. Any value may be unknown.")
  package static let timeout = DefaultKey.quantity(
    "timeout", .time, default: Quantity(10, .second), "How long it may take for a batch.")
  package static let start = DefaultKey.quantity(
    "start", .time, default: Quantity(30, .second), "How long it may take until it is ready.")
  package static let restarts = DefaultKey.integer(
    "restarts", 0...1_000_000, default: 3,
    "How often it is started again within the time `within`; once more ends the run.")
  package static let within = DefaultKey.quantity(
    "within", .time, default: Quantity(60, .second), "The time in which restarts are counted.")
}

/// What computes columns beside hitmon's own expressions.
package enum OperatorSections {
  package static let last = Specification(
    kind: .section, name: "last",
    summary: "A column with a value of the last hit before, such as the time of the last trigger.",
    details: """
      It stands in `columns:`, in place of an expression. Before is what stands before the hit in the stream, in whichever
      window, whatever the times say; the hit itself is not before itself. Unknown where there was none yet, and where `per`
      is unknown. Hits whose value is unknown are passed over. As it goes by hits, cleansing and the chamber map cannot use
      it. It needs hits in their order, so the chain counts on one thread. Each partition of a topic has a last hit of its
      own. A run begins without one; so does a pipeline that takes over while it runs, and `per` starts again after two million
      values.
      """,
    keys: [LastKeys.last, LastKeys.condition, LastKeys.per, LastKeys.within, LastKeys.of],
    example: "columns: {start: {last: time, where: TDC_CHANNEL == 128, within: 500 ns}}")

  package static let nativeColumn = Specification(
    kind: .section, name: "native column",
    summary: "A column that a function of a library computes.",
    keys: [NativeColumnKeys.function, NativeColumnKeys.in, NativeColumnKeys.settings],
    example: "native: {library: libstraws.so, columns: {radius: {function: radius, in: [drift]}}}")

  package static let native = Specification(
    kind: .section, name: "native",
    summary: "A library in machine code, with decoders of records and functions that compute columns.",
    details: """
      The file is looked for in the folder of the file that names it, and in the folders of plugins. Its decoders are for
      `record: {format: native}`. Its functions are columns of their own names, computed from the columns that the library
      names, unless `columns` says otherwise. `native: libstraws.so` is enough where there is nothing else to say.
      docs/native.md explains how to make one. A library is a part of hitmon: what it does wrong with memory ends the run.
      """,
    keys: [NativeKeys.library, NativeKeys.columns],
    example: "native: libstraws.so")

  package static let external = Specification(
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
      ExternalKeys.command, ExternalKeys.in, ExternalKeys.out,
      ExternalKeys.timeout, ExternalKeys.start, ExternalKeys.restarts, ExternalKeys.within,
    ],
    example: "external: {command: [python3, calibrate.py], in: [wire, time], out: {time_c: f64 ns}}")
}
