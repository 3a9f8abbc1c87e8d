/// A stream of bytes: a file, standard input, or what a decompressor makes of another stream.
///
/// One thread at a time uses an input.
package protocol ByteInput: AnyObject {
  /// The path as the user typed it, or `standard input`: what messages call it.
  var name: String { get }

  /// Bytes of the file as it lies on disk, compressed if it is; nil for pipes and terminals.
  var size: Int64? { get }

  /// Bytes of the file on disk that the bytes delivered so far took. Together with ``size`` it tells how much is left.
  var position: Int64 { get }

  /// Fills `buffer` from its start with the next bytes and gives their number, which may be less than the buffer holds;
  /// 0 is the end, also for an empty buffer. Blocks until there is at least one byte.
  ///
  /// Throws when the system refuses, or when compressed data is cut off or damaged. Every byte before the damage has
  /// been delivered by then; further calls throw the same again.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int

  /// What ``read(into:)`` gives, where there is something within that time; nil where there is nothing yet.
  func read(into buffer: UnsafeMutableRawBufferPointer, milliseconds: Int) throws(InputError) -> Int?

  /// Waits until ``read(into:)`` has something to do without blocking (bytes, the end, or an error), at most that long.
  /// A decompressor may still block in `read` when what has arrived is not enough for one byte. A signal ends the wait
  /// early.
  func waitReadable(milliseconds: Int) -> Bool

  /// Whether bytes may take long to come, so that a read may block for as long.
  var isSlow: Bool { get }

  /// Gives back what the system holds for the input; calling it again does nothing. Nothing can be read afterwards.
  func close()
}

extension ByteInput {
  package var isSlow: Bool { size == nil }

  package func read(into buffer: UnsafeMutableRawBufferPointer, milliseconds: Int) throws(InputError) -> Int? {
    waitReadable(milliseconds: milliseconds) ? try read(into: buffer) : nil
  }
}
