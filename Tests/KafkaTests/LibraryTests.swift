import Kafka
import Testing

@Test func runsWithARecentLibrary() {
  // Older ones do not understand newer brokers; scripts/setup fetches one that does.
  #expect(Kafka.isRecent, "librdkafka \(Kafka.libraryVersion) is older than 2.3")
}
