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

  /// Room for `count` elements, of which the first `kept` are those at `source` and the others `filling`.
  convenience init(count: Int, keeping kept: Int, of source: UnsafeMutablePointer<Element>, filling: Element) {
    self.init(count: count)
    base.update(from: source, count: kept)
    (base + kept).update(repeating: filling, count: count - kept)
  }

  deinit { base.deallocate() }
}
