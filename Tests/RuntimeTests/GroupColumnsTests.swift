import TestSupport
import Testing

@Suite("Columns computed from values of a group and from its key")
struct GroupColumnsTests {
  private static let rows = "2,0,5,100,10,3\n2,0,69,100,11,0\n2,0,5,101,7,12\n2,0,6,101,7,12\n2,1,128,101,5,0\n"

  private func outcome(_ columns: String, _ histogram: String) throws -> Outcome {
    try Job(
      """
      pipeline: columns
      uses: [detectors/minidt]
      columns: {\(columns)}
      histograms:
        h: {\(histogram)}
      """
    ).run(rows: Self.rows)
  }

  @Test("a column of the key counts once for each group")
  func ofKey() throws {
    // Chamber 0 has both orbits, chamber 1 one.
    let outcome = try outcome("half: ORBIT_CNT // 2", "of: half, bins: [50, 51], where: orbit.active > 0, per: chamber")
    #expect(outcome.bins("h/0") == [2])
    #expect(outcome.bins("h/1") == [1])
  }

  @Test("so does a column of the splitting column")
  func ofCell() throws {
    let outcome = try outcome("next: chamber + 1", "of: next, bins: [1, 2, 3], where: orbit.active > 0")
    #expect(outcome.bins("h") == [2, 1])
  }

  @Test("and a column that is the same everywhere")
  func constant() throws {
    #expect(try outcome("five: '5'", "of: five, bins: [5, 6], where: orbit.t0 is known").bins("h") == [1])
  }

  @Test("a column of a group's value can split a histogram that uses no other value of it")
  func per() throws {
    let outcome = try outcome("n: orbit.active", "of: wire, bins: [0, 64], per: n")
    // Orbit 101 has two wires of chamber 0, orbit 100 one of chamber 0 and one of chamber 1.
    #expect(outcome.bins("h/1") == [2])
    #expect(outcome.bins("h/2") == [2])
  }

  @Test("a key and a split that are computed columns count once for each group too")
  func computedKeyAndSplit() throws {
    let outcome = try Job(
      """
      pipeline: computed
      uses: [detectors/minidt]
      columns: {pair: ORBIT_CNT // 2, side: wire % 2}
      groups: {pairs: {by: pair, hits: count, wires: {distinct: wire, per: side}}}
      histograms:
        hits: {of: pairs.hits, bins: [0, 5, 6], per: pair}
        wires: {of: pairs.wires, bins: [1, 2, 3], per: side}
      """
    ).run(rows: Self.rows)
    // Orbits 100 and 101 are one pair with five hits: wires 5, 5, 5 and 6.
    #expect(outcome.bins("hits/50") == [0, 1])
    #expect(outcome.bins("wires/1") == [1, 0])
    #expect(outcome.bins("wires/0") == [1, 0])
  }
}
