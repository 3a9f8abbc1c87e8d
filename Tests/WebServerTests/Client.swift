import Foundation

/// A raw socket: a client that may do what browsers do not.
final class Client {
  private let socket: Int32
  private var received: [UInt8] = []

  struct Refused: Error {}

  /// `buffer`: how many bytes the system takes that nobody has read.
  init(port: Int, buffer: Int32? = nil) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var buffer {
      setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<Int32>.size))
    }
    var limit = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      Glibc.close(socket)
      throw Refused()
    }
  }

  deinit { close() }

  private var isClosed = false

  func close() {
    if !isClosed { Glibc.close(socket) }
    isClosed = true
  }

  /// Sends what it can; a server that has gone does not take it.
  func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Reads more; false at the end, or after 120 s of silence.
  private func receive() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(socket, &buffer, buffer.count, 0)
    guard count > 0 else { return false }
    received += buffer[..<count]
    return true
  }

  /// Everything until the server closes.
  func readAll() -> String {
    while receive() {}
    return String(decoding: received, as: UTF8.self)
  }

  /// Everything up to a text, which is taken; nil where the server closes before.
  func read(through end: String) -> String? {
    let wanted = Array(end.utf8)
    var searched = 0
    while true {
      let start = max(0, searched)
      let place = received.withUnsafeBufferPointer { bytes -> Int? in
        var place = start
        while place + wanted.count <= bytes.count,
          let next = memchr(bytes.baseAddress! + place, Int32(wanted[0]), bytes.count - place)
        {
          place = UnsafeRawPointer(next) - UnsafeRawPointer(bytes.baseAddress!)
          guard place + wanted.count <= bytes.count else { break }
          if memcmp(next, wanted, wanted.count) == 0 { return place }
          place += 1
        }
        return nil
      }
      if let place {
        defer { received.removeFirst(place + wanted.count) }
        return String(decoding: received[..<(place + wanted.count)], as: UTF8.self)
      }
      searched = received.count - wanted.count
      guard receive() else { return nil }
    }
  }

  /// A response with a `Content-Length`.
  func response() throws -> (head: String, body: String) {
    guard let head = read(through: "\r\n\r\n"),
      let length = head.firstMatch(of: /(?i)content-length: ([0-9]+)/).flatMap({ Int($0.output.1) })
    else { throw Refused() }
    while received.count < length { guard receive() else { throw Refused() } }
    defer { received.removeFirst(length) }
    return (head, String(decoding: received[..<length], as: UTF8.self))
  }
}

/// One event of a stream.
struct Event: Equatable {
  var name: String
  var id: Int?
  var data: String
}

extension Client {
  /// Begins an event stream.
  static func stream(port: Int, buffer: Int32? = nil) throws -> Client {
    let client = try Client(port: port, buffer: buffer)
    client.send("GET /api/events HTTP/1.0\r\nHost: localhost\r\n\r\n")
    return client
  }

  /// Reads the head and the first line of a stream.
  func beginStream() -> String? { read(through: "retry: 1000\n\n") }

  /// The next event; nil at the end of the stream.
  func event() -> Event? {
    guard let text = read(through: "\n\n") else { return nil }
    var event = Event(name: "", id: nil, data: "")
    for line in text.split(separator: "\n") {
      if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
      if line.hasPrefix("id: ") { event.id = Int(line.dropFirst(4)) }
      if line.hasPrefix("data: ") { event.data = String(line.dropFirst(6)) }
    }
    return event
  }

  /// The next event that is not about the state of the run.
  func news() -> Event? {
    while let event = event() {
      if event.name != "status" { return event }
    }
    return nil
  }
}
