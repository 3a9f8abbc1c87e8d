import S3

/// Objects of a bucket, one behind the other, fetched ahead by a thread of its own.
///
/// Several stretches are on their way at a time, in the order in which they will be read and across the ends of objects;
/// their number and size bound the memory. A stretch can be read while it comes: to a reader that waits, bytes go by
/// way of no other memory. One thread reads.
final class ObjectFeed: @unchecked Sendable {
  /// Bytes that one request asks for: enough that the time to the first of them matters little.
  static let stretch = 8 << 20

  /// Bytes that are worth waking the reader for, while more of them are at hand.
  private static let announcement = 256 << 10

  /// The memory of a reader from which on bytes are handed over to it.
  private static let worthHanding = 64 << 10

  /// Bytes a nanosecond from which on one connection is enough.
  private static let near: Int64 = 1

  let objects: [S3Object]
  private let client: S3Client
  private let tell: @Sendable (String) -> Void
  private let monitor = Monitor()
  private var thread: SystemThread?
  /// What follows belongs to whoever is inside the monitor.
  private var stretches: [Stretch] = []
  /// Memory of stretches that were read.
  private var spare: [UnsafeMutableRawBufferPointer] = []
  /// The object and the byte where the next stretch begins.
  private var next: (object: Int, offset: Int64) = (0, 0)
  private var isEnding = false
  private var fetcher: RangeFetcher?
  /// The memory of a reader that waits for bytes, and how many it got: they need not be kept in between.
  private var wanted: UnsafeMutableRawBufferPointer?
  private var given = 0
  /// The object that is being read, and how far it was; only the reading thread uses them.
  private var current = 0
  private var offset: Int64 = 0

  /// A stretch as the reader sees it.
  private final class Stretch {
    let memory: UnsafeMutableRawBufferPointer
    let count: Int
    let object: Int
    let start: Int64
    let begun = monotonicNanoseconds()
    /// As many bytes as the reader knows of.
    var received = 0
    var taken = 0
    var error: S3Error?
    /// Only the fetching thread uses it.
    var range: ObjectRange?

    init(object: Int, start: Int64, count: Int, memory: UnsafeMutableRawBufferPointer) {
      (self.object, self.start, self.count, self.memory) = (object, start, count, memory)
    }
  }

  init(_ objects: [S3Object], _ client: S3Client, tell: @escaping @Sendable (String) -> Void) {
    self.objects = objects
    self.client = client
    self.tell = tell
  }

  deinit {
    for memory in spare { memory.deallocate() }
  }

  // MARK: The reading thread

  /// Begins to read an object. What was fetched ahead is used where it is the next one.
  func open(_ object: Int) throws(S3Error) {
    if thread == nil || current != object || offset != 0 {
      halt()
      (current, offset) = (object, 0)
      try begin()
    }
  }

  /// Ends the reading of the object that is open. The feed goes on to the next one if that was all of it.
  func leave() {
    if offset == objects[current].size, current + 1 < objects.count {
      (current, offset) = (current + 1, 0)
    } else {
      halt()
    }
  }

  /// The next bytes of the object that is open, after waiting for them at most so long; 0 at its end, nil if there are
  /// none yet.
  func read(into buffer: UnsafeMutableRawBufferPointer, milliseconds: Int) throws(InputError) -> Int? {
    guard offset < objects[current].size, !buffer.isEmpty else { return 0 }
    let (found, ready, error, given) = monitor.locked {
      if !isReadable {
        // A reader that looks at the first byte of an object is not woken for it alone.
        if buffer.count >= Self.worthHanding { wanted = buffer }
        monitor.wait(milliseconds: milliseconds)
        wanted = nil
      }
      defer { self.given = 0 }
      return (stretches.first, stretches.first?.received ?? 0, stretches.first?.error, self.given)
    }
    // The fetching thread has not taken up the next one yet.
    if found == nil, thread != nil { return nil }
    guard let stretch = found, stretch.object == current, stretch.start + Int64(stretch.taken - given) == offset else {
      throw InputError(.refused, path: objects[current].name, "nothing is fetched of \(objects[current].name)")
    }
    var count = given
    if given == 0 {
      if stretch.taken == ready {
        guard let error else { return nil }
        throw InputError(error, at: objects[current])
      }
      // The fetching thread writes behind these bytes only.
      count = min(buffer.count, ready - stretch.taken)
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: stretch.memory[stretch.taken..<stretch.taken + count]))
    }
    offset += Int64(count)
    monitor.locked {
      // What was given is taken already.
      if given == 0 { stretch.taken += count }
      guard stretch.taken == stretch.count else { return }
      stretches.removeFirst()
      giveBack(stretch.memory)
      fetcher?.wake()
    }
    return count
  }

  /// Whether there are bytes, the end, or an error, after waiting for them at most so long.
  func waitReadable(milliseconds: Int) -> Bool {
    if offset >= objects[current].size { return true }
    return monitor.locked {
      if !isReadable { monitor.wait(milliseconds: milliseconds) }
      return isReadable
    }
  }

  private var isReadable: Bool { hasNews || thread == nil }

  private var hasNews: Bool { stretches.first.map { $0.received > $0.taken || $0.error != nil } ?? false }

  private func begin() throws(S3Error) {
    let fetcher = try RangeFetcher(client, tell: tell)
    self.fetcher = fetcher
    next = (current, offset)
    isEnding = false
    monitor.locked { plan() }
    // The thread keeps the feed alive until it is halted.
    thread = SystemThread { self.fetch(fetcher) }
  }

  /// Ends the thread. What was fetched ahead is fetched again if more is read.
  func halt() {
    monitor.locked {
      isEnding = true
      fetcher?.wake()
    }
    thread?.join()
    thread = nil
    fetcher = nil
    for stretch in stretches { giveBack(stretch.memory) }
    stretches = []
  }

  // MARK: The fetching thread

  private func fetch(_ fetcher: RangeFetcher) {
    while true {
      let due: (new: [Stretch], wait: Int)? = monitor.locked {
        if isEnding { return nil }
        plan()
        let pause = stretches.count < client.requests ? pause : 0
        return (stretches.filter { $0.range == nil }, pause == 0 ? 1000 : Int(pause / 1_000_000) + 1)
      }
      guard let (new, wait) = due else { return }
      for stretch in new {
        let memory = UnsafeMutableRawBufferPointer(rebasing: stretch.memory[..<stretch.count])
        var announced = 0
        stretch.range = fetcher.fetch(
          objects[stretch.object], start: stretch.start, into: memory,
          handOver: { [self] piece in handOver(piece, of: stretch) },
          changed: { [self] received in
            guard received - announced >= Self.announcement else { return }
            announced = received
            announce()
          })
      }
      // Without anything to fetch, the reader wakes it when there is memory for more.
      fetcher.step(milliseconds: fetcher.isIdle ? 10_000 : wait)
      announce()
    }
  }

  /// Copies bytes that have just come to a reader that waits for them; gives how many.
  private func handOver(_ piece: UnsafeRawBufferPointer, of stretch: Stretch) -> Int {
    monitor.locked {
      guard let wanted, stretch === stretches.first, stretch.range?.received == stretch.taken else { return 0 }
      let count = min(piece.count, wanted.count - given)
      UnsafeMutableRawBufferPointer(rebasing: wanted[given...]).copyMemory(from: .init(rebasing: piece[..<count]))
      given += count
      stretch.taken += count
      stretch.received = stretch.taken
      if given == wanted.count { monitor.signalAll() }
      return count
    }
  }

  /// Tells the reader what has come.
  private func announce() {
    monitor.locked {
      for stretch in stretches {
        guard let range = stretch.range else { continue }
        stretch.received = range.received
        if case .failed(let error) = range.state { stretch.error = error }
      }
      if hasNews || given > 0 { monitor.signalAll() }
    }
  }

  /// Nanoseconds until a further request is due beside the one that has been on its way for longest; 0 if it is.
  ///
  /// A store that is near sends all that can be read over one connection, and its bytes go to the reader at once; what
  /// comes beside them goes by way of the memory.
  private var pause: Int64 {
    guard let oldest = stretches.first(where: { $0.received < $0.count }) else { return 0 }
    return max(0, oldest.begun + Int64(oldest.count) / Self.near - monotonicNanoseconds())
  }

  /// Takes up what is to be fetched next, as far as there is memory for it.
  private func plan() {
    while stretches.count < client.requests, next.object < objects.count, pause == 0,
      !stretches.contains(where: { $0.error != nil })
    {
      let left = objects[next.object].size - next.offset
      if left > 0 {
        let count = Int(min(left, Int64(Self.stretch)))
        stretches.append(Stretch(object: next.object, start: next.offset, count: count, memory: memory(count)))
        next.offset += Int64(count)
      }
      if next.offset >= objects[next.object].size { next = (next.object + 1, 0) }
    }
  }

  /// The least memory of a stretch: small objects share pieces of one size.
  private static let least = 1 << 20

  /// Memory that was used before does not have to be made by the system again.
  private func memory(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if let index = spare.firstIndex(where: { $0.count >= count }) { return spare.remove(at: index) }
    if let small = spare.popLast() { small.deallocate() }
    return .allocate(byteCount: max(count, Self.least), alignment: 64)
  }

  private func giveBack(_ memory: UnsafeMutableRawBufferPointer) {
    if spare.count < client.requests { spare.append(memory) } else { memory.deallocate() }
  }
}

extension InputError {
  init(_ error: S3Error, at object: S3Object) {
    self.init(error.kind == .interrupted ? .interrupted : .refused, path: object.name, error.description)
  }
}
