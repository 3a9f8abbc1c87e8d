/// What a client says of itself, given to its owner while the owner polls.
public enum KafkaEvent: Sendable {
  /// Something failed. The client goes on trying, unless the error is fatal; whether that makes sense `isPermanent` says.
  case error(KafkaError)
  /// No broker can be reached; the client goes on trying. The error says why the last one was lost.
  case brokersAway(KafkaError)
  /// A broker answers again after `brokersAway`, seen within about a second.
  case brokersBack
  /// A line of librdkafka's log. Levels are syslog's: 3 error, 4 warning, 6 information, 7 debug.
  case log(level: Int, facility: String, text: String)
}
