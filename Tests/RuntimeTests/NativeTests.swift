import Foundation
import TestSupport
import Testing

/// Libraries in machine code: what they decode and compute counts, and what they do wrong is said where they are named.
@Suite struct NativeTests {
  private let scratch = Scratch()

  /// Makes a library; gives its path.
  private func make(_ source: String, _ flags: [String] = []) throws -> String {
    let path = scratch("lib\(UUID().uuidString).so")
    try scratch.run(
      "cc",
      ["-shared", "-fPIC", "-O2", "-I", "\(Job.packageRoot)/Sources/CPlugin/include", "-o", path] + flags
        + [source, "-lm"])
    return path
  }

  // MARK: The example of docs/native.md

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `The example counts what a naive decoder does, for any threads and chunks`(seed: UInt64) throws {
    var dice = Dice(seed + 40)
    let library = try make("\(Job.packageRoot)/docs/examples/native/straws.c")
    var bytes: [UInt8] = []
    var straws = [Double](repeating: 0, count: 1024), radii = [Double](repeating: 0, count: 10)
    var malformed = 0
    for _ in 0..<10_000 {
      let straw = dice.int(0...1023), board = dice.int(0...15), time = dice.int(0...0xFFFF_FFFF)
      var word = UInt64(straw) | UInt64(board) << 10 | UInt64(time) << 16
      if word.nonzeroBitCount % 2 == 1 { word |= 1 << 63 }
      let isBroken = dice.chance(0.1)
      if isBroken { word ^= 1 << UInt64(dice.int(0...62)) }
      withUnsafeBytes(of: word.littleEndian) { bytes += $0 }
      if isBroken || board >= 12 {
        malformed += 1
        continue
      }
      straws[straw] += 1
      let drift = 0.4 * Double(time) - 1000 * (0.4 * Double(time) / 1000).rounded(.down)
      radii[min(9, Int(0.4 * drift.squareRoot() / 1.3))] += 1
    }
    let outcome = try Job(
      """
      pipeline: native
      native: \(library)
      record: {format: native, settings: {boards: 12}}
      columns: {drift: time - 1000 ns * floor(time / 1000 ns)}
      histograms:
        straws: {of: straw, bins: 1024 from 0 to 1024}
        radius: {of: radius, bins: 10 from 0 mm to 13 mm}
      """
    ).with {
      $0.threads = dice.int(1...4)
      $0.chunkBytes = dice.int(1...30_000)
    }.run(bytes: bytes)
    #expect(outcome.error == nil)
    #expect(outcome.bins("straws") == straws && outcome.bins("radius") == radii)
    #expect(outcome.messages.first?.counts["malformed"] == malformed)
    #expect(outcome.warnings.contains { $0.contains("the parity is wrong") || $0.contains("the board is not there") })
  }

  @Test func `Lines, every type, and columns as a function wants them`() throws {
    let source = scratch.write(
      """
      #include "hitmon_plugin.h"
      #include <stdlib.h>
      static const hitmon_column fields[] = {
        {.name = "small", .type = HITMON_I64, .low = 0, .high = 9, .unit = "us"}, {.name = "odd", .type = HITMON_BOOL}};
      static int64_t decode(void *state, const hitmon_records *lines, void *const *out, uint8_t *status) {
        int64_t *small = out[0]; uint8_t *odd = out[1];
        for (size_t i = 0; i < lines->count; i++) {
          const int value = lines->bytes[lines->starts[i]] - '0';
          status[i] = lines->lengths[i] != 1;
          if (small) small[i] = value;
          if (odd) odd[i] = value & 1;
        }
        return lines->count;
      }
      static const hitmon_decoder decoders[] = {
        {.name = "digits", .columns = fields, .column_count = 2, .decode = decode}};
      static const hitmon_column in[] = {
        {.name = "small", .type = HITMON_F64, .unit = "ns"}, {.name = "odd", .type = HITMON_BOOL}};
      static int64_t sum(void *state, size_t rows, const void *const *in, void *out) {
        for (size_t i = 0; i < rows; i++) {
          ((int32_t *)out)[i] = ((const uint8_t *)in[1])[i] ? HITMON_UNKNOWN_I32 : ((const double *)in[0])[i] / 1000;
        }
        return rows;
      }
      static const hitmon_function functions[] = {{.name = "sum", .inputs = in, .input_count = 2, .evaluate = sum,
        .output = {.name = "sum", .type = HITMON_I32, .low = 0, .high = 9, .may_be_unknown = 1}}};
      const hitmon_plugin *hitmon_plugin_entry(void) {
        static const hitmon_plugin plugin = {HITMON_ABI, sizeof plugin, decoders, 1, functions, 1};
        return &plugin;
      }
      """, "digits.c")
    let outcome = try Job(
      """
      pipeline: native
      native: {library: \(try make(source)), columns: {even: {function: sum}}}
      record: {format: native, decoder: digits}
      histograms:
        even: {of: even, bins: 'integers 0..9', where: even is known}
        small: {of: small, bins: 10 from 0 us to 10 us}
        odd: {count: hits, where: odd}
      """
    ).with { $0.chunkBytes = 3 }.run(rows: "1\n2\n\n22\n4\r\n4\n7")
    #expect(outcome.error == nil)
    #expect(outcome.bins("even") == [0, 0, 1, 0, 2, 0, 0, 0, 0, 0])
    #expect(outcome.bins("small") == [0, 1, 1, 0, 2, 0, 0, 1, 0, 0] && outcome.bins("odd") == [2])
    // The second one says that the file does not end with a newline.
    #expect(outcome.warnings.count == 2)
    #expect(outcome.warnings.first?.hasSuffix("/rows.txt:4: status 1: 22") == true)
  }

  // MARK: What goes wrong

  /// A library whose parts the flags replace.
  private static let parts = """
    #include "hitmon_plugin.h"
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #ifndef ABI
    #define ABI HITMON_ABI
    #endif
    #ifndef BEGIN
    #define BEGIN
    #endif
    #ifndef OPEN
    #define OPEN return 0
    #endif
    #ifndef DECODE
    #define DECODE return records->count
    #endif
    #ifndef EVALUATE
    #define EVALUATE return rows
    #endif
    #ifndef UNIT
    #define UNIT "ns"
    #endif
    #ifndef TYPE
    #define TYPE HITMON_I32
    #endif
    __attribute__((constructor)) static void begin(void) { BEGIN; }
    static int open_it(const hitmon_context *context, void **state) { OPEN; }
    static int64_t decode(void *state, const hitmon_records *records, void *const *out, uint8_t *status) {
      for (size_t i = 0; i < records->count; i++) ((int32_t *)out[0])[i] = i % 7;
      DECODE;
    }
    static int64_t evaluate(void *state, size_t rows, const void *const *in, void *out) {
      for (size_t i = 0; i < rows; i++) ((int32_t *)out)[i] = 1;
      EVALUATE;
    }
    static const hitmon_column v = {.name = "v", .type = TYPE, .unit = UNIT, .low = 0, .high = 9};
    static const hitmon_decoder decoders[] = {
      {.name = "d", .columns = &v, .column_count = 1, .record_bytes = 2, .open = open_it, .decode = decode}};
    static const hitmon_function functions[] = {
      {.name = "f", .inputs = &v, .input_count = 1, .evaluate = evaluate, .output = {.name = "f", .type = HITMON_I32, .high = 9}}};
    const hitmon_plugin *ENTRY(void) {
      static const hitmon_plugin plugin = {ABI, sizeof plugin, decoders, 1, functions, 1};
      return &plugin;
    }
    """

  private func broken(_ flags: [String]) throws -> Job {
    let source = scratch.write(Self.parts, "parts.c")
    let entry = flags.contains { $0.hasPrefix("-DENTRY") } ? [] : ["-DENTRY=hitmon_plugin_entry"]
    return Job(
      """
      pipeline: broken
      native: \(try make(source, flags + entry))
      record: {format: native}
      histograms: {v: {of: f, bins: 'integers 0..9'}}
      """)
  }

  @Test(arguments: [
    ("-DBEGIN=raise(SIGSEGV)", "crashes when it is loaded (SIGSEGV)"),
    ("-DBEGIN=abort()", "crashes when it is loaded (SIGABRT)"),
    ("-DBEGIN=exit(0)", "ends the program when it is loaded"),
    ("-DABI=2", "was made for version 2 of the interface, and this hitmon has version 1"),
    ("-DENTRY=other_entry", "has no function hitmon_plugin_entry: it is no plugin of hitmon"),
    ("-DOPEN=snprintf(context->error, context->error_size, \"no constants\"); return 1", "refuses `d`: no constants"),
    ("-DOPEN=return 5", "refuses `d`: it does not say why"),
    ("-DOPEN=*(volatile int *)0 = 1; return 0", "crashes when it is loaded (SIGSEGV)"),
    ("-DUNIT=\"parsec\"", "has a column `v` of the unknown unit `parsec`"),
    ("-DTYPE=9", "has a column `v` of the unknown type 9"),
  ])
  func `What goes wrong when it is loaded is an error at the line that names it`(flag: String, words: String) throws {
    let job = try broken([flag])
    #expect {
      try job.run(rows: "abcdef")
    } throws: { error in
      let line = words.contains("`d`") || flag.hasPrefix("-DOPEN") ? 3 : 2
      return "\(error)".contains(words) && "\(error)".contains("pipeline.yaml:\(line):")
    }
  }

  @Test func `A file that is no library, and one that is not there`() throws {
    let text = scratch.write("no library", "text.so")
    for (path, words) in [(text, "cannot be loaded"), (scratch("none.so"), "there is no library")] {
      #expect {
        try Job("pipeline: a\nnative: \(path)\nrecord: {format: native}\nhistograms: {a: {count: hits}}\n").run(
          rows: "")
      } throws: {
        "\($0)".contains(words) && "\($0)".contains("pipeline.yaml:2:9")
      }
    }
  }

  @Test(arguments: [
    ("-DDECODE=return records->count - 1", "`d` of "), ("-DDECODE=return records->count - 1", "decoded 1 of 2 records"),
    ("-DDECODE=return -4", "cannot go on (it gave -4)"),
    ("-DDECODE=((int32_t *)out[0])[0] = 10; return records->count", "gave a value of `v` in row 0"),
    ("-DEVALUATE=return 0", "computed 0 of 2 rows"), ("-DEVALUATE=return -1", "cannot go on (it gave -1)"),
    ("-DEVALUATE=((int32_t *)out)[1] = -1; return rows", "gave a value in row 1"),
  ])
  func `What goes wrong with rows ends the run, and nothing incomplete is published`(flag: String, words: String) throws
  {
    for threads in [1, 3] {
      let outcome = try broken([flag]).with { $0.threads = threads }.run(rows: "abcd")
      #expect(outcome.error?.contains(words) == true, "\(outcome.error ?? "")")
      #expect(outcome.error?.contains("pipeline.yaml:") == true)
      #expect(outcome.messages.isEmpty)
    }
  }

  @Test func `Nothing goes wrong with the same library as it is`() throws {
    let outcome = try broken([]).run(rows: "abcdef")
    #expect(outcome.error == nil && outcome.bins("v") == [0, 3, 0, 0, 0, 0, 0, 0, 0, 0])
  }
}
