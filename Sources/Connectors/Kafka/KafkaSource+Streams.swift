import Kafka
import ChainExecution
import Support

extension KafkaSource {
  /// Partitions that have something to read, or had until a moment ago.
  package var streams: SourceStreams {
    var active: Set<Int> = []
    for (number, partition) in collector.partitions {
      // Rows that are read but not counted yet also hold the clock, even at the end of the partition.
      if collector.holds(number) || !partition.isAtEnd && !isIdle(number, partition) { active.insert(number) }
    }
    return .partitions(active: active)
  }

  /// Whether its broker has said, long enough after the last message, that there is nothing to read.
  private func isIdle(_ number: Int, _ partition: MessageCollector.Partition) -> Bool {
    guard partition.isSilent(for: options.idle) else { return false }
    return fetchedEnd(of: number).map { $0 <= partition.next } ?? true
  }

  /// Asks the brokers of silent partitions from time to time whether there is really nothing to read. If one does not
  /// answer, the silence of all partitions begins again with their next answers. When it is back, delayed messages come
  /// to one partition after the other, and the clock must not go ahead with the first.
  func confirmSilence() {
    let begin = monotonicNanoseconds()
    guard begin - lastAsked >= options.idle / 4 else { return }
    lastAsked = begin
    let silent = collector.partitions.filter { _, partition in
      !partition.isAtEnd && begin - partition.quietSince >= options.idle / 2
        && begin - partition.answered >= options.idle / 2
    }
    for (number, partition) in silent.sorted(by: { $0.value.answered < $1.value.answered }) {
      let answer = try? consumer.queryWatermarks(of: options.target.topic, Int32(number), milliseconds: 500)
      let now = monotonicNanoseconds()
      guard let answer else {
        for partition in collector.partitions.values { partition.missAnswer(now: now) }
        return
      }
      partition.answer(end: answer.upperBound, now: now)
      // The other partitions are asked next time: messages wait.
      if now - begin > Self.mostAsking { return }
    }
  }

  /// How long one round of questions may take, in nanoseconds.
  private static let mostAsking: Int64 = 50_000_000
}
