import Columns
import Testing

@Suite struct UnitTests {
  @Test func dimensionsEndWhereTheirExponentsDo() {
    #expect(Dimension(time: 100) * Dimension(time: 27) == Dimension(time: 127))
    #expect(Dimension(time: 100) * Dimension(time: 28) == nil)
    #expect(Dimension(length: -100) * Dimension(length: -28) == nil)
    #expect(Dimension(time: -127).inverse == Dimension(time: 127))
  }

  @Test func unitsThatAreTooLargeAreNone() throws {
    let radian = try #require(Unit.named("rad"))
    let large = Unit(dimension: Dimension(angle: 127), scale: .one, symbol: "large")
    #expect(large * radian == nil)
    #expect(Unit.parse("s" + String(repeating: "/s", count: 100)) != nil)
    #expect(Unit.parse("s" + String(repeating: "/s", count: 130)) == nil)
    #expect(Unit.parse("s" + String(repeating: "/h", count: 20)) == nil)
    #expect(Unit.parse("um/ns")?.dimension == Dimension(time: -1, length: 1))
  }
}
