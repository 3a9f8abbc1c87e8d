import Dashboard
import Foundation
import Synchronization
import TestSupport
import Testing
import WebServer

/// A server of a test's own.
final class Site {
  let store: DashboardStore
  let server: WebServer

  init(_ limits: WebServer.Limits = .init(), windows: Int = 1) throws {
    store = DashboardStore(DashboardStore.Options(origin: .run))
    for index in 0..<windows { try store.take(Messages().window(index)) }
    server = try WebServer(store, host: "127.0.0.1", port: 0, limits: limits)
  }

  deinit { server.close() }

  /// A server of windows that stand in a file, of which `read` reads a part.
  init(windows: Int, read: @escaping @Sendable (_ offset: Int64, _ count: Int) -> [UInt8]?) throws {
    var options = DashboardStore.Options(origin: .file)
    options.readFile = read
    store = DashboardStore(options)
    for index in 0..<windows { try store.take(Messages().window(index), at: (Int64(index), 1)) }
    server = try WebServer(store, host: "127.0.0.1", port: 0)
  }

  /// How many sockets of this process are bound to the server's port. Other tests of the process open files meanwhile.
  func sockets() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init).count { socket in
      var address = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
      }
      return result == 0 && address.sin_family == sa_family_t(AF_INET)
        && address.sin_port == UInt16(server.port).bigEndian
    }
  }

  func client() throws -> Client { try Client(port: server.port) }

  /// What is answered to a request, up to the end of the connection.
  func exchange(_ request: String) throws -> String {
    let client = try client()
    client.send(request)
    return client.readAll()
  }

  func get(_ target: String) throws -> (head: String, body: String) {
    let client = try client()
    client.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return try client.response()
  }
}

@Suite struct RequestTests {
  @Test func `The page, with what keeps other pages out`() throws {
    let site = try Site()
    let (head, body) = try site.get("/")
    #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(body.lowercased().hasPrefix("<!doctype html>"))
    for header in [
      "Content-Type: text/html; charset=utf-8",
      "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer", "Cross-Origin-Resource-Policy: same-origin",
    ] {
      #expect(head.contains("\(header)\r\n"), "\(header)")
    }
    #expect(!head.lowercased().contains("access-control"))
    // Everything that the page loads is there.
    let loaded = body.matches(of: /(?:src|href)="(\/[^"]*)"/).map { String($0.output.1) }
    #expect(loaded.count >= 2)
    for target in loaded { #expect(try site.get(target).head.hasPrefix("HTTP/1.1 200 "), "\(target)") }
  }

  @Test func `Errors are guarded as the page is`() throws {
    let site = try Site()
    for target in ["/nothing", "/api/windows?last=x"] {
      #expect(try site.get(target).head.contains("Content-Security-Policy: default-src 'none'"))
    }
  }

  @Test(arguments: [
    "/assets/../page.c", "/assets/%2e%2e/page.c", "/assets/..%2fpage.c", "/../../etc/passwd", "/assets//etc/passwd",
    "/assets/", "/assets", "//", "/assets/index.html/", "/api/histograms/../../../etc/passwd.json", "/assets/app.js%00",
  ])
  func `No path leads elsewhere`(target: String) throws {
    let site = try Site()
    let head = try site.get(target).head
    #expect(head.hasPrefix("HTTP/1.1 404 ") || head.hasPrefix("HTTP/1.1 400 "), "\(head)")
  }

  @Test func `HEAD is answered without a body`() throws {
    let site = try Site()
    let text = try site.exchange("HEAD /api/windows/0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(text.contains("Content-Length: \(Messages().window(0).count)\r\n"))
    #expect(text.hasSuffix("\r\n\r\n"))
    #expect(
      try site.exchange("HEAD /api/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").hasSuffix(
        "\r\n\r\n"))
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
  func `Nothing can be changed`(method: String) throws {
    let site = try Site()
    let text = try site.exchange("\(method) / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello")
    #expect(text.hasPrefix("HTTP/1.1 405 "), "\(text)")
    #expect(text.contains("Allow: GET, HEAD\r\n"))
  }

  @Test func `One connection serves many requests, also if they come at once`() throws {
    let site = try Site(windows: 3)
    let client = try site.client()
    for index in 0..<3 {
      client.send("GET /api/windows/\(index) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(try client.response().body == String(decoding: Messages().window(index), as: UTF8.self))
    }
    client.send((0..<3).map { "GET /api/windows/\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined())
    for index in 0..<3 {
      #expect(try client.response().body == String(decoding: Messages().window(index), as: UTF8.self))
    }
    // Those that are answered at once, and those that are not.
    let targets = ["/", "/healthz", "/nothing", "/", "/", "/api/status", "/"]
    client.send(targets.map { "GET \($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined())
    for target in targets {
      let (head, body) = try client.response()
      #expect(head.hasPrefix(target == "/nothing" ? "HTTP/1.1 404 " : "HTTP/1.1 200 "), "\(target)")
      #expect(body.lowercased().hasPrefix("<!doctype html>") == (target == "/"), "\(target)")
    }
  }

  @Test func `A head that is too long is refused`() throws {
    let site = try Site()
    let long = String(repeating: "x", count: 20_000)
    #expect(
      try site.exchange("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: \(long)\r\n\r\n").hasPrefix("HTTP/1.1 431 "))
    let many = (0..<500).map { "X-\($0): y\r\n" }.joined()
    #expect(try site.exchange("GET / HTTP/1.1\r\nHost: localhost\r\n\(many)\r\n").hasPrefix("HTTP/1.1 431 "))
    #expect(
      try site.exchange("GET /\(String(repeating: "y", count: 5_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .hasPrefix("HTTP/1.1 414 "))
    // One that never ends is not waited for.
    let text = try site.exchange("GET /" + String(repeating: "z", count: 200_000))
    #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 431 "))
    #expect(try site.get("/healthz").body == "ok\n")
  }

  @Test(arguments: [
    "\u{16}\u{03}\u{01}\u{02}", "hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\r\n\r\n\r\n\u{0}",
  ])
  func `What is no request is told so, and ends`(text: String) throws {
    var limits = WebServer.Limits()
    limits.requestSeconds = 1
    let site = try Site(limits)
    let answer = try site.exchange(text)
    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 ") || answer.hasPrefix("HTTP/1.1 505 "), "\(answer)")
    #expect(try site.get("/healthz").body == "ok\n")
  }

  @Test func `The pages of others cannot read it under a name of their own`() throws {
    let site = try Site()
    func status(_ host: String) throws -> String {
      String(
        try site.exchange("GET /api/status HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n").dropFirst(9).prefix(
          3))
    }
    for host in [
      "localhost", "localhost:8080", "127.0.0.1:\(site.server.port)", "[::1]:8080", "[::1]", "LOCALHOST",
      "hitmon.localhost",
    ] {
      #expect(try status(host) == "200", "\(host)")
    }
    for host in [
      "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "192.168.1.1",
      "[::1].evil.example", "[::1]evil.example:80", "localhost:80.evil.example", "127.1.2.3.4", "127.evil",
      "[127.0.0.1]",
      "", ":80",
    ] {
      #expect(try status(host) == "421", "\(host)")
    }
  }

  @Test(arguments: ["", "Host: localhost\r\nHost: evil.example\r\n", "Host: localhost\r\nhost: localhost\r\n"])
  func `A request has one Host`(hosts: String) throws {
    let site = try Site()
    #expect(try site.exchange("GET / HTTP/1.1\r\n\(hosts)\r\n").hasPrefix("HTTP/1.1 400 "))
  }

  @Test func `Nothing behind a request that has a body is one`() throws {
    let site = try Site()
    for length in [
      "Content-Length: 4", "Transfer-Encoding: chunked", "Content-Length: 4\r\nTransfer-Encoding: chunked",
    ] {
      let hidden = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx"
      let text = try site.exchange(
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\(length)\r\n\r\n0\r\n\r\n\(hidden)\(hidden)")
      #expect(text.split(separator: "HTTP/1.1 ").count <= 1, "\(text)")
    }
  }

  @Test func `No answer is made for a client that has left`() throws {
    let (begun, goesOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let reads = Mutex(0)
    let site = try Site(windows: 40) { offset, _ in
      // The newest is read first.
      if reads.withLock({
        $0 += 1; return $0
      }) == 1 {
        begun.signal()
        goesOn.wait()
      }
      return Messages().window(Int(offset))
    }
    let first = try site.client()
    first.send("GET /api/windows?last=30 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    begun.wait()
    let others = try (0..<20).map { _ in try site.client() }
    for other in others { other.send("GET /api/windows?last=30 HTTP/1.1\r\nHost: localhost\r\n\r\n") }
    // As many as have come.
    while try site.sockets() != 22 { usleep(1000) }
    for other in others { other.close() }
    first.close()
    // The server knows that they have gone.
    while try site.sockets() != 1 { usleep(1000) }
    goesOn.signal()
    let last = try site.client()
    last.send("GET /api/windows?last=2 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    let messages = [38, 39].map { String(decoding: Messages().window($0), as: UTF8.self) }
    #expect(try last.response().body == "{\"windows\":[\(messages.joined(separator: ","))]}")
    #expect(reads.withLock { $0 } == 3)
  }

  @Test func `A port that is taken is told`() throws {
    let site = try Site()
    do {
      _ = try WebServer(site.store, host: "127.0.0.1", port: site.server.port)
      Issue.record("two servers at one port")
    } catch .portTaken {
    }
    #expect(throws: WebServerError.self) { try WebServer(site.store, host: "no.such.host.invalid", port: 0) }
    #expect(throws: WebServerError.self) { try WebServer(site.store, host: "192.0.2.1", port: 0) }
  }
}
