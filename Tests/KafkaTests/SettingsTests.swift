import Kafka
import Testing

struct SettingsTests {
  @Test(arguments: [
    ("bootstrap.servers", "a:9092,b:9092", nil),
    ("acks", "all", nil),
    ("compression.type", "zstd", nil),
    ("sasl.password", "hunter2hunter2", nil),
    ("linger", "5", #"No such configuration property: "linger""#),
    ("acks", "some", #"Invalid value for configuration property "acks""#),
    ("acks", "1000000", #"Configuration property "acks" value 1000000 is outside allowed range -1..1000"#),
    ("compression.type", "rar", #"Invalid value "rar" for configuration property "compression.type""#),
    ("log_level", "ten", #"Invalid value for configuration property "log_level""#),
  ]) func check(name: String, value: String, finding: String?) {
    #expect(KafkaSettings.check(name: name, value: value) == finding)
  }

  @Test func laterSettingsReplaceEarlierOnes() {
    var settings = KafkaSettings([("acks", "1"), ("linger.ms", "5"), ("acks", "all")])
    #expect(settings.description == "acks=all linger.ms=5")
    settings.setDefault("acks", "0")
    settings.setDefault("client.id", "x")
    settings["linger.ms"] = nil
    #expect(settings.description == "acks=all client.id=x")
  }

  @Test(arguments: [
    ("sasl.password", true), ("ssl.key.password", true), ("ssl.key.pem", true), ("ssl.keystore.password", true),
    ("sasl.oauthbearer.config", true), ("sasl.oauthbearer.client.secret", true), ("sasl.pasword", true),
    ("sasl.username", false), ("bootstrap.servers", false), ("ssl.key.location", false), ("ssl.ca.pem", false),
    ("acks", false), ("sasl.mechanism", false),
  ]) func secrets(name: String, isSecret: Bool) {
    #expect(KafkaSettings.isSecret(name) == isSecret)
  }

  @Test func secretsAreNotDescribed() {
    let settings: KafkaSettings = ["sasl.username": "ann", "sasl.password": "hunter2", "sasl.pasword": "hunter3"]
    #expect(settings.description == "sasl.username=ann sasl.password=*** sasl.pasword=***")
  }

  @Test func settingsThatAClientRefuses() throws {
    let error = try #require(throws: KafkaError.self) { try KafkaProducer(["linger": "5", "acks": "all"]) }
    #expect(error.name == "_INVALID_ARG")
    #expect(error.message == #"No such configuration property: "linger""#)
    #expect(error.isPermanent)
  }

  @Test func secretsAreNotInErrors() throws {
    let secret = "ZmFrZS1rZXk-not-a-real-key"
    for (name, mechanism) in [("ssl.key.pem", "PLAIN"), ("sasl.oauthbearer.config", "OAUTHBEARER")] {
      var texts: [String] = []
      do {
        let producer = try KafkaProducer(
          [
            "bootstrap.servers": "127.0.0.1:1", "security.protocol": "SASL_SSL", "sasl.mechanism": mechanism,
            "sasl.username": "ann", "sasl.password": secret, name: "x=\(secret)", "debug": "all",
            "enable.sasl.oauthbearer.unsecure.jwt": "true",
          ],
          onEvent: { event in
            switch event {
            case .error(let error), .brokersAway(let error): texts.append(error.message)
            case .log(_, _, let text): texts.append(text)
            case .brokersBack: break
            }
          })
        repeating({ producer.poll(milliseconds: 10) }, until: { texts.count > 20 })
      } catch {
        texts.append(error.message)
      }
      #expect(!texts.isEmpty)
      for text in texts { #expect(!text.contains("not-a-real-key"), "\(text)") }
    }
  }
}
