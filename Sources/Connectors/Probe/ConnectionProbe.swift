import Diagnostics
import Kafka
import Specifications

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Tries what a pipeline needs of the world outside, and leaves no trace: nothing is written, sent or created.
package struct ConnectionProbe {
  let findings: Findings
  /// How long brokers have to answer.
  private let milliseconds: Int
  /// What brokers said, by their addresses: each is asked once.
  private var answers: [String: Result<[KafkaTopicInfo], KafkaError>] = [:]

  package init(findings: Findings, milliseconds: Int = 5000) {
    self.findings = findings
    self.milliseconds = milliseconds
  }

  /// `files` are those that are read beside the sources: the emulator's.
  package mutating func probe(_ declaration: Declaration, files: [LocatedText]) {
    for source in declaration.sources {
      guard let settings = source.setting.settings else { continue }
      if settings.specification.name == SourceComponent.file.specification.name {
        probeInputs((settings[FileSourceKeys.path] ?? []).compactMap(\.text))
      }
      probeTopic(settings, isRead: true)
      probeStore(settings)
    }
    for program in declaration.programs { probeProgram(program.settings?[ExternalKeys.command]?.first?.text) }
    probeInputs(files)
    for sink in declaration.sinks {
      if sink.specification.name == SinkComponent.file.specification.name { probeOutput(sink[FileSinkKeys.path]) }
      probeTopic(sink, isRead: false)
      probePort(sink)
    }
  }

  // MARK: Files

  private func probeInputs(_ texts: [LocatedText]) {
    for text in texts where !probeStore(text) {
      let reason: String
      do {
        guard let path = try expandInputs([text.text]).first(where: { $0 != "-" && access($0, R_OK) != 0 }) else {
          continue
        }
        reason = "cannot read \(path == text.text ? text.written : path): \(systemWords(for: errno))"
      } catch {
        // A path from a variable may say more than it should.
        reason = text.written == text.text ? "\(error)" : "cannot read \(text.written)"
      }
      findings.error(
        .missingInput, reason, at: text.span,
        hint: "give a file that is there; paths are seen from the folder where hitmon is started")
    }
  }

  /// Whether a program can be started: it lies in a folder of `$PATH`, or where its path leads from the file's folder.
  private func probeProgram(_ text: LocatedText?) {
    guard let text else { return }
    let candidates: [String]
    if text.text.contains("/") {
      let folder = text.source.name.lastIndex(of: "/").map { String(text.source.name[...$0]) } ?? ""
      candidates = [text.text.hasPrefix("/") ? text.text : folder + text.text]
    } else {
      let path = getenv("PATH").map { String(cString: $0) } ?? "/bin:/usr/bin"
      candidates = path.split(separator: ":").map { "\($0)/\(text.text)" }
    }
    guard !candidates.contains(where: { access($0, X_OK) == 0 }) else { return }
    findings.error(
      .missingProgram, "there is no program `\(text.written)` that can be started", at: text.span,
      hint: text.text.contains("/")
        ? "paths go from the folder of the file that they stand in" : "it is looked for in the folders of `$PATH`")
  }

  private func probeOutput(_ text: LocatedText?) {
    guard let text, text.text != "-" else { return }
    var status = stat()
    let folder = text.text.lastIndex(of: "/").map { $0 == text.text.startIndex ? "/" : String(text.text[..<$0]) } ?? "."
    let code: Int32
    if stat(text.text, &status) == 0 {
      code = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : access(text.text, W_OK) == 0 ? 0 : errno
    } else {
      code = access(folder, W_OK) == 0 ? 0 : errno
    }
    guard code != 0 else { return }
    findings.error(
      .unwritableFile, "cannot write \(text.written): \(systemWords(for: code))", at: text.span,
      hint: code == ENOENT ? "make the folder, or give another path" : "give another path")
  }

  // MARK: Ports

  private func probePort(_ settings: Settings) {
    let port = settings[DashboardKeys.port], host = settings[DashboardKeys.host]
    guard SinkComponent.isDashboard(settings), let setting = settings.setting(DashboardKeys.port), port > 0 else {
      return
    }
    guard let code = Self.failureToListen(host: host, port: UInt16(port)) else { return }
    findings.error(
      .portInUse, "nothing can be served at \(host):\(port): \(systemWords(for: code))",
      at: settings.isGiven(DashboardKeys.port) ? setting.span : settings.nameSpan ?? settings.span,
      hint: "give another `port`, or 0 for any that is free")
  }

  /// Why nothing can listen there; nil where something can, or where only names say where that is.
  private static func failureToListen(host: String, port: UInt16) -> Int32? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    guard inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr) == 1 else { return nil }
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return bound == 0 && listen(descriptor, 1) == 0 ? nil : errno
  }

  // MARK: Topics

  private mutating func probeTopic(_ settings: Settings, isRead: Bool) {
    guard let target = KafkaTarget(settings), !target.isEmbedded, let brokers = settings[KafkaKeys.brokers],
      let topic = settings[KafkaKeys.topic]
    else { return }
    switch topics(of: target) {
    case .failure(let error):
      findings.error(
        .noBroker, "no broker of \(brokers.written) answers: \(error.message)", at: brokers.span,
        hint: "start the brokers, or correct the addresses")
    case .success(let topics):
      guard isRead, !topics.contains(where: { $0.name == target.topic && $0.partitions > 0 }) else { return }
      let near = suggestion(for: target.topic, from: topics.map(\.name))
      findings.warning(
        .missingTopic, "the brokers have no topic `\(topic.written)`", at: topic.span,
        hint: near.map { "did you mean `\($0)`?" } ?? "hitmon emulate, or the program that writes to it, makes it")
    }
  }

  private mutating func topics(of target: KafkaTarget) -> Result<[KafkaTopicInfo], KafkaError> {
    let key = target.settings(defaults: [:]).pairs.map { "\($0.0)=\($0.1)" }.sorted().joined(separator: "\n")
    if let answer = answers[key] { return answer }
    let answer: Result<[KafkaTopicInfo], KafkaError>
    do throws(KafkaError) {
      let client = try KafkaClient(target.settings(defaults: [:])) { _ in }
      defer { client.close(milliseconds: 200) }
      answer = .success(try client.topics(milliseconds: milliseconds))
    } catch {
      answer = .failure(error)
    }
    answers[key] = answer
    return answer
  }
}
