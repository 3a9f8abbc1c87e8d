import CCurl

/// A GET request to be sent.
struct Request {
  let address: String
  let fields: [(name: String, value: String)]
  /// A file of certificates; nil for the system's.
  let certificates: String?
}

/// What is done with a piece of an answer.
enum Taking {
  case taken
  /// It comes again when the transfer is resumed.
  case later
  /// The transfer ends.
  case refused
}

/// A request under way and what came of it. One thread at a time uses it.
final class Transfer {
  /// The answer's status; 0 before there is one.
  private(set) var status = 0
  /// The answer's header fields, by their names in small letters.
  private(set) var fields: [String: String] = [:]
  /// What came in place of what was asked for: what the server says about it.
  private(set) var refusal: [UInt8] = []

  /// The longest explanation that is read.
  private static let longestRefusal = 64 << 10

  let handle: UnsafeMutableRawPointer
  private var list: UnsafeMutablePointer<curl_slist>?
  private let words: UnsafeMutablePointer<CChar>
  private let head: (Transfer) -> Bool
  private let body: (UnsafeRawBufferPointer) -> Taking
  private var isPaused = false

  /// - Parameters:
  ///   - head: called when the header of a good answer is there; false ends the transfer.
  ///   - body: called with what a good answer holds, piece by piece.
  init?(
    _ request: Request, head: @escaping (Transfer) -> Bool, body: @escaping (UnsafeRawBufferPointer) -> Taking
  ) {
    guard Curl.isReady, let handle = hitmon_curl_easy_init() else { return nil }
    self.handle = handle
    self.head = head
    self.body = body
    words = .allocate(capacity: Int(CURL_ERROR_SIZE))
    words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    for field in request.fields { list = hitmon_curl_slist_append(list, "\(field.name): \(field.value)") }
    _ = hitmon_curl_set_text(handle, CURLOPT_URL, request.address)
    // `..` is a good name of an object.
    set(CURLOPT_PATH_AS_IS, 1)
    _ = hitmon_curl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
    _ = hitmon_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, words)
    _ = hitmon_curl_set_text(handle, CURLOPT_USERAGENT, "hitmon")
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    // One connection a request: several of them are what makes it fast.
    set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    set(CURLOPT_CONNECTTIMEOUT, 10)
    // A connection on which nothing comes for so long is dead.
    set(CURLOPT_LOW_SPEED_LIMIT, 1)
    set(CURLOPT_LOW_SPEED_TIME, 30)
    set(CURLOPT_BUFFERSIZE, 256 << 10)
    // Closing does not wait for a name server.
    set(CURLOPT_QUICK_EXIT, 1)
    if let certificates = request.certificates { _ = hitmon_curl_set_text(handle, CURLOPT_CAINFO, certificates) }
    let own = Unmanaged.passUnretained(self).toOpaque()
    _ = hitmon_curl_set_pointer(handle, CURLOPT_HEADERDATA, own)
    _ = hitmon_curl_set_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
      guard let bytes, let context else { return 0 }
      let line = UnsafeRawBufferPointer(start: bytes, count: count)
      return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().takeHeader(line) ? count : 0
    }
    _ = hitmon_curl_set_pointer(handle, CURLOPT_WRITEDATA, own)
    _ = hitmon_curl_set_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, _, count, context in
      guard let bytes, let context else { return 0 }
      let piece = UnsafeRawBufferPointer(start: bytes, count: count)
      switch Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().take(piece) {
      case .taken: return count
      case .later: return Int(CURL_WRITEFUNC_PAUSE)
      case .refused: return 0
      }
    }
  }

  deinit {
    hitmon_curl_easy_cleanup(handle)
    hitmon_curl_slist_free_all(list)
    words.deallocate()
  }

  private func set(_ option: CURLoption, _ value: Int) { _ = hitmon_curl_set_number(handle, option, value) }

  /// Whether the answer holds what was asked for.
  var isGood: Bool { (200..<300).contains(status) }

  /// What libcurl says about the end, as the continuation of a sentence.
  func words(_ code: CURLcode) -> String {
    let own = String(cString: words)
    return trimmed(own.isEmpty ? String(cString: hitmon_curl_easy_strerror(code)) : own)
  }

  private func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    let text = trimmed(String(decoding: line, as: UTF8.self))
    if text.hasPrefix("HTTP/") {
      // Also that of an answer to come, behind one such as `100 Continue`.
      fields = [:]
      status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    } else if text.isEmpty {
      return isGood ? head(self) : true
    } else if let colon = text.firstIndex(of: ":") {
      fields[text[..<colon].lowercased()] = trimmed(text[text.index(after: colon)...])
    }
    return true
  }

  private func take(_ piece: UnsafeRawBufferPointer) -> Taking {
    guard isGood else {
      refusal += piece.prefix(Self.longestRefusal - refusal.count)
      return .taken
    }
    let taking = body(piece)
    isPaused = taking == .later
    return taking
  }

  /// Goes on with a piece that was to come later, if there is one.
  func resume() {
    guard isPaused else { return }
    isPaused = false
    _ = hitmon_curl_easy_resume(handle)
  }
}

/// libcurl as a whole.
enum Curl {
  /// It is loaded and set up before its first use.
  static let isReady = hitmon_curl_load() != 0

  static let isMissing = "libcurl.so.4 cannot be loaded: install libcurl (on Debian: apt-get install libcurl4)"
}
