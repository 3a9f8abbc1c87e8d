/// Plain memory that is freed with its last owner. Growing tables hold one and read and write through a copy of its
/// address, so that their loops pay neither for reference counts nor for exclusivity checks.
///
/// A class, because a noncopyable structure's own `deinit` is not reliably run when it is a field of a class in another
/// file (Swift 6.3.1).
final class Memory<Element: BitwiseCopyable> {
  let base: UnsafeMutablePointer<Element>

  /// Room for `count` elements, not initialised.
  init(count: Int) {
    base = .allocate(capacity: count)
  }

  deinit { base.deallocate() }
}
