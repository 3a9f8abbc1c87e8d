import Kafka
import ChainExecution
import Results
import Support

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How to read a partition, decided before reading begins.
struct PartitionPlan {
  var start: PartitionStart
  /// Where reading ends; nil for never.
  var end: Int64?
  /// Offsets that should have been read, but are missing.
  var gap: OffsetRange?
}

extension KafkaSource {
  /// Claims partitions, and returns where to begin in each. Nil if another instance owns them, or if the user wants to
  /// stop before brokers answer.
  func starts(of partitions: [Int]) throws -> [PartitionPlan]? {
    let record: PublishedRecord?
    switch try context.claim(partitions, { [unowned self] in isOwner(of: partitions) }) {
    case .nothingKept: record = nil
    case .record(let found): record = found
    case .refused: return partitions.isEmpty ? [] : nil
    }
    var chosen: [Int: Int64] = [:]
    // After the first assignment the published results decide, whatever `start` says: other instances may have read
    // there.
    let isFirst = !hasStarted
    if case .time(let time) = options.start {
      let asked = partitions.map { KafkaPosition(topic: options.target.topic, partition: Int32($0), offset: time) }
      guard let found = try ask({ try consumer.offsets(forTimes: asked, milliseconds: $0) }) else { return nil }
      for position in found { chosen[Int(position.partition)] = position.offset }
    }
    let committed = record == nil && options.group != nil ? try committedOffsets(partitions) : [:]
    var plans: [PartitionPlan] = []
    for partition in partitions {
      let there = try ask { try consumer.queryWatermarks(of: options.target.topic, Int32(partition), milliseconds: $0) }
      guard let there else { return nil }
      let position = options.start == .resume || !isFirst ? record?.positions[String(partition)] : nil
      var plan = PartitionPlan(
        start: PartitionStart(partition: partition, offset: there.lowerBound, published: position?.last))
      if let position {
        plan.start.offset = position.resume
        plan.start.readBefore = position.read
        plan.start.mark = position.mark
      } else if options.start == .resume {
        plan.start.offset = committed[partition] ?? there.lowerBound
      } else if !isFirst, let before = firstOffsets[partition] ?? committed[partition] {
        plan.start.offset = before
      } else {
        plan.start.offset = first(partition, there, chosen[partition])
      }
      if firstOffsets[partition] == nil { firstOffsets[partition] = plan.start.offset }
      adjust(&plan, there)
      if options.untilEnd { plan.end = there.upperBound }
      plans.append(plan)
    }
    let known = plans.map(\.start).filter { $0.readBefore > .min }
    try check(
      Dictionary(uniqueKeysWithValues: known.compactMap { start in start.mark.map { (start.partition, $0) } }),
      read: Dictionary(uniqueKeysWithValues: known.map { ($0.partition, $0.readBefore) }))
    hasStarted = true
    return plans
  }

  private func first(_ partition: Int, _ there: Range<Int64>, _ found: Int64?) -> Int64 {
    // All messages of an added partition are new.
    if let firstAdded, partition >= firstAdded { return there.lowerBound }
    return switch options.start {
    case .earliest, .resume: there.lowerBound
    case .latest: there.upperBound
    case .offset(let offset): min(max(offset, there.lowerBound), there.upperBound)
    case .time: found.map { $0 < 0 ? there.upperBound : $0 } ?? there.lowerBound
    }
  }

  /// Moves a start to the first message that is there, and notes the gap.
  private func adjust(_ plan: inout PartitionPlan, _ there: Range<Int64>) {
    if plan.start.offset < there.lowerBound {
      plan.gap = OffsetRange(start: plan.start.offset, end: there.lowerBound)
      plan.start.offset = there.lowerBound
    }
  }

  /// Whether the group has assigned the partitions to this instance, and to no other since. It asks with a commit,
  /// which brokers take only from members. The commit repeats the last committed offset, if there is one.
  private func isOwner(of partitions: [Int]) -> Bool {
    guard let membership, let partition = partitions.min() else { return true }
    do {
      var offset = try committedOffsets([partition])[partition]
      if offset == nil {
        let there = try ask {
          try consumer.queryWatermarks(of: options.target.topic, Int32(partition), milliseconds: $0)
        }
        guard let there else { return false }
        offset = firstOffsets[partition] ?? there.lowerBound
      }
      membership.begin([partition: offset ?? 0])
      return membership.ask()
    } catch {
      // The error comes again when the partitions are read.
      return true
    }
  }

  private func committedOffsets(_ partitions: [Int]) throws -> [Int: Int64] {
    let asked = partitions.map { KafkaPosition(topic: options.target.topic, partition: Int32($0)) }
    let found = try ask { try consumer.committed(asked, milliseconds: $0) } ?? []
    return Dictionary(uniqueKeysWithValues: found.filter { $0.offset >= 0 }.map { (Int($0.partition), $0.offset) })
  }

  /// Asks brokers until they answer; nil if the user wants to stop first.
  func ask<Answer>(_ question: (_ milliseconds: Int) throws -> Answer) throws -> Answer? {
    try watch.ask(until: context.stop) { try question(1_000) }
  }
}

/// Milliseconds since 1970.
func wallMilliseconds() -> Int64 { wallNanoseconds() / 1_000_000 }

func pauseThread(milliseconds: UInt32) { usleep(milliseconds * 1000) }
