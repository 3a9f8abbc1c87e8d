/// A stretch of an object on its way into memory. One thread at a time uses it.
package final class ObjectRange {
  package enum State {
    /// Nothing is under way; not before that time of the monotonic clock, in seconds.
    case waiting(until: Double)
    case running
    case whole
    case failed(S3Error)
  }

  package let object: S3Object
  package let start: Int64
  package let memory: UnsafeMutableRawBufferPointer
  /// Bytes that have come.
  package private(set) var received = 0
  package internal(set) var state = State.waiting(until: 0)
  var patience: Patience
  /// What is wrong with an answer that was broken off for it.
  private(set) var objection: String?
  private let handOver: (UnsafeRawBufferPointer) -> Int?
  /// The request that is under way.
  weak var transfer: Transfer?

  /// - Parameters:
  ///   - start: where in the object it begins; the memory's size says how long it is. Both lie in the object.
  ///   - handOver: called with what comes, before anything of it is put into the memory; gives how many of its first
  ///     bytes were taken elsewhere, which the memory does not get; nil where
  ///     all of it is to come again later.
  init(
    _ object: S3Object, start: Int64, memory: UnsafeMutableRawBufferPointer, patience: Double,
    handOver: @escaping (UnsafeRawBufferPointer) -> Int?
  ) {
    self.object = object
    self.start = start
    self.memory = memory
    self.patience = Patience(limit: patience)
    self.handOver = handOver
  }

  /// The header fields that ask for what has not come yet, of the object that was listed and no other.
  var fields: [(name: String, value: String)] {
    let first = start + Int64(received)
    let last = start + Int64(memory.count) - 1
    var fields = [("Range", "bytes=\(first)-\(last)")]
    if let tag = object.tag { fields.append(("If-Match", "\"\(tag)\"")) }
    return fields
  }

  /// Whether an answer is what was asked for.
  func accepts(_ transfer: Transfer) -> Bool {
    objection = nil
    if let tag = entityTag(transfer.fields["etag"]), let listed = object.tag, tag != listed {
      objection = S3Attempt.changedAdvice
      return false
    }
    let first = start + Int64(received)
    let last = start + Int64(memory.count) - 1
    if transfer.status == 206 {
      let words = transfer.fields["content-range"].map { $0.split { " -/".contains($0) } } ?? []
      if words.count == 4, let size = Int64(words[3]), size != object.size {
        objection = S3Attempt.changedAdvice
        return false
      }
      if words.count == 4, Int64(words[1]) == first, Int64(words[2]) == last { return true }
      objection = "the server sent other bytes than it was asked for"
      return false
    }
    // A server that knows no ranges has sent it all.
    if first == 0, last == object.size - 1 {
      if let length = transfer.fields["content-length"], Int64(length) != object.size {
        objection = S3Attempt.changedAdvice
        return false
      }
      return true
    }
    objection = "the server sends whole objects only, and hitmon asks for parts: use a store that knows Range"
    return false
  }

  /// Refuses what the server sends beyond what it was asked for.
  func take(_ piece: UnsafeRawBufferPointer) -> Taking {
    guard piece.count <= memory.count - received, let base = memory.baseAddress, let bytes = piece.baseAddress else {
      objection = "the server sent more bytes than it was asked for"
      return .refused
    }
    guard let taken = handOver(piece) else { return .later }
    (base + received + taken).copyMemory(from: bytes + taken, byteCount: piece.count - taken)
    received += piece.count
    patience.worked()
    return .taken
  }
}
