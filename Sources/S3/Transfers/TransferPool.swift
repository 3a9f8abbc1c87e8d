import CCurl

/// Transfers that go on at the same time, over connections that are used again. One thread uses a pool; any may wake it.
final class TransferPool: @unchecked Sendable {
  private let multi: UnsafeMutableRawPointer
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]

  init?() {
    guard Curl.isReady, let multi = curl_multi_init() else { return nil }
    self.multi = multi
  }

  deinit {
    for handle in running.keys { curl_multi_remove_handle(multi, handle) }
    running = [:]
    curl_multi_cleanup(multi)
  }

  var count: Int { running.count }

  func start(_ transfer: Transfer) {
    running[transfer.handle] = transfer
    curl_multi_add_handle(multi, transfer.handle)
  }

  /// Lets transfers go on; where there is nothing to do, waits for something at most so long. Gives those that ended.
  func step(milliseconds: Int) -> [(transfer: Transfer, code: CURLcode)] {
    var alive: Int32 = 0
    curl_multi_perform(multi, &alive)
    let ended = takeEnded()
    if ended.isEmpty { curl_multi_poll(multi, nil, 0, Int32(clamping: milliseconds), nil) }
    return ended
  }

  /// Ends a wait in ``step(milliseconds:)``.
  func wake() { curl_multi_wakeup(multi) }

  private func takeEnded() -> [(transfer: Transfer, code: CURLcode)] {
    var ended: [(transfer: Transfer, code: CURLcode)] = []
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      // The message is gone once its handle is removed.
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
      let code = hitmon_curl_result(message)
      curl_multi_remove_handle(multi, handle)
      if let transfer = running.removeValue(forKey: handle) { ended.append((transfer, code)) }
    }
    return ended
  }
}
