import Glibc
import Kafka
import Testing

/// A member of a group, and what happened to it.
private final class Member {
  let consumer: KafkaConsumer
  var partitions: Set<Int32> = []
  var log: [String] = []
  var messages: [Read] = []

  init(_ broker: EmbeddedBroker, strategy: String = "range,roundrobin", start: Int64? = nil) throws {
    var settings = broker.consumerSettings
    settings["partition.assignment.strategy"] = strategy
    settings["auto.offset.reset"] = "earliest"
    consumer = try KafkaConsumer(
      settings, group: "shift", onEvent: { if case .error(let e) = $0 { Issue.record("\(e)") } })
    try consumer.subscribe(
      ["shared"],
      onAssigned: { [unowned self] _, given in
        log.append("assigned \(given.map(\.partition).sorted())")
        partitions.formUnion(given.map(\.partition))
        return start.map { start in given.map { KafkaPosition(topic: $0.topic, partition: $0.partition, offset: start) }
        } ?? []
      },
      onRevoked: { [unowned self] _, given, areLost in
        log.append("\(areLost ? "lost" : "revoked") \(given.map(\.partition).sorted())")
        partitions.subtract(given.map(\.partition))
      })
  }

  func poll() {
    _ = consumer.drain(within: 20, limit: 100) { message in
      if let error = message.error {
        Issue.record("\(error)")
      } else {
        messages.append(Read(partition: message.partition, offset: message.offset, value: text(message.value)))
      }
      return true
    }
  }

  func commit() throws {
    try consumer.commit(
      Dictionary(grouping: messages, by: \.partition).map {
        KafkaPosition(topic: "shared", partition: $0, offset: $1.map(\.offset).max()! + 1)
      })
  }
}

struct GroupTests {
  private func broker() throws -> EmbeddedBroker {
    let broker = try EmbeddedBroker()
    try broker.createTopic("shared", partitions: 4)
    let producer = try KafkaProducer(broker.settings)
    for number in 0..<40 { try producer.produce("shared", partition: Int32(number % 4), "\(number)") }
    #expect(producer.close())
    return broker
  }

  @Test(arguments: ["range,roundrobin", "cooperative-sticky"])
  func partitionsAreShared(strategy: String) throws {
    let broker = try broker()
    let first = try Member(broker, strategy: strategy)
    repeating({ first.poll() }, until: { first.messages.count == 40 })
    #expect(first.log == ["assigned [0, 1, 2, 3]"])

    try first.commit()

    // Another comes: nothing is read twice, as each begins where the group committed.
    let second = try Member(broker, strategy: strategy)
    repeating(
      {
        first.poll(); second.poll()
      }, until: { first.partitions.count == 2 && second.partitions.count == 2 })
    #expect(first.partitions.isDisjoint(with: second.partitions))
    let producer = try KafkaProducer(broker.settings)
    for number in 40..<80 { try producer.produce("shared", partition: Int32(number % 4), "\(number)") }
    #expect(producer.close())
    repeating(
      {
        first.poll(); second.poll()
      }, until: { first.messages.count + second.messages.count >= 80 })
    #expect(Set((first.messages + second.messages).map { $0.value! }).count == 80)
    #expect(second.messages.count == 20)
    try first.commit()
    try second.commit()

    // And it goes: the first has all again.
    #expect(second.consumer.close())
    #expect(second.partitions.isEmpty)
    repeating({ first.poll() }, until: { first.partitions.count == 4 })
    #expect(first.messages.count == 60)
    #expect(first.consumer.close())
    #expect(first.partitions.isEmpty)
    #expect(first.log.last == "revoked [0, 1, 2, 3]")
  }

  @Test func beginsWhereTheOwnerSays() throws {
    let broker = try broker()
    let member = try Member(broker, start: 7)
    repeating({ member.poll() }, until: { member.messages.count == 12 })
    #expect(Set(member.messages.map(\.offset)) == [7, 8, 9])
    #expect(member.consumer.close())
  }

  /// Others come and go while messages are plenty: none is handed over that was fetched for an earlier assignment.
  @Test func noMessageOutlivesItsAssignment() throws {
    let broker = try EmbeddedBroker()
    try broker.createTopic("shared", partitions: 4)
    let producer = try KafkaProducer(broker.settings)
    for number in 0..<80_000 { try producer.produce("shared", partition: Int32(number % 4), "\(number)") }
    #expect(producer.close())

    var expected: [Int32: Int64] = [:]
    var wrong: [String] = []
    var count = 0
    let consumer = try KafkaConsumer(broker.consumerSettings, group: "shift")
    try consumer.subscribe(
      ["shared"],
      onAssigned: { _, given in
        // Elsewhere every time, so that messages of before do not fit.
        count += 1
        for place in given { expected[place.partition] = Int64(100 * count) }
        return given.map { KafkaPosition(topic: "shared", partition: $0.partition, offset: Int64(100 * count)) }
      }, onRevoked: { _, _, _ in expected = [:] })
    func read() {
      _ = consumer.drain(within: 20, limit: 20) { message in
        if message.isError || message.offset != expected[message.partition] {
          wrong.append("\(message.partition)@\(message.offset), not \(expected[message.partition] ?? -1)")
        }
        expected[message.partition] = message.offset + 1
        return true
      }
      // Slowly: messages are to wait in the queue whenever the partitions change.
      usleep(1000)
    }
    for _ in 0..<2 {
      repeating(read, until: { expected.count == 4 && expected.values.allSatisfy { $0 > 100 * count } })
      let other = try Member(broker)
      repeating(
        {
          read(); other.poll()
        }, until: { expected.count == 2 && other.partitions.count == 2 })
      #expect(other.consumer.close())
    }
    repeating(read, until: { expected.count == 4 && expected.values.allSatisfy { $0 > 100 * count } })
    #expect(count >= 5)
    #expect(wrong == [])
    #expect(consumer.close())
  }

  @Test func committedOffsets() throws {
    let broker = try broker()
    let place = [KafkaPosition(topic: "shared", partition: 1), KafkaPosition(topic: "shared", partition: 2)]
    let consumer = try KafkaConsumer(broker.settings, group: "tools")
    #expect(try consumer.committed(place).map(\.offset) == [KafkaOffset.none, KafkaOffset.none])
    try consumer.commit([KafkaPosition(topic: "shared", partition: 1, offset: 5)])
    #expect(consumer.close())

    let next = try KafkaConsumer(broker.settings, group: "tools")
    #expect(try next.committed(place).map(\.offset) == [5, KafkaOffset.none])
    try next.assign([KafkaPosition(topic: "shared", partition: 1, offset: KafkaOffset.committed)])
    #expect(next.read(5).map(\.offset) == [5, 6, 7, 8, 9])
    #expect(next.close())
  }

  /// A member that was silent for too long learns it from the answer to a commit, before it polls.
  @Test func commitsAreTakenFromMembersAlone() throws {
    let broker = try broker()
    let member = try Member(broker)
    repeating({ member.poll() }, until: { member.messages.count == 40 })
    let place = [KafkaPosition(topic: "shared", partition: 1, offset: 5)]
    try member.consumer.commit(place, milliseconds: 10_000)
    #expect(!member.consumer.isAssignmentLost)
    // A former member of the same group: heartbeats are answered with "unknown member".
    broker.fail(.heartbeat, codes: [25])
    broker.fail(.offsetCommit, codes: [25, 22])
    for _ in 0..<2 {
      let error = #expect(throws: KafkaError.self) { try member.consumer.commit(place, milliseconds: 10_000) }
      #expect(error?.isOfFormerMember == true, "\(error as Any)")
    }
    repeating({}, until: { member.consumer.isAssignmentLost })
    repeating({ member.poll() }, until: { member.log.contains("lost [0, 1, 2, 3]") })
    #expect(!member.consumer.isAssignmentLost)
    #expect(member.consumer.close())
  }
}
