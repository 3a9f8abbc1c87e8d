extension S3Client {
  /// The objects whose names begin with a prefix, in the order wanted. An object of that very name is meant alone; those
  /// that stand for folders (empty, with a slash at the end) are left out.
  ///
  /// - Parameters:
  ///   - onlyFirst: asks once, which is enough to know whether there is anything.
  ///   - stop: asked while the store is waited for.
  ///   - tell: told where the store fails and is asked again.
  package func list(
    prefix: String, order: S3Order = .name, onlyFirst: Bool = false, stop: @escaping @Sendable () -> Bool,
    tell: @Sendable (String) -> Void
  ) throws(S3Error) -> [S3Object] {
    try list(prefix: prefix, order: order, onlyFirst: onlyFirst, over: try pool(), stop: stop, tell: tell)
  }

  /// The objects of several prefixes, those of one after those of the other, over one connection.
  package func list(
    prefixes: [String], order: S3Order = .name, stop: @escaping @Sendable () -> Bool, tell: @Sendable (String) -> Void
  ) throws(S3Error) -> [S3Object] {
    let pool = try pool()
    var objects: [S3Object] = []
    for prefix in prefixes {
      objects += try list(prefix: prefix, order: order, onlyFirst: false, over: pool, stop: stop, tell: tell)
    }
    return objects
  }

  private func pool() throws(S3Error) -> TransferPool {
    guard let pool = TransferPool() else {
      throw attempt(.list, S3Place.name(bucket, "")).error(.unreachable, Curl.isMissing)
    }
    return pool
  }

  private func list(
    prefix: String, order: S3Order, onlyFirst: Bool, over pool: TransferPool, stop: @escaping @Sendable () -> Bool,
    tell: @Sendable (String) -> Void
  ) throws(S3Error) -> [S3Object] {
    let attempt = attempt(.list, S3Place.name(bucket, prefix))
    var objects: [S3Object] = []
    var token: String?
    var hasWorked = false
    repeat {
      var query = [("encoding-type", "url"), ("list-type", "2"), ("prefix", prefix)]
      if let token { query.insert(("continuation-token", token), at: 0) }
      let bytes = try get(query, pool, attempt, hasWorked: hasWorked, stop: stop, tell: tell)
      hasWorked = true
      guard let page = ListingPage(bytes, bucket: bucket), page.continuation == nil || page.continuation != token else {
        throw attempt.error(.unreachable, "what came is not a whole answer of an S3 store: is `endpoint` right?")
      }
      if !prefix.isEmpty, !prefix.hasSuffix("/"), let same = page.objects.first(where: { $0.key == prefix }) {
        return [same]
      }
      objects += page.objects.filter { !($0.size == 0 && $0.key.hasSuffix("/")) }
      token = page.continuation
    } while token != nil && !(onlyFirst && !objects.isEmpty)
    guard !objects.isEmpty else {
      throw attempt.error(
        .nothingThere,
        prefix.isEmpty
          ? "there is no object in the bucket"
          : "no object's name begins with `\(attempt.shown(prefix))`: a prefix is taken letter by letter, without patterns"
      )
    }
    return objects.sorted {
      order == .modified && $0.modified != $1.modified
        ? $0.modified < $1.modified : $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
    }
  }

  /// The whole answer to a question, asked again for as long as patience lasts.
  private func get(
    _ query: [(name: String, value: String)], _ pool: TransferPool, _ attempt: S3Attempt, hasWorked: Bool,
    stop: () -> Bool, tell: (String) -> Void
  ) throws(S3Error) -> [UInt8] {
    var patience = Patience(limit: access.patience)
    // An address that never worked is soon taken for a wrong one.
    var shortPatience = Patience(limit: min(access.patience, 2))
    while true {
      var bytes: [UInt8] = []
      let transfer = Transfer(
        request(key: nil, query: query), head: { _ in true },
        body: { piece in
          bytes += piece
          return bytes.count <= Self.longestPage ? .taken : .refused
        })
      guard let transfer else { throw attempt.error(.unreachable, Curl.isMissing) }
      pool.start(transfer)
      var ended = pool.step(milliseconds: 100)
      while ended.isEmpty {
        if stop() { throw S3Error(.interrupted, "stopped while listing \(attempt.name)") }
        ended = pool.step(milliseconds: 100)
      }
      switch attempt.failure(of: transfer, ended[0].code, hasWorked: hasWorked) {
      case nil: return bytes
      case .final(let error): throw error
      case .passing(let error, let reason, let after):
        let now = monotonicSeconds()
        if !hasWorked, transfer.status == 0, shortPatience.wait(now: now, atLeast: nil) == nil { throw error }
        guard let pause = patience.wait(now: now, atLeast: after) else { throw error }
        if patience.failed == 2 { tell("\(attempt.name): \(reason); it is asked again") }
        let end = monotonicSeconds() + pause
        while monotonicSeconds() < end {
          if stop() { throw S3Error(.interrupted, "stopped while listing \(attempt.name)") }
          _ = pool.step(milliseconds: min(100, Int((end - monotonicSeconds()) * 1000) + 1))
        }
      }
    }
  }

  /// A thousand names of the greatest length, encoded, are 3 MB.
  private static let longestPage = 64 << 20
}
