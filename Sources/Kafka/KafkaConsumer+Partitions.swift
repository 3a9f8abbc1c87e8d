internal import CRdKafka

extension KafkaConsumer {
  /// Reads these partitions from these offsets on, and no others.
  public func assign(_ positions: [KafkaPosition]) throws(KafkaError) {
    let client = try open()
    // A client that has not met its brokers yet would look who leads the partitions after half a second only. Errors
    // come again when it does so itself.
    _ = try? topics(milliseconds: 500)
    fetched.removeAll()
    try check(PositionList(positions).with { rd_kafka_assign(client, $0) })
  }

  /// Joins the group and reads its share of the topics' partitions.
  ///
  /// - Parameters:
  ///   - onAssigned: gets the partitions that are now this consumer's, and returns where to begin in each. What it
  ///     leaves out begins where the group committed.
  ///   - onRevoked: gets the partitions that go to others, while they are still this consumer's and can be committed;
  ///     or that are lost, with true: they may be others' already.
  public func subscribe(
    _ topics: [String], onAssigned: @escaping (KafkaConsumer, [KafkaPosition]) -> [KafkaPosition],
    onRevoked: @escaping (KafkaConsumer, [KafkaPosition], _ areLost: Bool) -> Void
  ) throws(KafkaError) {
    let client = try open()
    context.onAssigned = onAssigned
    context.onRevoked = onRevoked
    // Partition -1: all of them.
    let list = PositionList(topics.map { KafkaPosition(topic: $0, partition: -1) })
    try check(list.with { rd_kafka_subscribe(client, $0) })
  }

  /// The partitions that are read at present.
  public func assignment() throws(KafkaError) -> [KafkaPosition] {
    var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
    try check(rd_kafka_assignment(try open(), &list))
    return list.map { PositionList(owning: $0).positions } ?? []
  }

  /// Whether the client knows that its partitions may be others' already, and has not said so yet: `onRevoked` is to come.
  public var isAssignmentLost: Bool { handle.map { rd_kafka_assignment_lost($0) != 0 } ?? false }

  /// Stops fetching from partitions that stay this consumer's. Some of their messages may have been fetched: they come
  /// nevertheless.
  public func pause(_ partitions: [KafkaPosition]) throws(KafkaError) {
    let list = PositionList(partitions)
    let client = try open()
    try check(list.with { rd_kafka_pause_partitions(client, $0) })
    if let error = list.error { throw error }
  }

  /// Fetches again from paused partitions.
  public func resume(_ partitions: [KafkaPosition]) throws(KafkaError) {
    let list = PositionList(partitions)
    let client = try open()
    try check(list.with { rd_kafka_resume_partitions(client, $0) })
    if let error = list.error { throw error }
  }
}

extension ClientContext {
  /// Asks the owner, and then does in any case what must be done before librdkafka's callback returns.
  func rebalance(
    _ client: OpaquePointer?, _ code: rd_kafka_resp_err_t,
    _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
  ) {
    let isCooperative = rd_kafka_rebalance_protocol(client).map { String(cString: $0) } == "COOPERATIVE"
    let given = PositionList.positions(of: partitions)
    if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
      var positions = given
      if let consumer, let onAssigned {
        let chosen = onAssigned(consumer, given)
        for place in positions.indices {
          let partition = positions[place]
          if let choice = chosen.first(where: { $0.partition == partition.partition && $0.topic == partition.topic }) {
            positions[place].offset = choice.offset
          }
        }
      }
      note(assigned: positions)
      let list = PositionList(positions)
      if isCooperative {
        report(list.with { rd_kafka_incremental_assign(client, $0) })
      } else {
        report(list.with { rd_kafka_assign(client, $0) })
      }
    } else {
      if code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS, let consumer {
        onRevoked?(consumer, given, rd_kafka_assignment_lost(client) != 0)
      } else if code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS {
        report(code)
      }
      note(assigned: [])
      if isCooperative {
        report(rd_kafka_incremental_unassign(client, partitions))
      } else {
        report(rd_kafka_assign(client, nil))
      }
    }
  }

  private func note(assigned positions: [KafkaPosition]) {
    assigned = positions
    assignmentCount += 1
  }

  private func report(_ code: rd_kafka_resp_err_t) {
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { onEvent(.error(KafkaError(code))) }
  }

  private func report(_ error: OpaquePointer?) {
    guard let error else { return }
    onEvent(.error(KafkaError(rd_kafka_error_code(error), text: String(cString: rd_kafka_error_string(error)))))
    rd_kafka_error_destroy(error)
  }
}
