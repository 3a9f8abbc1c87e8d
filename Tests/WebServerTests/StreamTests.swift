import Dashboard
import Foundation
import TestSupport
import Testing
import WebServer

@Suite(.serialized) struct StreamTests {
  private func window(_ index: Int) -> String { String(decoding: Messages().window(index), as: UTF8.self) }

  @Test func `A page is told everything at once, then each window as it comes`() throws {
    let site = try Site(windows: 3)
    let client = try Client.stream(port: site.server.port)
    #expect(try #require(client.beginStream()).contains("Content-Type: text/event-stream\r\n"))
    let first = (0..<4).compactMap { _ in client.event() }
    #expect(first.map(\.name) == ["view", "total", "window", "status"])
    #expect(first[0].data == String(decoding: site.store.newest.view, as: UTF8.self))
    #expect(first[1].data == String(decoding: site.store.newest.totalMessage, as: UTF8.self))
    #expect(first[2] == Event(name: "window", id: 2, data: window(2)))
    #expect(first[3].data.hasPrefix("{\"state\":\"live\""))
    for index in 3..<6 {
      try site.store.take(Messages().window(index))
      #expect(client.news() == Event(name: "window", id: index, data: window(index)))
    }
    // A layout that changes, and a run that starts again, are told.
    try site.store.take(Messages(run: "other", dashboard: "{\"title\":\"New\"}").window(6))
    #expect((0..<3).compactMap { _ in client.news()?.name } == ["view", "total", "window"])
  }

  @Test func `Before the first window there is the state, at least each second`() throws {
    let site = try Site(windows: 0)
    let client = try Client.stream(port: site.server.port)
    _ = client.beginStream()
    #expect((0..<4).compactMap { _ in client.event()?.name } == ["view", "status", "status", "status"])
    try site.store.take(Messages().window(0))
    #expect((0..<3).compactMap { _ in client.news()?.name } == ["view", "total", "window"])
  }

  @Test func `The end of the run is told, and ends the stream`() throws {
    let site = try Site()
    let client = try Client.stream(port: site.server.port)
    _ = client.beginStream()
    site.store.set(.finished)
    site.server.close()
    var last: Event?
    while let event = client.event() { last = event }
    #expect(last?.name == "status")
    #expect(last?.data.hasPrefix("{\"state\":\"finished\"") == true)
  }

  @Test func `Who reads slowly gets what is newest, and holds up nobody`() throws {
    var limits = WebServer.Limits()
    // However slow the machine, nobody is let go here.
    limits.readSeconds = 600
    let site = try Site(limits)
    // Nothing is read here while the windows come.
    let slow = try Client.stream(port: site.server.port, buffer: 4096)
    _ = slow.beginStream()
    let quick = try Client.stream(port: site.server.port)
    _ = quick.beginStream()
    for index in 1...400 { try site.store.take(big(index)) }
    var seen = -1
    while seen < 400, let event = quick.news() { seen = max(seen, event.name == "window" ? event.id ?? 0 : 0) }
    #expect(seen == 400)
    var windows: [Int] = []
    var totals: [Int] = []
    while windows.last != 400, let event = slow.news() {
      if event.name == "total" { totals.append(event.id!) }
      if event.name == "window" { windows.append(event.id!) }
    }
    #expect(windows.last == 400)
    #expect(windows.count < 200)
    // Behind every gap stands the total.
    for (before, next) in zip(windows, windows.dropFirst()) where next != before + 1 { #expect(totals.contains(next)) }
  }

  /// A window of some 100 kB.
  private func big(_ index: Int) -> [UInt8] {
    Messages(title: String(repeating: "long ", count: 10_000)).window(index)
  }

  @Test func `Who never reads is let go`() throws {
    var limits = WebServer.Limits()
    limits.readSeconds = 1
    let site = try Site(limits)
    let client = try Client.stream(port: site.server.port, buffer: 4096)
    _ = client.beginStream()
    var index = 0
    // More than the system keeps for it.
    let end = Date().addingTimeInterval(120)
    while viewers(site) > 0, Date() < end {
      index += 1
      try site.store.take(big(index))
      Thread.sleep(forTimeInterval: 0.02)
    }
    #expect(viewers(site) == 0)
    withExtendedLifetime(client) {}
  }

  private func viewers(_ site: Site) -> Int {
    let text = (try? site.get("/api/status").body) ?? ""
    return text.firstMatch(of: /"viewers":([0-9]+)/).flatMap { Int($0.output.1) } ?? -1
  }

  @Test func `Fifty who watch, and one who comes and goes a thousand times, leave nothing behind`() throws {
    let site = try Site()
    let clients = try (0..<50).map { _ in try Client.stream(port: site.server.port) }
    for client in clients { _ = client.beginStream() }
    // Theirs, and the one that listens.
    #expect(try comesToHold(site, viewers: 50, sockets: 51))
    for index in 0..<1000 {
      let client = try Client.stream(port: site.server.port)
      if index.isMultiple(of: 2) { _ = client.beginStream() }
      client.close()
      if index.isMultiple(of: 100) { try site.store.take(Messages().window(1 + index / 100)) }
    }
    #expect(try comesToHold(site, viewers: 50, sockets: 51))
    try site.store.take(Messages().window(99))
    for client in clients {
      var event = client.news()
      while let next = event, next.data != window(99) { event = client.news() }
      #expect(event?.data == window(99))
    }
  }

  /// Waits until a server has just so many viewers and sockets; false where it does not come to that.
  private func comesToHold(_ site: Site, viewers count: Int, sockets: Int) throws -> Bool {
    let end = Date().addingTimeInterval(120)
    while Date() < end {
      if viewers(site) == count, try site.sockets() == sockets { return true }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return false
  }

  @Test func `There are only so many connections, and pages`() throws {
    var limits = WebServer.Limits()
    (limits.connections, limits.viewers) = (4, 2)
    let site = try Site(limits)
    let pages = try (0..<2).map { _ in try Client.stream(port: site.server.port) }
    for page in pages { _ = page.beginStream() }
    let third = try Client.stream(port: site.server.port)
    #expect(third.readAll().hasPrefix("HTTP/1.0 503 "))
    let idle = try (0..<2).map { _ in try site.client() }
    #expect(try site.exchange("GET / HTTP/1.0\r\n\r\n") == "")
    for client in idle { client.close() }
    let end = Date().addingTimeInterval(120)
    var text = ""
    while text.isEmpty, Date() < end { text = (try? site.exchange("GET /healthz HTTP/1.0\r\n\r\n")) ?? "" }
    #expect(text.hasSuffix("ok\n"))
  }

  @Test func `A request that takes too long, and a connection without any, are closed`() throws {
    var limits = WebServer.Limits()
    (limits.requestSeconds, limits.idleSeconds) = (1, 1)
    let site = try Site(limits)
    let slow = try site.client()
    slow.send("GET / HTTP/1.1\r\nHost: loc")
    #expect(slow.readAll() == "")
    let idle = try site.client()
    idle.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try idle.response().body == "ok\n")
    #expect(idle.readAll() == "")
  }
}
