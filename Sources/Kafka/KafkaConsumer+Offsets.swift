internal import CRdKafka

extension KafkaConsumer {
  /// The oldest offset of a partition and the one behind its newest, as the last fetch had them; no broker is asked.
  /// nil before the first fetch.
  public func watermarks(of topic: String, _ partition: Int32) -> Range<Int64>? {
    var low: Int64 = 0
    var high: Int64 = 0
    guard let handle,
      rd_kafka_get_watermark_offsets(handle, topic, partition, &low, &high) == RD_KAFKA_RESP_ERR_NO_ERROR
    else { return nil }
    return 0 <= low && low <= high ? low..<high : nil
  }

  /// The oldest offset of a partition and the one behind its newest, asked of its broker.
  ///
  /// Not every broker knows its end well: Tansu 0.6 tells where its last batch of messages begins. What `watermarks`
  /// tells, and the end that a read meets with `enable.partition.eof`, are exact.
  public func queryWatermarks(
    of topic: String, _ partition: Int32, milliseconds: Int = 10_000
  ) throws(KafkaError) -> Range<Int64> {
    var low: Int64 = 0
    var high: Int64 = 0
    try check(
      rd_kafka_query_watermark_offsets(try open(), topic, partition, &low, &high, Int32(clamping: milliseconds)))
    return low..<max(low, high)
  }

  /// For each partition the first offset whose message was written at the time given or later, in ms since 1970 in
  /// place of the offset; `KafkaOffset.end` where there is none. The embedded broker does not know times and finds none.
  public func offsets(
    forTimes positions: [KafkaPosition], milliseconds: Int = 10_000
  ) throws(KafkaError) -> [KafkaPosition] {
    let list = PositionList(positions)
    let client = try open()
    try check(list.with { rd_kafka_offsets_for_times(client, $0, Int32(clamping: milliseconds)) })
    if let error = list.error { throw error }
    return list.positions
  }

  /// What the group committed for each partition; `KafkaOffset.none` where it has not.
  public func committed(
    _ partitions: [KafkaPosition], milliseconds: Int = 10_000
  ) throws(KafkaError) -> [KafkaPosition] {
    let list = PositionList(partitions)
    let client = try open()
    try check(list.with { rd_kafka_committed(client, $0, Int32(clamping: milliseconds)) })
    if let error = list.error { throw error }
    return list.positions
  }

  /// Commits for the group where each partition is to be read on.
  ///
  /// - Parameter isWaiting: whether to wait for the brokers. Without it errors that come later are not seen, which is
  ///   fit for what the next commit does again.
  public func commit(_ positions: [KafkaPosition], isWaiting: Bool = true) throws(KafkaError) {
    let list = PositionList(positions)
    let client = try open()
    try check(list.with { rd_kafka_commit(client, $0, isWaiting ? 0 : 1) })
    if isWaiting, let error = list.error { throw error }
  }

  /// The same, waiting up to the time given; throws `isTimeOut` where no answer came. Any thread may call it.
  ///
  /// Brokers take it from members of the group alone: `isOfFormerMember` says that this consumer is none any more, which
  /// it may be the last to learn.
  public func commit(_ positions: [KafkaPosition], milliseconds: Int) throws(KafkaError) {
    let list = PositionList(positions)
    let client = try open()
    let answers = rd_kafka_queue_new(client)
    // An answer that comes too late goes with the queue.
    defer { rd_kafka_queue_destroy(answers) }
    try check(list.with { rd_kafka_commit_queue(client, $0, answers, nil, nil) })
    guard let answer = rd_kafka_queue_poll(answers, Int32(clamping: milliseconds)) else {
      throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT)
    }
    defer { rd_kafka_event_destroy(answer) }
    try check(rd_kafka_event_error(answer))
  }
}
