import ChainExecution
import Connectors

/// Makes chunks of the rows that a source has read.
struct RowIntake {
  let source: any RowSource
  /// Which of the sources of the run it is.
  let number: Int
  /// What stands before the names of its partitions; nil where it is the only one.
  let name: String?
  /// The number of its record's format.
  let format: Int
  /// Whether no other source, and no other part of the input, has rows of the same groups.
  let ownsGroups: Bool

  /// The rows in `buffer`, of a window that cuts the input, or of any.
  func chunk(_ rows: SourceRows, _ buffer: ChunkBuffer, window: Int64?, in partitions: PartitionNames) -> Chunk {
    let partition = partition(rows.partition, in: partitions)
    var chunk = Chunk(bytes: buffer.bytes, partition: partition, offset: rows.offset, window: window)
    chunk.order = rows.order
    chunk.format = format
    chunk.linesBefore = rows.linesBefore
    if let end = rows.end {
      chunk.place.end = end
      if rows.refused == nil { chunk.messages = buffer.messages }
    }
    chunk.refused = rows.refused
    chunk.stream = stream(of: partition)
    chunk.groupsAreWhole = ownsGroups && (source.streams == .one || rows.isKeyed)
    chunk.isRepeat = rows.isRepeat
    chunk.unusable = rows.unusable
    chunk.mark = rows.mark
    return chunk
  }

  /// The number that a partition of the source has in the run.
  func partition(_ partition: Int, in partitions: PartitionNames) -> Int {
    partitions.number(source: number, partition: partition, name: source.partitions[partition], sourceName: name)
  }

  /// Partitions at paces of their own are streams of their own; those of other sources are one, with a number below 0.
  private var onlyStream: Int { -1 - number }

  func stream(of partition: Int) -> Int { source.streams == .one ? onlyStream : partition }

  /// The streams that the clock of windows waits for.
  func activeStreams(in partitions: PartitionNames) -> Set<Int> {
    switch source.streams {
    case .one: [onlyStream]
    case .partitions(let names): Set(names.map { partition($0, in: partitions) })
    }
  }

  /// A sentence for each message that could not be read as rows, and for offsets that hold none any more.
  func troubles(of rows: SourceRows) -> [String] {
    let place = "\(source.topic.map { "\($0.name) " } ?? "")partition \(source.partitions[rows.partition])"
    let gap = rows.gap.map { "\(place): offsets \($0.start) to \($0.end - 1) are not there any more" }
    let samples = rows.isRepeat ? [] : rows.unusableSamples.map { "\(place) offset \($0.offset): \($0.reason)" }
    return (gap.map { [$0] } ?? []) + samples
  }
}
