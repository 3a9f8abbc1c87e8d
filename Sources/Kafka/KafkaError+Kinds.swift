internal import CRdKafka

extension KafkaError {
  /// Whether the queue of messages to send has no room; poll the producer and try again.
  public var isQueueFull: Bool { response == RD_KAFKA_RESP_ERR__QUEUE_FULL }

  /// Whether it only says that a message was taken back by `purge`.
  public var isTakenBack: Bool {
    response == RD_KAFKA_RESP_ERR__PURGE_QUEUE || response == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT
  }

  /// Whether it only says that the end of a partition is reached (with the setting `enable.partition.eof`).
  public var isEndOfPartition: Bool { response == RD_KAFKA_RESP_ERR__PARTITION_EOF }

  /// Whether time ran out before an answer came.
  public var isTimeOut: Bool {
    [RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT]
      .contains(response)
  }

  /// Whether no connection to a broker could be made, or one was lost.
  public var isOfConnection: Bool {
    [RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__SSL].contains(response)
  }

  /// Whether a topic or partition is not there.
  public var isUnknownTopic: Bool {
    [
      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
    ].contains(response)
  }

  /// Whether the broker has no message at the offset asked for: it is older than what is kept, or not written yet.
  public var isOffsetOutOfRange: Bool {
    response == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE || response == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET
  }

  /// Whether the group has gone on without this member: its partitions may be others' already.
  public var isOfFormerMember: Bool {
    [
      RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
      RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
    ].contains(response)
  }

  /// Whether the members of a group are being asked to join again; until they have, partitions stay theirs.
  public var isRebalancing: Bool { response == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS }

  /// Whether the message is larger than the client or the broker takes.
  public var isMessageTooLarge: Bool { response == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE }

  /// Whether the brokers cannot keep as many replicas as was asked for, or have no default.
  var isOfReplicas: Bool {
    [RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE].contains(response)
  }

  /// Whether trying again does not help: wrong credentials, no permission, no such topic, bad settings, a fatal error.
  ///
  /// A topic may be missing for a moment after it was created.
  public var isPermanent: Bool { isFatal || isUnknownTopic || Self.permanent.contains(code) }

  /// Whether trying again may help.
  public var isRetriable: Bool { !isPermanent && !isMessageTooLarge }

  private static let permanent: Set<Int32> = Set(
    [
      RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
      RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, RD_KAFKA_RESP_ERR_SECURITY_DISABLED,
      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, RD_KAFKA_RESP_ERR_POLICY_VIOLATION, RD_KAFKA_RESP_ERR_INVALID_CONFIG,
      RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR,
      RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
      RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, RD_KAFKA_RESP_ERR__INVALID_ARG, RD_KAFKA_RESP_ERR__FATAL,
      RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED,
    ].map { $0.rawValue })
}
