import Columns
import Diagnostics
import Testing

@testable import Specifications

struct TypedKeyTests {
  private static let topic = TypedKey<LocatedText>.name("topic", required: true, "The topic.")
  private static let port = DefaultKey.integer("port", 0...65_535, default: 8080, "The port.")
  private static let wait = DefaultKey.quantity("wait", .time, default: Quantity(2, .second), "How long.")
  private static let specification = Specification(
    kind: .sink, name: "test", summary: "A test.", keys: [topic, port, wait], example: "{}")

  private func settings(_ entries: [String: Value]) -> Settings {
    let source = SourceText(name: "test", text: "x")
    let span = Span(source: source, start: .start, end: .start)
    let node = Node(.empty, span: span)
    return Settings(
      specification: Self.specification, span: span,
      entries: entries.mapValues { Setting(node: node, value: $0) }, given: Set(entries.keys))
  }

  @Test func `A key is declared with its name, form and default`() {
    let keys = Self.specification.keys
    #expect(keys.map(\.name) == ["topic", "port", "wait"])
    #expect(keys.map(\.standard) == [nil, "8080", "2 s"])
    #expect(keys.map(\.isRequired) == [true, false, false])
  }

  @Test func `What was given is returned, and else the default`() {
    let none = settings([:])
    #expect(none[Self.topic] == nil && none[Self.port] == 8080 && none[Self.wait] == Quantity(2, .second))
    #expect(!none.isGiven(Self.port) && none.setting(Self.port) == nil)
    let given = settings(["port": .integer(0), "wait": .quantity(Quantity(1, .second))])
    #expect(given[Self.port] == 0 && given[Self.wait] == Quantity(1, .second) && given.isGiven(Self.port))
    // What was reported counts as not given.
    #expect(settings(["port": .invalid])[Self.port] == 8080)
  }
}
