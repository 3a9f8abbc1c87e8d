/// How long chunks should be: they hold some 256 event windows, since many small windows in long chunks would all be open at
/// a time.
struct ChunkLength {
  static let least = 16_384
  private static let most = 1 << 20
  private static let windows = 256

  /// Grows from the least while windows are few.
  private(set) var bytes = least

  /// - Parameters:
  ///   - chunk: how many bytes a chunk had.
  ///   - windows: how many it had rows of.
  mutating func adapt(to chunk: Int, windows: Int) {
    guard windows > 0 else { return }
    let ideal = chunk / windows * Self.windows
    // A chunk that was cut short by the end of what had been read says nothing for a longer one.
    if ideal < bytes || chunk * 2 > bytes { bytes = min(max(ideal, Self.least), 2 * bytes, Self.most) }
  }
}
