import Kafka
import TestSupport
import Testing

/// Errors that trying again does not mend: a sentence, and the end.
@Suite(.waiting) struct PermanentErrorTests {
  private static let forbidden: Int32 = 29

  @Test func `A topic of hits that may not be created`() throws {
    let lab = try Lab(partitions: 1)
    lab.broker.setError(of: "secret-hits", code: Self.forbidden)
    let job = lab.job(window: "all").with {
      $0.overrides[0] = "sources={telescope: \(lab.source("until: forever", topic: "secret-hits"))}"
    }
    let ended = try job.watch()
    let error = try #require(ended.error)
    #expect(error.contains("topic secret-hits on \(lab.broker.bootstrap)"), "\(error)")
    #expect(error.hasSuffix("Topic authorization failed"), "\(error)")
  }

  @Test func `A topic of results that may not be created`() throws {
    let lab = try Lab(partitions: 1)
    try lab.produce(Telescope(seed: 91, rows: 100).rows)
    lab.broker.setError(of: "secret-results", code: Self.forbidden)
    let job = lab.job(window: "all", source: "until: forever").with {
      $0.overrides[1] = "sinks=[\(lab.sink(topic: "secret-results"))]"
    }
    let ended = try job.watch()
    let error = try #require(ended.error)
    #expect(error.contains("topic secret-results on \(lab.broker.bootstrap)"), "\(error)")
    #expect(error.hasSuffix("Topic authorization failed"), "\(error)")
  }

  @Test(arguments: [
    (forbidden, "topic results: Broker: Topic authorization failed"),
    (10, "topic results: a result of N bytes is more than the brokers take: raise the topic's max.message.bytes, "),
  ])
  func `Results are refused for good`(code: Int32, words: String) throws {
    let lab = try Lab(partitions: 1)
    let telescope = Telescope(seed: 92, rows: 5_000)
    try lab.produce(telescope.rows)
    lab.broker.fail(.produce, codes: Array(repeating: code, count: 100))
    let ended = try lab.job(window: EventWindowTests.window).watch()
    let error = try #require(ended.error)
    #expect(error.replacing(/[0-9]+ bytes/, with: "N bytes").hasPrefix(words), "\(error)")
    // The next run may, and reads everything again.
    lab.broker.clearFailures(of: .produce)
    #expect(try lab.job(window: EventWindowTests.window).watch().error == nil)
    #expect(telescope.expected.differences(from: Products(try lab.results())) == [])
  }

  @Test func `A group that this user may not join`() throws {
    let lab = try Lab(partitions: 1)
    try lab.produce(Telescope(seed: 93, rows: 100).rows)
    lab.broker.fail(.joinGroup, codes: Array(repeating: 30, count: 100))
    let ended = try lab.job(window: "all", source: "until: forever, group: shift").watch()
    let error = try #require(ended.error)
    #expect(error.contains("Group authorization failed"), "\(error)")
  }

  @Test(arguments: [
    "ssl.ca.location: /nowhere/ca.pem, security.protocol: ssl",
    "sasl.mechanism: OAUTHBEARER, security.protocol: sasl_plaintext, sasl.oauthbearer.config: xswordfish=1",
    "sasl.mechanism: PLAIN, security.protocol: sasl_plaintext, sasl.password: swordfish",
    "ssl.key.pem: swordfish-swordfish, security.protocol: ssl",
  ])
  func `Settings that no broker helps, and secrets in them`(settings: String) throws {
    let lab = try Lab(partitions: 1)
    let secret = "debug: 'security,broker', \(settings)"
    for job in [
      lab.job(window: "all", source: "until: forever, settings: {\(secret)}"),
      lab.job(window: "all", sink: "settings: {\(secret)}"),
    ] {
      var texts: [String] = []
      do {
        // The embedded broker knows nothing of security: it is as good as away.
        let running = job.start { $0.notes.contains { $0.contains("no broker answers") } }
        let ended = try running.end()
        texts += ended.told.notes + ended.told.warnings + [ended.error].compactMap { $0 }
      } catch let error as TimeOut {
        throw error
      } catch {
        texts.append("\(error)")
      }
      #expect(!texts.isEmpty)
      for text in texts { #expect(!text.contains("swordfish"), "\(text)") }
    }
  }
}
