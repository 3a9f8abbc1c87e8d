import Connectors
import ChainExecution
import Support

/// Runs chunks through the chain, on this thread or on several, and gives out complete windows in the order of the input.
///
/// One thread submits, and counts what the others are too busy for. Whichever finishes the next chunk in order brings the
/// outcomes together.
///
/// Unchecked `Sendable`: a monitor protects what its threads share.
final class Engine: @unchecked Sendable {
  /// A chunk and the memory it lies in.
  private struct Task {
    let ticket: Int
    let chunk: Chunk
    let buffer: ChunkBuffer?
    let context: ChunkContext
  }

  private enum Done {
    case chunk(Chunk, ChunkBuffer?, ChunkOutcome)
    case step((WindowSequencer) -> Void)
  }

  /// Rows a chunk, about: the groups of more would not stay in the cache.
  private static let chunkRows = 40_960

  /// Chunks under way at a time, whatever the number of threads: what a run decides must not depend on that.
  static let chunksUnderWay = 8

  private let plan: ChainPlan
  private let pool: WindowPool
  private let sequencer: WindowSequencer
  private let chunkBytes: Int
  private let report: (Chunk, ChunkOutcome) -> Void
  private let monitor = Monitor()
  private var threads: [SystemThread] = []
  /// The submitting thread's own.
  private let worker: ChainWorker
  /// The submitting thread does all the work.
  private let isAlone: Bool

  // Behind the monitor.
  private var tasks: [Task] = []
  private var finished: [Int: Done] = [:]
  private var nextTicket = 0
  private var submittedTickets = 0
  private var submittedChunks = 0
  private var isSequencing = false
  private var isClosing = false
  /// Whether a chunk could not be processed: none from there on is counted, so that a restart reads them again.
  private var hasFault = false
  private var spareBuffers: [ChunkBuffer] = []
  // Of the submitting thread.
  private var awaited: Set<Int> = []
  /// The partition that each stream is at, whether another came before it, and its chunks.
  private var reading: [Int: (partition: Int, isFirst: Bool, chunks: Int)] = [:]
  private let lag: Int

  /// - Parameters:
  ///   - threads: how many work, the submitting one among them.
  ///   - chunkBytes: bytes of a buffer; a row that is longer makes its buffer grow.
  ///   - isLive: rows come as they happen, so a window is closed as soon as the clock allows.
  ///   - isPart: others count what comes before and behind.
  ///   - report: called for every chunk in the order of the input.
  ///   - publish: called for every complete window, in order.
  init(
    _ plan: ChainPlan, threads count: Int, chunkBytes: Int, isLive: Bool, isPart: Bool = false,
    report: @escaping (Chunk, ChunkOutcome) -> Void, publish: @escaping (ClosedWindow) -> Void
  ) {
    self.plan = plan
    self.chunkBytes = chunkBytes
    self.report = report
    let pool = WindowPool(plan)
    self.pool = pool
    lag = isLive ? 1 : Self.chunksUnderWay
    sequencer = WindowSequencer(plan, pool: pool, lag: lag, isPart: isPart) { window in
      publish(window)
      pool.recycle(window.counts)
    }
    let workers = isLive || plan.needsOrder ? 1 : count
    worker = ChainWorker(plan)
    isAlone = workers <= 1
    threads = (1..<max(1, workers)).map { _ in SystemThread { [unowned self] in self.work() } }
  }

  /// An empty buffer.
  func buffer() -> ChunkBuffer {
    let spare = monitor.locked { spareBuffers.popLast() }
    guard let spare else { return ChunkBuffer(capacity: chunkBytes) }
    spare.removeAll()
    return spare
  }

  func giveBack(_ buffer: ChunkBuffer) {
    monitor.locked { if spareBuffers.count <= Self.chunksUnderWay { spareBuffers.append(buffer) } }
  }

  /// Counts the rows in `buffer`, which then belongs to the engine: all at once, or in parts where rows are short or event
  /// windows are. Blocks while too many chunks are under way.
  func submit(_ chunk: Chunk, _ buffer: ChunkBuffer) {
    var chunk = chunk
    let format = plan.formats[chunk.format]
    var mostBytes = format.bytes(ofRows: Self.chunkRows, in: chunk.bytes)
    // A short rest is not worth a chunk of its own.
    if chunk.bytes.count <= mostBytes + mostBytes / 2 { mostBytes = chunk.bytes.count }
    var isSpan = false
    if case .span = plan.window { isSpan = true }
    var start = 0
    repeat {
      guard let context = nextContext(chunk) else { return giveBack(buffer) }
      chunk.mayRestart = takesUpFile(chunk)
      let most = isSpan ? min(mostBytes, context.chunkBytes) : mostBytes
      if start == 0, most >= chunk.bytes.count { return submit(chunk, buffer: buffer, context) }
      let end = chunk.cut(near: format.rowEnd(in: chunk.bytes, from: start, within: most))
      // Parts are counted in order, so the buffer is free when the last one is.
      submit(chunk.part(start..<end), buffer: end == chunk.bytes.count ? buffer : nil, context)
      start = end
    } while start < chunk.bytes.count
  }

  /// Whether a chunk is of a file behind another and none of that file is settled yet, so that nobody knows whether its keys
  /// begin again.
  private func takesUpFile(_ chunk: Chunk) -> Bool {
    var place = reading[chunk.stream] ?? (chunk.partition, true, 0)
    if place.partition != chunk.partition { place = (chunk.partition, false, 0) }
    place.chunks += 1
    reading[chunk.stream] = place
    return !place.isFirst && place.chunks <= lag
  }

  /// What the next chunk is processed with; waits until it is settled. Nil where no further chunk counts.
  private func nextContext(_ chunk: Chunk) -> ChunkContext? {
    let (stream, partition) = (chunk.stream, chunk.partition)
    // With one thread every chunk before this one is complete, so there is a context.
    if isAlone { return hasFault ? nil : sequencer.context(for: submittedChunks, stream: stream, partition: partition) }
    while true {
      enum Next { case context(ChunkContext?), task(Task) }
      let next: Next = monitor.locked {
        while true {
          if hasFault { return .context(nil) }
          if !isSequencing, let context = sequencer.context(for: submittedChunks, stream: stream, partition: partition)
          {
            return .context(context)
          }
          if let task = tasks.popLast() { return .task(task) }
          monitor.wait()
        }
      }
      switch next {
      case .context(let context): return context
      case .task(let task): process(task, worker)
      }
    }
  }

  /// `buffer` is given back when the chunk is counted.
  private func submit(_ chunk: Chunk, buffer: ChunkBuffer?, _ context: ChunkContext) {
    if isAlone {
      submittedChunks += 1
      finish(chunk, buffer, worker.process(chunk, context, pool))
      return
    }
    let own: Task? = monitor.locked {
      tasks.append(Task(ticket: submittedTickets, chunk: chunk, buffer: buffer, context: context))
      submittedTickets += 1
      submittedChunks += 1
      monitor.signalAll()
      // The others have enough to do while this one counts; what was read last is still in its cache.
      return tasks.count > 2 * threads.count ? tasks.popLast() : nil
    }
    if let own { process(own, worker) }
  }

  /// Closes a window that cuts the input, once all chunks submitted so far are counted.
  func close(_ window: Int64) {
    inOrder { $0.close(window) }
  }

  /// Does something between the chunks submitted so far and those to come.
  func inOrder(_ step: @escaping (WindowSequencer) -> Void) {
    if isAlone {
      if !hasFault { step(sequencer) }
      return
    }
    monitor.locked {
      finished[submittedTickets] = .step(step)
      submittedTickets += 1
    }
    sequence()
  }

  /// Whether no chunk is under way.
  var isQuiet: Bool { monitor.locked { nextTicket == submittedTickets } }

  /// The streams that the clock waits for, from the next chunk on.
  func wait(for streams: Set<Int>) {
    guard streams != awaited else { return }
    awaited = streams
    inOrder { $0.wait(for: streams) }
  }

  /// Waits for all chunks, and ends the threads. Closes every window that is open, unless they are to be `discarded`:
  /// another run will read their rows again, or a fault left them incomplete. Gives how many had rows.
  func finish(always window: Int64? = nil, discarded: Bool = false) -> Int {
    if !isAlone {
      while let task = monitor.locked({ tasks.popLast() }) { process(task, worker) }
      monitor.locked {
        while nextTicket < submittedTickets || isSequencing { monitor.wait() }
        isClosing = true
        monitor.signalAll()
      }
      for thread in threads { thread.join() }
    }
    let open = sequencer.openWindows
    if !discarded, !hasFault { sequencer.finish(always: window) }
    return open
  }

  /// How far the input was read; to be asked when the engine has finished.
  var readPositions: ReadPositions { sequencer.readPositions }

  /// Rows that were read and belong to no window published; to be asked when the engine has finished.
  var unpublished: RowCounts { sequencer.unpublished }

  /// Of a part of an input, what its merger must know besides the windows; to be called when the engine has finished.
  func takePartialTail() -> PartialTail? { sequencer.takePartialTail() }

  // MARK: Workers

  private func work() {
    let worker = ChainWorker(plan)
    while true {
      let task: Task? = monitor.locked {
        while tasks.isEmpty, !isClosing { monitor.wait() }
        return tasks.isEmpty ? nil : tasks.removeFirst()
      }
      guard let task else { return }
      process(task, worker)
    }
  }

  private func process(_ task: Task, _ worker: ChainWorker) {
    let outcome = worker.process(task.chunk, task.context, pool)
    monitor.locked { finished[task.ticket] = .chunk(task.chunk, task.buffer, outcome) }
    sequence()
  }

  /// Brings together whatever is next in order, unless another thread is at it; that thread then takes this too.
  private func sequence() {
    while true {
      let next: Done? = monitor.locked {
        guard !isSequencing, let done = finished.removeValue(forKey: nextTicket) else { return nil }
        isSequencing = true
        nextTicket += 1
        return done
      }
      guard let next else { return }
      switch next {
      case .chunk(let chunk, let buffer, let outcome): finish(chunk, buffer, outcome)
      case .step(let step): if !monitor.locked({ hasFault }) { step(sequencer) }
      }
      monitor.locked {
        isSequencing = false
        monitor.signalAll()
      }
    }
  }

  private func finish(_ chunk: Chunk, _ buffer: ChunkBuffer?, _ outcome: ChunkOutcome) {
    defer { if let buffer { giveBack(buffer) } }
    let isLost = monitor.locked {
      defer { if outcome.fault != nil { hasFault = true } }
      return hasFault
    }
    // Those behind a fault are as if they had not been read.
    if isLost { return }
    report(chunk, outcome)
    if outcome.fault == nil { sequencer.complete(outcome, of: chunk) }
  }
}
