import Kafka
import Support
import Synchronization

/// Writes messages to a log of results, with the pipeline's name as the key.
///
/// It asks for all acknowledgements, and waits for brokers that are away. It keeps messages that are not acknowledged,
/// up to a limit; above that `write` waits, and so holds the run back. If an acknowledgement is lost, a message may be
/// on the log twice.
///
/// Unchecked `Sendable`: one thread publishes; a lock guards what other threads touch.
final class ResultProducer: @unchecked Sendable {
  private let name: String
  private let watch: BrokerWatch
  private let stop: StopCheck
  private let producer: KafkaProducer
  private let state: State
  private let thread: SystemThread
  private let key: [UInt8]
  private let context: SinkComponent.Context
  private let handle: KafkaTopic
  private let outbox = ResultOutbox()
  private let events: Events

  /// Bytes that may wait for acknowledgement.
  private static let mostBytes = 64 << 20
  /// How long the end of a run waits for acknowledgements, in nanoseconds; the second if the brokers are away.
  private static let patience: Int64 = 15_000_000_000
  private static let patienceWithout: Int64 = 5_000_000_000
  /// How long a flush may take before the user is told, in nanoseconds.
  private static let silence: Int64 = 1_000_000_000

  /// State that the polling thread and the writing thread share.
  private final class State: Sendable {
    struct Contents {
      var waitingBytes = 0
      var waiting = 0
      /// Results that found no room when the user wanted to stop.
      var refused = 0
      /// Nobody waits for acknowledgements any more.
      var hasGivenUp = false
      /// Messages that are not safe are being taken back for good.
      var isWithdrawing = false
      var failure: ConnectorError?
      var isClosing = false
    }
    let contents = Mutex(Contents())

    /// Counts a message that was sent.
    func begin(bytes: Int) {
      contents.withLock { contents in
        contents.waiting += 1
        contents.waitingBytes += bytes
      }
    }

    /// Ends the wait for a message.
    func end(bytes: Int, failure: ConnectorError? = nil) {
      contents.withLock { contents in
        contents.waiting -= 1
        contents.waitingBytes -= bytes
        contents.failure = contents.failure ?? failure
      }
    }
  }

  /// Reports the fate of messages, by the tokens of `write`; called on the producer's threads.
  struct Events: Sendable {
    /// A message is on the log.
    var delivered: @Sendable (_ token: Int, _ offset: Int64, _ message: UnsafeRawBufferPointer?) -> Void
    /// A message was taken back.
    var withdrawn: @Sendable (_ token: Int) -> Void
    /// Called often: returns another message to write, if there is one.
    var supplement: @Sendable () -> (token: Int, message: [UInt8])? = { nil }
  }

  init(_ target: KafkaTarget, _ context: SinkComponent.Context, watch: BrokerWatch, events: Events) throws {
    name = "topic \(target.topic)"
    key = Array(context.pipeline.utf8)
    self.events = events
    stop = context.stop
    self.context = context
    self.watch = watch
    let state = State()
    self.state = state
    let settings = target.settings(defaults: [
      "acks": "all",
      "enable.idempotence": "true",
      // One request at a time: results are few, and so even a broker that checks no sequence keeps their order.
      "max.in.flight.requests.per.connection": "1",
      // A result is kept until it is acknowledged.
      "message.timeout.ms": "0",
      "message.max.bytes": "67108864",
      "compression.type": "lz4",
      "linger.ms": "0",
      "topic.metadata.propagation.max.ms": "600000",
      "allow.auto.create.topics": "false",
    ])
    let name = name
    let outbox = outbox
    do {
      producer = try KafkaProducer(settings) { delivery in
        let bytes = delivery.value?.count ?? 0
        if let error = delivery.error {
          if error.isRetriable, state.contents.withLock({ $0.isWithdrawing }) {
            events.withdrawn(outbox.takeToken(of: delivery.token))
            return state.end(bytes: bytes)
          }
          if error.isRetriable {
            outbox.keep(delivery.value, number: delivery.token)
            return error.isTakenBack ? () : watch.isAway(because: error.message)
          }
          state.end(bytes: bytes, failure: ConnectorError(Self.words(error, bytes: bytes, name: name)))
        } else {
          watch.isBack()
          events.delivered(outbox.takeToken(of: delivery.token), delivery.offset, delivery.value)
          state.end(bytes: bytes)
        }
      } onEvent: {
        watch.hear($0)
      }
    } catch {
      throw ConnectorError("\(name): \(error.message)")
    }
    do { handle = try producer.topic(target.topic) } catch { throw ConnectorError("\(name): \(error.message)") }
    let (producer, handle) = (producer, handle)
    thread = SystemThread { [key] in
      Self.createTopic(target, state, watch, context)
      // Connect now, so that the first result need not wait for it.
      producer.meetBrokers(milliseconds: 1_000)
      // The producer's reports from before are out of date.
      watch.ignoring { producer.poll(milliseconds: 0) }
      while !state.contents.withLock({ $0.isClosing }) {
        producer.poll(milliseconds: 50)
        outbox.sendAgain(outstanding: producer.outstanding, takeBack: { producer.purge() }) { value, number in
          (try? producer.produce(value, number: number, to: handle, key: key)) != nil
        }
        if let (token, message) = events.supplement() {
          // If there is no room for it, it is not waited for.
          let isSent: ()? = message.withUnsafeBytes { message in
            try? outbox.send(message, token: token) {
              try producer.produce(message, number: $0, to: handle, key: key)
            }
          }
          if isSent != nil { state.begin(bytes: message.count) }
        }
      }
    }
  }

  /// Creates the topic if it is missing. A result may be larger than brokers take by default.
  private static func createTopic(
    _ target: KafkaTarget, _ state: State, _ watch: BrokerWatch, _ context: SinkComponent.Context
  ) {
    do {
      let made = try target.make(
        settings: KafkaSink.topicSettings, stop: { state.contents.withLock { $0.isClosing } }, watch: watch)
      if made?.isNew == true { context.tell("topic \(target.topic) was not there: created") }
      if made?.isNew == false { try refuseCompaction(target) }
    } catch {
      state.contents.withLock { $0.failure = $0.failure ?? error as? ConnectorError }
    }
  }

  /// Throws for a compacted topic: compaction deletes all results of a pipeline but the last, as all have the same key.
  private static func refuseCompaction(_ target: KafkaTarget) throws {
    // If the user may not ask, or the broker does not say, the topic is trusted.
    guard let client = try? KafkaClient(target.settings(defaults: [:])) else { return }
    defer { client.close(milliseconds: 1_000) }
    guard let settings = try? client.settings(ofTopic: target.topic, milliseconds: 2_000),
      settings["cleanup.policy"]?.contains("compact") == true
    else { return }
    throw ConnectorError(
      "topic \(target.topic) is compacted, which deletes results: set its cleanup.policy to delete, or give another topic"
    )
  }

  private static func words(_ error: KafkaError, bytes: Int, name: String) -> String {
    error.isMessageTooLarge
      ? "\(name): a result of \(bytes) bytes is more than the brokers take: raise the topic's max.message.bytes, lower `points`, or shorten the window"
      : "\(name): \(error.message)"
  }

  enum Written {
    case sent
    /// There was no room, and the user wants to stop. The run ends, and the next one reads the message's rows again.
    case refused
    /// While the message waited for room, this instance lost its input.
    case lost
  }

  /// Waits for room, and sends a message.
  func write(_ message: UnsafeRawBufferPointer, token: Int) throws -> Written {
    var hasWaited = false
    var stopped: Int64?
    while try waitingBytes() > Self.mostBytes {
      if isGivingUp(&stopped) {
        refuse()
        return .refused
      }
      pause()
      hasWaited = true
    }
    while true {
      try check()
      if hasWaited, !context.ownership.holds() { return .lost }
      do {
        try outbox.send(message, token: token) {
          try producer.produce(message, number: $0, to: handle, key: key)
        }
        break
      } catch let error as KafkaError {
        guard error.isQueueFull else { throw ConnectorError(Self.words(error, bytes: message.count, name: name)) }
        if isGivingUp(&stopped) {
          refuse()
          return .refused
        }
        pause()
        hasWaited = true
      }
    }
    state.begin(bytes: message.count)
    return .sent
  }

  /// Whether the user wants to stop, and there will be no room soon. `stopped`: when the wish was first seen.
  private func isGivingUp(_ stopped: inout Int64?) -> Bool {
    guard stop() else { return false }
    let now = monotonicNanoseconds()
    let begin = stopped ?? now
    stopped = begin
    return watch.areAway || now - begin > Self.patienceWithout
  }

  /// Notes a message that finds no room at the end of a run.
  func refuse() { state.contents.withLock { $0.refused += 1 } }

  func flush() throws {
    let begin = monotonicNanoseconds()
    var hasTold = false
    while true {
      try check()
      let contents = state.contents.withLock { $0 }
      if contents.waiting <= 0, contents.refused == 0 { return }
      let patience = watch.areAway ? Self.patienceWithout : Self.patience
      if contents.waiting <= 0 || contents.hasGivenUp || monotonicNanoseconds() - begin > patience {
        state.contents.withLock { $0.hasGivenUp = true }
        throw ConnectorError(unpublished())
      }
      if !hasTold, monotonicNanoseconds() - begin > Self.silence {
        hasTold = true
        context.tell("\(name): waiting for the brokers to take \(contents.waiting) of the results")
      }
      pause()
    }
  }

  /// Waits while `mayWait` says so until all messages are safe; returns whether they are.
  func settle(while mayWait: () -> Bool) throws -> Bool {
    while true {
      try check()
      if state.contents.withLock({ $0.waiting }) <= 0 { return true }
      if !mayWait() { return false }
      pause()
    }
  }

  /// Takes back for good all messages that are not safe.
  func withdraw() {
    state.contents.withLock { $0.isWithdrawing = true }
    for (token, bytes) in outbox.takeAll() {
      events.withdrawn(token)
      state.end(bytes: bytes)
    }
    producer.purge(all: true)
    // librdkafka makes the reports at once; the polling thread delivers them.
    let deadline = monotonicNanoseconds() + Self.patience
    _ = try? settle { monotonicNanoseconds() < deadline }
    state.contents.withLock { $0.isWithdrawing = false }
  }

  func close() throws {
    defer {
      state.contents.withLock { $0.isClosing = true }
      thread.join()
      producer.close(milliseconds: 1_000)
    }
    try flush()
  }

  /// Makes the next call throw.
  func fail(_ error: any Error) {
    state.contents.withLock { $0.failure = $0.failure ?? error as? ConnectorError ?? ConnectorError("\(error)") }
  }

  private func waitingBytes() throws -> Int {
    try check()
    return state.contents.withLock { $0.waitingBytes }
  }

  func check() throws {
    if let failure = state.contents.withLock({ $0.failure }) { throw failure }
    try watch.check()
  }

  private func unpublished() -> String {
    let count = state.contents.withLock { $0.waiting + $0.refused }
    let reason = watch.areAway ? "no broker answers" : "the brokers do not acknowledge"
    return
      "\(name): \(reason); \(count) \(count == 1 ? "window is" : "windows are") not published. A run with `start: resume` reads their rows again"
  }

  private func pause() { pauseThread(milliseconds: 1) }
}

extension KafkaProducer {
  /// Sends a message to a log. The delivery report comes with `number`.
  fileprivate func produce(_ value: UnsafeRawBufferPointer, number: Int, to log: KafkaTopic, key: [UInt8]) throws {
    try key.withUnsafeBytes {
      try produce(to: log, partition: LogReader.partition, key: $0, value: value, token: number)
    }
  }
}
