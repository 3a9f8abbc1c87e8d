import Dashboard
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Why a page cannot be served.
package enum WebServerError: Error, Sendable {
  /// Another program listens there.
  case portTaken
  /// Any other reason: a sentence.
  case failed(String)
}

/// Serves the page of a store over HTTP.
///
/// One thread of its own holds all connections, and another makes the answers that take a while. A thread
/// that hands results to the store waits for neither.
package final class WebServer: Sendable {
  /// What a server allows its clients.
  package struct Limits: Sendable {
    /// Connections at a time, and event streams among them.
    package var connections = 512
    package var viewers = 256
    /// Bytes of a request before its answer, and of its URL.
    package var requestBytes = 16_384
    package var urlBytes = 4_096
    /// Bytes of answers and events that clients have yet to read.
    package var answerBytes = 256 << 20
    /// How long a request may take to arrive, and a connection may be idle; how long an answer, or an event stream, may
    /// wait for a client that does not read. In seconds.
    package var requestSeconds: Int64 = 10
    package var idleSeconds: Int64 = 60
    package var readSeconds: Int64 = 30

    package init() {}
  }

  private let group: MultiThreadedEventLoopGroup
  private let desk = AnswerDesk()
  private let listener: any Channel
  private let hub: ViewerHub
  private let store: DashboardStore
  private let isClosed = Atomic(false)
  /// Where it listens.
  package let host: String
  package let port: Int

  /// Begins to listen. `port` 0 takes any that is free.
  package init(
    _ store: DashboardStore, host: String, port: Int, limits: Limits = Limits()
  ) throws(WebServerError) {
    self.store = store
    self.host = host
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    let ledger = Ledger(limit: limits.answerBytes)
    let hub = ViewerHub(store, loop: loop, limits: limits, ledger: ledger)
    self.hub = hub
    let site = Site(
      store: store, hub: hub, desk: desk, ledger: ledger, limits: limits, isLocal: Self.isLoopback(host))
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try Connection.open(channel, site) }
      }
    do {
      listener = try bootstrap.bind(host: host, port: port).wait()
    } catch {
      desk.close()
      try? group.syncShutdownGracefully()
      throw Self.reason(error, host: host)
    }
    self.port = listener.localAddress?.port ?? port
    hub.begin()
    store.onChange { [weak hub] in hub?.wake() }
  }

  /// The page's address.
  package var address: String {
    let shown = host == "0.0.0.0" || host == "::" ? "localhost" : host.contains(":") ? "[\(host)]" : host
    return "http://\(shown):\(port)/"
  }

  /// Tells viewers the run's last state, and ends all connections; takes some milliseconds, with any number of viewers.
  package func close() {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    store.onChange(nil)
    try? listener.close().wait()
    // All that gives work to the event loop has ended before it does.
    hub.sleep()
    desk.close()
    try? group.next().submit { self.hub.end() }.wait()
    try? group.syncShutdownGracefully()
  }

  private static func reason(_ error: any Error, host: String) -> WebServerError {
    switch error {
    case let error as IOError where error.errnoCode == EADDRINUSE: .portTaken
    case let error as IOError where error.errnoCode == EACCES:
      .failed("ports below 1024 are for the system's administrator")
    case let error as IOError where error.errnoCode == EADDRNOTAVAIL:
      .failed("`\(host)` is no address of this machine")
    case let error as IOError: .failed(String(cString: strerror(error.errnoCode)))
    default: .failed("`\(host)` is no address of this machine")
    }
  }

  private static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }
}

/// What all connections share. Used on the event loop.
struct Site {
  let store: DashboardStore
  let hub: ViewerHub
  let desk: AnswerDesk
  let ledger: Ledger
  let limits: WebServer.Limits
  /// Only this machine can connect.
  let isLocal: Bool
}
