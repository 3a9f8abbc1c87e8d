import Foundation
import Kafka
import Testing

/// `hitmon results` as a user meets it.
@Suite struct ResultsTests {
  /// The logs of Tests/Vectors/log.json, by name, one message a line, and the lines that count.
  private static func log(_ name: String) throws -> (log: [String], counts: [Int]) {
    let file = URL(fileURLWithPath: Program.packageRoot + "/Tests/Vectors/log.json")
    let all = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    let one = try #require((all["cases"] as? [[String: Any]])?.first { $0["name"] as? String == name })
    var (lines, counts): ([String], [Int]) = ([], [])
    for (number, line) in try #require(one["log"] as? [[String: Any]]).enumerated() {
      let message = try #require(line["message"] as? [String: Any])
      let json = try JSONSerialization.data(withJSONObject: message, options: .sortedKeys)
      lines.append(String(decoding: json, as: UTF8.self))
      if line["verdict"] as? String == "good", message["counts"] != nil { counts.append(number) }
    }
    return (lines, counts)
  }

  @Test func `A dump of a topic: what counts is printed as it is, the rest is told`() throws {
    let program = Program()
    let (log, counts) = try Self.log("what a former owner writes is void")
    let expected = counts.map { log[$0] + "\n" }.joined()
    program.folder.write(log.joined(separator: "\n") + "\n", "dump.jsonl")
    let words =
      "2 messages do not count and are left out: see docs/delivery.md\n"
    let printed = try program("results", "dump.jsonl")
    #expect(printed.exit == 0 && printed.out == expected && printed.error == words)
    let piped = try program("results", "-", "--quiet", input: log.joined(separator: "\n"))
    #expect(piped.exit == 0 && piped.out == expected && piped.error == "")
    let last = try program("results", "dump.jsonl", "--last", "1", "-q")
    #expect(last.out == log[counts.last!] + "\n")
    #expect(try program("results", "dump.jsonl", "--pipeline", "other", "-q").out == "")
  }

  @Test func `What is no message is told by its line, and the others are printed`() throws {
    let program = Program()
    let (log, counts) = try Self.log("one owner, its messages in order")
    let printed = try program("results", "-", input: "hello\n" + log.joined(separator: "\n"))
    #expect(printed.exit == 2)
    #expect(printed.out == counts.map { log[$0] + "\n" }.joined())
    #expect(printed.error.hasPrefix("error: standard input:1: "), "\(printed.error)")
  }

  @Test func `A topic: all that counts, the last ones, and one that is missing`() throws {
    let program = Program()
    let broker = try EmbeddedBroker()
    try broker.createTopic("results", partitions: 2)
    let (log, counts) = try Self.log("behind a message that is missing nothing counts until the next claim")
    let producer = try KafkaProducer(["bootstrap.servers": broker.bootstrap])
    let topic = try producer.topic("results")
    for line in log {
      try Array(line.utf8).withUnsafeBytes { value in
        try Array("p".utf8).withUnsafeBytes { try producer.produce(to: topic, partition: 0, key: $0, value: value) }
      }
    }
    #expect(producer.flush(milliseconds: 20_000))
    let place = ["--brokers", broker.bootstrap, "--topic", "results"]
    let expected = counts.map { log[$0] + "\n" }
    let printed = try program(arguments: ["results"] + place)
    #expect(printed.exit == 0 && printed.out == expected.joined())
    #expect(printed.error.hasPrefix("2 messages do not count"), "\(printed.error)")
    #expect(try program(arguments: ["results", "--last", "1"] + place).out == expected.last)
    let missing = try program("results", "--brokers", broker.bootstrap, "--topic", "nothing")
    #expect(missing.exit == 2 && missing.out == "")
    #expect(missing.error == "error: there is no topic nothing on \(broker.bootstrap)\n")
    producer.close()
  }

  @Test func `A topic without results, of something else, and one that cannot be reached`() throws {
    let program = Program()
    let broker = try EmbeddedBroker()
    for topic in ["empty", "hits"] { try broker.createTopic(topic, partitions: 1) }
    let producer = try KafkaProducer(["bootstrap.servers": broker.bootstrap])
    try Array("2,1,7,12,0\n".utf8).withUnsafeBytes {
      try producer.produce(to: producer.topic("hits"), partition: 0, key: nil, value: $0)
    }
    #expect(producer.flush(milliseconds: 20_000))
    producer.close()
    let place = ["results", "--brokers", broker.bootstrap, "--topic"]
    let empty = try program(arguments: place + ["empty", "--pipeline", "p"])
    #expect(empty.exit == 0 && empty.out == "")
    #expect(empty.error == "topic empty on \(broker.bootstrap): there are no results of `p`\n")
    let hits = try program(arguments: place + ["hits"])
    #expect(hits.exit == 2 && hits.out == "")
    #expect(hits.error.hasPrefix("topic hits on \(broker.bootstrap): not a result message"), "\(hits.error)")
    // Nobody listens there.
    let nobody = try program("results", "--brokers", "127.0.0.1:1", "--topic", "t", "-q")
    #expect(nobody.exit == 2 && nobody.error == "error: topic t on 127.0.0.1:1: no broker answers\n", "\(nobody.error)")
  }

  @Test func `Wrong arguments`() throws {
    let program = Program()
    for (arguments, words) in [
      ([], "give a file of results, a pipeline, or --brokers and --topic"),
      (["a.jsonl", "--topic", "t"], "give files, or --brokers and --topic, not both"),
      (["a.jsonl", "--follow"], "--follow is for a topic"),
      (["a.jsonl", "--last", "0"], "--last takes 1 to 1000000, not 0"),
    ] as [([String], String)] {
      let result = try program(arguments: ["results"] + arguments)
      #expect(result.exit == 64 && result.error.contains(words), "\(result.error)")
    }
  }
}
