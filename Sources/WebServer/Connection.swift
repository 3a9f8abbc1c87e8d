import Dashboard
import NIOCore
import NIOHTTP1
import Synchronization

/// One client: takes a request after the other, and answers it.
final class Connection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let site: Site
  /// The request that is being read or answered.
  private var head: HTTPRequestHead?
  private var isAnswering = false
  private var isLast = false
  /// Ends a client that keeps the server waiting.
  private var deadline: Scheduled<Void>?
  /// The head of the request at hand was read.
  fileprivate private(set) var hasRequest = false
  private var context: ChannelHandlerContext?
  /// The answer that is being written, and whether that is being done just now.
  private var rest: Rest?
  private var isWriting = false
  private let presence = Presence()

  /// Whether the client is there, for who makes its answer on another thread.
  private final class Presence: Sendable {
    let hasLeft = Atomic(false)
  }

  /// What has yet to be written of an answer. It is written as the client reads, so that the system's buffers and one
  /// stretch of it are all that is copied.
  private struct Rest {
    var pieces: ArraySlice<[UInt8]>
    /// Where in the first piece.
    var offset = 0
    let entry: Ledger.Entry

    static let stretch = 128 << 10

    mutating func next() -> ByteBuffer? {
      while let piece = pieces.first, offset == piece.count { (pieces, offset) = (pieces.dropFirst(), 0) }
      guard let piece = pieces.first else { return nil }
      let end = min(offset + Self.stretch, piece.count)
      defer { offset = end }
      return ByteBuffer(bytes: piece[offset..<end])
    }
  }

  private init(_ site: Site) { self.site = site }

  /// Makes a new connection ready for requests; one too many is closed.
  static func open(_ channel: any Channel, _ site: Site) throws {
    guard site.hub.join(channel) else {
      channel.close(promise: nil)
      return
    }
    let connection = Connection(site)
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = site.limits.requestBytes
    limits.maxHeaderListSize = site.limits.requestBytes
    limits.maxHeaderFieldCount = 100
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(RequestSize(limit: site.limits.requestBytes, of: connection))
    try pipeline.configureHTTPServerPipeline(
      withPipeliningAssistance: true, withErrorHandling: false, withEncoderConfiguration: .init(),
      withDecoderLimitConfiguration: limits)
    try pipeline.addHandler(connection)
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelActive(context: ChannelHandlerContext) {
    wait(context, seconds: site.limits.requestSeconds)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    presence.hasLeft.store(true, ordering: .relaxed)
    rest = nil
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    // The connection ends with the answer at hand: nothing behind it is a request.
    case _ where isLast && isAnswering: break
    case .head(let head):
      hasRequest = true
      self.head = head
      // What a request brings beside its head is not read: the connection ends with the answer.
      let hasBody =
        head.headers.contains(name: "transfer-encoding") || head.headers["content-length"].contains { $0 != "0" }
      isLast = hasBody || !head.isKeepAlive
      if hasBody { answer(context) }
    case .body: break
    case .end: if !isAnswering { answer(context) }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? HTTPParserError, !isAnswering else {
      context.close(promise: nil)
      return
    }
    isLast = true
    switch error {
    case .headerOverflow: send(.text(431, "the request's headers are too long"), context)
    case .invalidVersion: send(.text(505, "this server speaks HTTP/1.1"), context)
    default: send(.text(400, "this is no HTTP request"), context)
    }
  }

  /// Called where a request grows beyond what one may have.
  fileprivate func refuseLength() {
    guard let context else { return }
    guard !isAnswering else { return context.close(promise: nil) }
    isLast = true
    send(.text(431, "the request's head is too long"), context)
  }

  // MARK: Answers

  private func answer(_ context: ChannelHandlerContext) {
    guard let head else { return }
    isAnswering = true
    deadline?.cancel()
    guard head.method == .GET || head.method == .HEAD else {
      isLast = true
      return send(.text(405, "only GET and HEAD: nothing here can be changed"), context, [("Allow", "GET, HEAD")])
    }
    guard head.uri.utf8.count <= site.limits.urlBytes else {
      isLast = true
      return send(.text(414, "the address is too long"), context)
    }
    let hosts = head.headers["host"]
    guard hosts.count == 1 || (hosts.isEmpty && head.version == .http1_0) else {
      isLast = true
      return send(.text(400, "a request has one Host"), context)
    }
    guard !site.isLocal || hosts.allSatisfy(Self.isThisMachine) else {
      return send(.text(421, "this page is for this machine, and the request's Host is another's"), context)
    }
    guard let question = Question(target: head.uri) else { return send(.text(400, "this is no address"), context) }
    if let file = PageFiles.file(question.path) {
      return send(Answer(type: file.type, pieces: []), context, file: file.bytes)
    }
    if question.path == "/api/events", head.method == .GET { return stream(context) }
    let (store, desk, ledger, viewers) = (site.store, site.desk, site.ledger, site.hub.viewerCount)
    let (presence, loop) = (presence, context.eventLoop)
    let bound = NIOLoopBound(self, eventLoop: loop)
    desk.take {
      let isWanted = { !presence.hasLeft.load(ordering: .relaxed) && !desk.isClosing }
      guard isWanted() else { return }
      let answer = store.answer(question, viewers: viewers, isWanted: isWanted)
      guard isWanted() else { return }
      // Noted here: answers that wait to be sent wait to be read, too.
      let noted = ledger.enter(answer.memory).map { (answer: answer, entry: $0) }
      loop.execute {
        guard let context = bound.value.context else { return }
        bound.value.send(noted, context)
      }
    }
  }

  /// A page of another site that gives its own name the address of this machine must not read what is here.
  private static func isThisMachine(_ host: String) -> Bool {
    guard let (_, name, _) = host.lowercased().wholeMatch(of: /(\[[^\]]*\]|[^:]*)(:[0-9]*)?/)?.output else {
      return false
    }
    return name == "localhost" || name == "[::1]" || name.hasSuffix(".localhost")
      || name.wholeMatch(of: /127(\.[0-9]{1,3}){3}/) != nil
  }

  /// Sends an answer that was noted; there is none where there was no room for it.
  private func send(_ noted: (answer: Answer, entry: Ledger.Entry)?, _ context: ChannelHandlerContext) {
    guard let (answer, entry) = noted else {
      return send(.text(503, "too many answers wait to be read; try again"), context, [("Retry-After", "5")])
    }
    begin(answer, length: answer.count, context, [])
    rest = Rest(pieces: head?.method == .HEAD ? [] : answer.pieces[...], entry: entry)
    writeRest(context)
  }

  /// Sends a sentence, or a file of the page, which all connections share.
  private func send(
    _ answer: Answer, _ context: ChannelHandlerContext, _ further: [(String, String)] = [], file: ByteBuffer? = nil
  ) {
    begin(answer, length: file?.readableBytes ?? answer.count, context, further)
    if let file, head?.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(file))), promise: nil) }
    let entry = site.ledger.enter(anyway: answer.memory)
    rest = Rest(pieces: head?.method == .HEAD ? [] : answer.pieces[...], entry: entry)
    writeRest(context)
  }

  private func begin(
    _ answer: Answer, length: Int, _ context: ChannelHandlerContext, _ further: [(String, String)]
  ) {
    isAnswering = true
    var headers = Self.headers(type: answer.type)
    headers.add(name: "Content-Length", value: String(length))
    headers.add(
      name: "Cache-Control", value: answer.type.hasPrefix("text/") && answer.status == 200 ? "no-cache" : "no-store")
    for (name, value) in further { headers.add(name: name, value: value) }
    if isLast { headers.add(name: "Connection", value: "close") }
    let version = head?.version ?? .http1_1
    context.write(
      wrapOutboundOut(
        .head(HTTPResponseHead(version: version, status: .init(statusCode: answer.status), headers: headers))),
      promise: nil)
    wait(context, seconds: site.limits.readSeconds)
  }

  /// Writes as much of the answer as the client takes now.
  private func writeRest(_ context: ChannelHandlerContext) {
    // What is flushed here can be taken at once, which calls this again, as does the next request behind an end.
    guard !isWriting else { return }
    isWriting = true
    defer { isWriting = false }
    while rest != nil, context.channel.isWritable {
      if let next = rest?.next() {
        context.write(wrapOutboundOut(.body(.byteBuffer(next))), promise: nil)
        // As much as there is room for at once.
        if !context.channel.isWritable { context.flush() }
      } else {
        end(context)
      }
    }
  }

  private func end(_ context: ChannelHandlerContext) {
    let done = context.eventLoop.makePromise(of: Void.self)
    let bound = NIOLoopBound((self, context, rest?.entry), eventLoop: context.eventLoop)
    let closes = isLast
    done.futureResult.whenComplete { result in
      let (connection, context, entry) = bound.value
      // Up to here the client has yet to read it.
      withExtendedLifetime(entry) {}
      if case .success = result { connection.wasRead(context, closes: closes) }
    }
    rest = nil
    // The next request may come while the end is written.
    if !isLast {
      isAnswering = false
      hasRequest = false
      head = nil
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: done)
  }

  /// The client has the answer, as far as the system can tell.
  private func wasRead(_ context: ChannelHandlerContext, closes: Bool) {
    if closes { return context.close(promise: nil) }
    if head == nil { wait(context, seconds: site.limits.idleSeconds) }
  }

  /// An event stream: the hub writes to it from now on.
  private func stream(_ context: ChannelHandlerContext) {
    guard site.hub.hasRoom else {
      return send(.text(503, "too many pages are open"), context, [("Retry-After", "10")])
    }
    var headers = Self.headers(type: "text/event-stream")
    headers.add(name: "Cache-Control", value: "no-store")
    // Proxies that gather answers would hold events back.
    headers.add(name: "X-Accel-Buffering", value: "no")
    let version = head?.version ?? .http1_1
    context.writeAndFlush(
      wrapOutboundOut(.head(HTTPResponseHead(version: version, status: .ok, headers: headers))), promise: nil)
    site.hub.add(context.channel)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      writeRest(context)
      site.hub.resume(context.channel)
    }
    context.fireChannelWritabilityChanged()
  }

  private func wait(_ context: ChannelHandlerContext, seconds: Int64) {
    deadline?.cancel()
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(seconds)) { context.close(promise: nil) }
  }

  /// What every answer says: nothing from elsewhere is loaded, framed, or guessed.
  private static func headers(type: String) -> HTTPHeaders {
    [
      "Content-Type": type,
      "Content-Security-Policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
      "Cross-Origin-Resource-Policy": "same-origin",
    ]
  }
}

/// Watches how long a request's head grows before it is complete: the parser bounds headers, and not what comes before.
private final class RequestSize: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let limit: Int
  private let connection: Connection
  private var count = 0

  init(limit: Int, of connection: Connection) {
    (self.limit, self.connection) = (limit, connection)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    count += unwrapInboundIn(data).readableBytes
    context.fireChannelRead(data)
    if connection.hasRequest {
      count = 0
    } else if count > limit {
      connection.refuseLength()
    }
  }
}
