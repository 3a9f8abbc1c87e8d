internal import CRdKafka

extension KafkaSettings {
  /// What is wrong with a setting, in librdkafka's words and without the value of a secret; nil if it can be set.
  ///
  /// No broker is needed. Settings that only contradict each other are found when a client is made.
  public static func check(name: String, value: String) -> String? {
    let configuration = ClientConfiguration()
    do {
      try configuration.set(name, value, hiding: SecretText([value].filter { _ in isSecret(name) }))
      return nil
    } catch {
      return error.message
    }
  }

  /// Whether a setting's value must not be shown: passwords, keys, tokens, and names that librdkafka does not know,
  /// since a misspelt password is a password still.
  public static func isSecret(_ name: String) -> Bool {
    if ["pass", "secret", "key.pem", "oauthbearer.config", "jaas.config", "private.key"].contains(where: name.contains)
    {
      return !name.hasSuffix(".location") && !name.hasSuffix(".file")
    }
    return !ClientConfiguration().knows(name)
  }
}
