import Runtime
import TestSupport
import Testing

/// What a changed pipeline changes.
@Suite struct PipelineChangeTests {
  private static let yaml = """
    pipeline: pairs
    record: {format: csv, fields: {a: u8, b: f64 ns, c: i32}}
    sources: {rows: {file: {path: rows.txt}}}
    window: {every: 1 s}
    cleansing: [{keep: c > 0}]
    columns:
      t: b - 5 ns
      u: 2 * t
    groups:
      burst: {by: c, n: count}
    histograms:
      a: {of: a, bins: 'integers 0..3'}
      u: {of: u, bins: 10 from 0 ns to 100 ns}
      n: {of: burst.n, bins: 'integers 0..9'}
    """

  private func change(_ replacements: (String, String)...) throws -> PipelineChange {
    var text = Self.yaml
    for (old, new) in replacements {
      #expect(text.contains(old))
      text = text.replacing(old, with: new)
    }
    return PipelineChange(from: try load(Self.yaml), to: try load(text))
  }

  private func load(_ yaml: String) throws -> Pipeline { try Job(yaml).load(Scratch()) }

  @Test func `Layout, comments and units change nothing`() throws {
    let change = try change(
      ("  t: b - 5 ns\n", "  # Cables.\n  t:   b - 5 ns\n"), ("window: {every: 1 s}", "window:\n  every: 1000 ms"),
      ("u: 2 * t", "u: 2*t"))
    #expect(change.refusal == nil)
    #expect(change.restarted == [])
  }

  @Test func `Columns and groups change what is made of them`() throws {
    #expect(try change(("b - 5 ns", "b - 6 ns")).changed == ["u"])
    #expect(try change(("by: c", "by: a")).changed == ["n"])
    #expect(try change(("keep: c > 0", "keep: c > 1")).changed == ["a", "u", "n"])
    #expect(try change(("10 from 0 ns", "20 from 0 ns")).changed == ["u"])
  }

  @Test func `Histograms come and go`() throws {
    let change = try change(("  a: {of: a", "  again: {of: a"))
    #expect(change.added == ["again"])
    #expect(change.removed == ["a"])
    #expect(change.changed == [])
  }

  @Test func `What a run is built on stays`() throws {
    let refusal = try change(("every: 1 s", "every: 2 s"), ("a: u8", "a: u16")).refusal
    #expect(refusal == "`record`, `window` changed: that takes effect when the run is started again")
  }
}
