#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The end of a file of results.
enum PublishedFile {
  /// What a pipeline has published last in a file of JSON lines. Lines that are no results are passed over.
  static func read(
    _ descriptor: Int32, pipeline: String, input: PublishedRecord.Input = .any
  ) -> PublishedRecord {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    var length = 1 << 20
    while true {
      let start = max(0, size - length)
      var bytes = [UInt8](repeating: 0, count: size - start)
      let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress!, $0.count, off_t(start)) }
      bytes.removeLast(bytes.count - max(0, count))
      var lines = bytes.split(separator: 0x0A)
      // The first line may be cut.
      if start > 0, !lines.isEmpty { lines.removeFirst() }
      var record = PublishedRecord(of: input)
      for line in lines {
        let head = line.withUnsafeBytes { try? ResultHead(reading: $0) }
        if let head, head.pipeline == pipeline { record.take(head) }
      }
      // Files are partitions of their own: of them the last line says all there is to know.
      if record.isComplete || start == 0 { return record }
      length *= 4
    }
  }

  /// Cuts off a last line that a run did not finish.
  static func trim(_ descriptor: Int32) {
    var end = lseek(descriptor, 0, SEEK_END)
    var byte: UInt8 = 0
    let size = end
    while end > 0, pread(descriptor, &byte, 1, end - 1) == 1, byte != 0x0A { end -= 1 }
    if end < size { ftruncate(descriptor, end) }
  }
}
