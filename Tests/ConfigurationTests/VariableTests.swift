import Diagnostics
import Specifications
import Testing

@Suite struct VariableTests {
  private let variables = ["RUN": "333", "EMPTY": "", "SECRET": "hunter2"]

  private func value(_ text: String) throws -> LocatedText {
    let (root, findings) = composed("k: " + text, variables)
    #expect(!findings.hasErrors)
    return try #require(root?["k"]?.scalar)
  }

  @Test(arguments: [
    ("${RUN}", "333"), ("a-${RUN}.${RUN}", "a-333.333"), ("${NONE:-5}", "5"), ("${RUN:-5}", "333"),
    ("x${EMPTY}y", "xy"),
    ("${EMPTY:-d}", "d"), ("x${NONE:-}y", "xy"), ("$${RUN}", "${RUN}"), ("$RUN $5 $$", "$RUN $5 $$"),
    ("'${RUN}'", "333"),
    ("\"\\x24{RUN}\"", "333"), ("|\n  a ${RUN}\n", "a 333\n"), (">\n  ${NONE:-a\n  b}\n", "a b\n"),
    ("${NONE:-a:-b}", "a:-b"), ("${NONE:-}", ""), ("$$${RUN}", "$${RUN}"),
  ])
  func expansion(text: String, expected: String) throws {
    #expect(try value(text).text == expected)
  }

  @Test func placesAreThoseOfTheVariable() throws {
    let text = try value("a${RUN}b")
    #expect(text.map == "a1:4 31:5 31:5 31:5 b1:11")
    #expect(text.span(2..<3).text == "1:5-1:11")
    #expect(text.span.text == "1:4-1:12")
  }

  @Test func messagesCanQuoteWithoutTheValue() throws {
    let text = try value("user:${SECRET}@${NONE:-host}")
    #expect(text.text == "user:hunter2@host")
    #expect(text.written == "user:${SECRET}@${NONE:-host}")
    #expect(try value("$${RUN}").written == "$${RUN}")
    let aliased = composed("a: &a ${SECRET}\nb: *a\n", variables).root?["b"]?.scalar
    #expect(aliased?.text == "hunter2")
    #expect(aliased?.written == "${SECRET}")
  }

  @Test func aDuplicateKeyOutOfAVariableIsNotShown() {
    let (_, findings) = composed("a: &a ${SECRET}\n*a : 1\n*a : 2\n", variables)
    let text = FindingPrinter(colour: false).text(findings)
    #expect(text.contains("the key `${SECRET}` is given twice"))
    #expect(!text.contains("hunter2"))
  }

  @Test func notInKeys() {
    #expect(composed("${RUN}: 1", variables).root?.outline == "{${RUN}: 1}")
  }

  @Test func undefinedOnesAreAllReportedAndStayAsTyped() {
    let (root, findings) = composed("a: x${A}${B:-b}\nb: '${C}'", variables)
    #expect(findings.all.map(\.code.name) == ["undefined-variable", "undefined-variable"])
    #expect(findings.all.map { $0.span?.text } == ["1:5-1:9", "2:5-2:9"])
    #expect(root?.outline == "{a: x${A}b, b: '${C}'}")
  }
}
