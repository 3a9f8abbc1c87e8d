#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A thread of the system. Decoding blocks and computes for long stretches, which Swift's cooperative pool is not for.
package final class SystemThread {
  private var handle = pthread_t()

  /// Starts the thread; the one who starts it calls ``join()``.
  package init(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    let result = pthread_create(
      &handle, nil,
      { argument in
        Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    precondition(result == 0, "the system gives no thread")
  }

  /// Waits for the end of the thread.
  package func join() { pthread_join(handle, nil) }

  private final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
