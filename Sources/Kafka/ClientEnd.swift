internal import CRdKafka
import Glibc
import Synchronization

/// Destroys a client on a thread of its own, since that can hang, and its owner must not.
final class ClientEnd: Sendable {
  private let isDone = Atomic(false)
  // Nobody else has it any more.
  private nonisolated(unsafe) let client: OpaquePointer
  private nonisolated(unsafe) let context: ClientContext
  private let flags: Int32

  private init(_ client: OpaquePointer, _ context: ClientContext, flags: Int32) {
    self.client = client
    self.context = context
    self.flags = flags
  }

  /// Destroys the client; false if that is not done within the time, and goes on behind the scenes.
  static func destroy(
    _ client: OpaquePointer, _ context: ClientContext, flags: Int32, milliseconds: Int
  ) -> Bool {
    let end = ClientEnd(client, context, flags: flags)
    var thread = pthread_t()
    let started = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<ClientEnd>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(end).toOpaque())
    guard started == 0 else {
      // No thread to be had: the client is left to the end of the program.
      Unmanaged.passUnretained(end).release()
      return false
    }
    pthread_detach(thread)
    let deadline = Deadline(milliseconds: milliseconds)
    while !end.isDone.load(ordering: .acquiring) {
      if deadline.isOver { return false }
      usleep(500)
    }
    return true
  }

  private func run() {
    rd_kafka_destroy_flags(client, flags)
    context.uninstall()
    isDone.store(true, ordering: .releasing)
  }
}

/// A moment to be done by.
struct Deadline {
  private let end: ContinuousClock.Instant

  init(milliseconds: Int) { end = .now + .milliseconds(milliseconds) }

  var isOver: Bool { end <= .now }

  /// What is left, at least 0.
  var milliseconds: Int32 {
    let left = max(.zero, end - .now)
    return Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000)
  }
}
