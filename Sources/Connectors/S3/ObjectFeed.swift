import S3
import Support

/// Objects of a bucket, one behind the other, fetched ahead while they are read.
///
/// Several stretches are on their way at a time, in the order in which they will be read and across the ends of objects;
/// their number and size bound the memory. The thread that reads also lets the transfers go on: bytes go from libcurl's memory
/// straight to the reader's, and no thread waits for another. While nobody reads, what comes is kept by the system's
/// sockets. One thread at a time uses a feed.
final class ObjectFeed: @unchecked Sendable {
  /// Bytes that one request asks for: enough that the time to the first of them matters little.
  static let stretch = 8 << 20

  /// The memory of a reader from which on bytes are handed over to it.
  private static let worthHanding = 64 << 10

  /// Bytes a nanosecond of waiting from which on one connection is enough.
  private static let near: Int64 = 1

  let objects: [S3Object]
  let client: S3Client
  let tell: @Sendable (String) -> Void
  private var fetcher: RangeFetcher?
  private var stretches: [Stretch] = []
  /// Memory of stretches that were read.
  private var spare: [UnsafeMutableRawBufferPointer] = []
  /// The object and the byte where the next stretch begins.
  private var next: (object: Int, offset: Int64) = (0, 0)
  /// Nanoseconds that readers have waited so far.
  private var waited: Int64 = 0
  /// The memory of a reader that waits for bytes, and how many it got: they need not be kept in between.
  private var wanted: UnsafeMutableRawBufferPointer?
  private var given = 0
  /// The object that is being read, and how far it was.
  private var current = 0
  private var offset: Int64 = 0

  /// A part of an object that one request asks for.
  private final class Stretch {
    let memory: UnsafeMutableRawBufferPointer
    let count: Int
    let object: Int
    let start: Int64
    /// How long readers had waited when it was asked for.
    let begun: Int64
    /// Bytes that the reader has.
    var taken = 0
    /// Set right after it is made: what is fetched goes into its memory.
    var range: ObjectRange!

    init(object: Int, start: Int64, count: Int, memory: UnsafeMutableRawBufferPointer, begun: Int64) {
      (self.object, self.start, self.count, self.memory, self.begun) = (object, start, count, memory, begun)
    }

    var error: S3Error? {
      if case .failed(let error) = range.state { error } else { nil }
    }

    /// Whether there are bytes for the reader, or an error.
    var hasNews: Bool { range.received > taken || error != nil }
  }

  init(_ objects: [S3Object], _ client: S3Client, tell: @escaping @Sendable (String) -> Void) {
    self.objects = objects
    self.client = client
    self.tell = tell
  }

  deinit {
    halt()
    for memory in spare { memory.deallocate() }
  }

  /// Begins to read an object. What was fetched ahead is used where it is the next one.
  func open(_ object: Int) throws(S3Error) {
    if fetcher == nil || current != object || offset != 0 {
      halt()
      (current, offset) = (object, 0)
      next = (object, 0)
      fetcher = try RangeFetcher(client, tell: tell)
    }
    request()
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
    guard let stretch = stretches.first, stretch.object == current, stretch.start + Int64(stretch.taken) == offset
    else {
      throw InputError(.refused, path: objects[current].name, "nothing is fetched of \(objects[current].name)")
    }
    if !stretch.hasNews {
      // To put a reader that looks at the first byte of an object off is not worth it.
      if buffer.count >= Self.worthHanding { wanted = buffer }
      wait(for: stretch, milliseconds: milliseconds)
      wanted = nil
    }
    var count = given
    given = 0
    if count == 0 {
      count = min(buffer.count, stretch.range.received - stretch.taken)
      guard count > 0 else {
        guard let error = stretch.error else { return nil }
        throw InputError(error, at: objects[current])
      }
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: stretch.memory[stretch.taken..<stretch.taken + count]))
      stretch.taken += count
    }
    offset += Int64(count)
    if stretch.taken == stretch.count {
      stretches.removeFirst()
      giveBack(stretch.memory)
      // The store works on the next one while the reader is busy with this.
      if request() { fetcher?.step(milliseconds: 0) }
    }
    return count
  }

  /// Whether there are bytes, the end, or an error, after waiting for them at most so long.
  func waitReadable(milliseconds: Int) -> Bool {
    guard offset < objects[current].size, let stretch = stretches.first else { return true }
    if !stretch.hasNews { wait(for: stretch, milliseconds: milliseconds) }
    return stretch.hasNews
  }

  /// Ends all transfers. What was fetched ahead is fetched again if more is read.
  func halt() {
    fetcher = nil
    for stretch in stretches { giveBack(stretch.memory) }
    stretches = []
  }

  /// Lets transfers go on until there is something of a stretch, at most so long.
  private func wait(for stretch: Stretch, milliseconds: Int) {
    var left = Int64(milliseconds) * 1_000_000
    fetcher?.resume(stretch.range)
    guard given == 0, !stretch.hasNews else { return }
    repeat {
      let begun = monotonicNanoseconds()
      // A further request may be due before that.
      let pause = stretches.count < client.requests ? pause : 0
      fetcher?.step(milliseconds: Int(max(0, pause > 0 ? min(left, pause) : left) + 999_999) / 1_000_000)
      let took = monotonicNanoseconds() - begun
      waited += took
      left -= took
      request()
    } while left > 0 && given == 0 && !stretch.hasNews
  }

  /// Hands bytes that have just come to a reader that waits for them; gives how many. Nil where the reader has enough: it
  /// comes again soon, and what goes by way of the memory is copied twice.
  private func handOver(_ piece: UnsafeRawBufferPointer, of stretch: Stretch) -> Int? {
    guard stretch === stretches.first else { return 0 }
    // One that does not wait needs something to look at.
    guard let wanted else { return stretch.range.received > stretch.taken ? nil : 0 }
    guard given < wanted.count, stretch.range.received == stretch.taken else { return nil }
    let count = min(piece.count, wanted.count - given)
    UnsafeMutableRawBufferPointer(rebasing: wanted[given...]).copyMemory(from: .init(rebasing: piece[..<count]))
    given += count
    stretch.taken += count
    return count
  }

  /// Nanoseconds of waiting until a further request is due beside the one that has been on its way for longest; 0 if it is.
  ///
  /// A store that is near sends all that can be read over one connection, and its bytes go to the reader at once; what
  /// comes beside them goes by way of the memory.
  private var pause: Int64 {
    guard let oldest = stretches.first(where: { $0.range.received < $0.count }) else { return 0 }
    return max(0, oldest.begun + Int64(oldest.count) / Self.near - waited)
  }

  /// Asks for what is to be fetched next, as far as there is memory for it. Gives whether there was anything.
  @discardableResult
  private func request() -> Bool {
    guard let fetcher else { return false }
    var isNew = false
    while stretches.count < client.requests, next.object < objects.count, pause == 0,
      !stretches.contains(where: { $0.error != nil })
    {
      let left = objects[next.object].size - next.offset
      if left > 0 {
        let count = Int(min(left, Int64(Self.stretch)))
        let stretch = Stretch(
          object: next.object, start: next.offset, count: count, memory: memory(count), begun: waited)
        stretch.range = fetcher.fetch(
          objects[next.object], start: next.offset,
          into: UnsafeMutableRawBufferPointer(rebasing: stretch.memory[..<count])
        ) { [unowned self, weak stretch] piece in
          guard let stretch else { return 0 }
          return handOver(piece, of: stretch)
        }
        stretches.append(stretch)
        isNew = true
        next.offset += Int64(count)
      }
      if next.offset >= objects[next.object].size { next = (next.object + 1, 0) }
    }
    return isNew
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
