import CCurl

/// Transfers that go on at the same time, over connections that are used again. One thread at a time uses a pool.
final class TransferPool: @unchecked Sendable {
  private let multi: UnsafeMutableRawPointer
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]

  init?() {
    guard Curl.isReady, let multi = hitmon_curl_multi_init() else { return nil }
    self.multi = multi
  }

  deinit {
    for handle in running.keys { hitmon_curl_multi_remove(multi, handle) }
    running = [:]
    hitmon_curl_multi_cleanup(multi)
  }

  var count: Int { running.count }

  func start(_ transfer: Transfer) {
    running[transfer.handle] = transfer
    hitmon_curl_multi_add(multi, transfer.handle)
  }

  /// Waits at most so long until there is something to do, and lets transfers go on. Gives those that ended.
  func step(milliseconds: Int) -> [(transfer: Transfer, code: CURLcode)] {
    // For a transfer that has just begun libcurl waits for nothing.
    hitmon_curl_multi_poll(multi, Int32(clamping: milliseconds))
    var alive: Int32 = 0
    hitmon_curl_multi_perform(multi, &alive)
    return takeEnded()
  }

  private func takeEnded() -> [(transfer: Transfer, code: CURLcode)] {
    var ended: [(transfer: Transfer, code: CURLcode)] = []
    var code = CURLE_OK
    while let handle = hitmon_curl_multi_ended(multi, &code) {
      hitmon_curl_multi_remove(multi, handle)
      if let transfer = running.removeValue(forKey: handle) { ended.append((transfer, code)) }
    }
    return ended
  }
}
