import S3

/// The bytes of an object, as they are in the store.
final class S3Input: ByteInput {
  private let feed: ObjectFeed
  private let object: S3Object
  private let stop: StopCheck?
  private var isOpen = true
  private(set) var position: Int64 = 0

  init(_ feed: ObjectFeed, object number: Int, stop: StopCheck?) throws(InputError) {
    self.feed = feed
    self.stop = stop
    object = feed.objects[number]
    do throws(S3Error) { try feed.open(number) } catch { throw InputError(error, at: object) }
  }

  deinit { close() }

  var name: String { object.name }
  var size: Int64? { object.size }
  var isSlow: Bool { true }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    while true {
      if let count = try read(into: buffer, milliseconds: 100) { return count }
      if stop?() == true { throw .interrupted(object.name) }
    }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, milliseconds: Int) throws(InputError) -> Int? {
    guard isOpen else { return 0 }
    let count = try feed.read(into: buffer, milliseconds: milliseconds)
    position += Int64(count ?? 0)
    return count
  }

  func waitReadable(milliseconds: Int) -> Bool {
    isOpen ? feed.waitReadable(milliseconds: milliseconds) : true
  }

  func close() {
    guard isOpen else { return }
    isOpen = false
    feed.leave()
  }
}
