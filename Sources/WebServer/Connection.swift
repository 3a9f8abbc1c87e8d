import Dashboard
import NIOCore
import NIOHTTP1

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
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
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
    guard isForThisMachine(head) else {
      return send(.text(421, "this page is for this machine, and the request's Host is another's"), context)
    }
    guard let question = Question(target: head.uri) else { return send(.text(400, "this is no address"), context) }
    if let file = PageFiles.file(question.path) {
      return send(Answer(type: file.type, body: []), context, body: file.bytes)
    }
    if question.path == "/api/events", head.method == .GET { return stream(context) }
    // Some answers take a while; event streams go on meanwhile.
    let (store, viewers) = (site.store, site.hub.viewerCount)
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    site.pool.runIfActive(eventLoop: context.eventLoop) { store.answer(question, viewers: viewers) }
      .whenSuccess { answer in
        let (connection, context) = bound.value
        connection.send(answer, context)
      }
  }

  /// A page of another site that gives its own name the address of this machine must not read what is here.
  private func isForThisMachine(_ head: HTTPRequestHead) -> Bool {
    guard site.isLocal, let host = head.headers.first(name: "host") else { return true }
    let name = host.hasPrefix("[") ? String(host.prefix { $0 != "]" }) + "]" : String(host.prefix { $0 != ":" })
    return name == "localhost" || name == "[::1]" || name.hasSuffix(".localhost")
      || (name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." })
  }

  private func send(
    _ answer: Answer, _ context: ChannelHandlerContext, _ further: [(String, String)] = [], body: ByteBuffer? = nil
  ) {
    isAnswering = true
    let body = body ?? ByteBuffer(bytes: answer.body)
    let isTooMuch = !site.hub.reserve(bytes: body.readableBytes)
    if isTooMuch, answer.status == 200 {
      return send(.text(503, "too many answers wait to be read; try again"), context, [("Retry-After", "5")])
    }
    var headers = Self.headers(type: answer.type)
    headers.add(name: "Content-Length", value: String(body.readableBytes))
    headers.add(
      name: "Cache-Control", value: answer.type.hasPrefix("text/") && answer.status == 200 ? "no-cache" : "no-store")
    for (name, value) in further { headers.add(name: name, value: value) }
    if isLast { headers.add(name: "Connection", value: "close") }
    let version = head?.version ?? .http1_1
    context.write(
      wrapOutboundOut(
        .head(HTTPResponseHead(version: version, status: .init(statusCode: answer.status), headers: headers))),
      promise: nil)
    if head?.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
    let done = context.eventLoop.makePromise(of: Void.self)
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let (hub, size, closes) = (site.hub, isTooMuch ? 0 : body.readableBytes, isLast)
    done.futureResult.whenComplete { result in
      hub.release(bytes: size)
      let (connection, context) = bound.value
      if case .success = result { connection.wasRead(context, closes: closes) }
    }
    wait(context, seconds: site.limits.readSeconds)
    // The next request may come while the end is written.
    if !isLast {
      isAnswering = false
      hasRequest = false
      self.head = nil
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
    if context.channel.isWritable { site.hub.resume(context.channel) }
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
