import TestSupport
import Testing

@testable import ChainExecution

/// Windows are decided by the order of chunks alone. Rows here are `key,kind,a,f,name`; the clock is `key`.
struct WindowSequencerTests {
  private static let spans = """
    window: {span: 10 of key}
    histograms: {kinds: {of: kind, bins: 'integers 0..1'}}
    """

  private func row(_ key: Int, _ kind: Int = 0) -> String { "\(key),\(kind),0,0,up\n" }

  @Test func `A window closes when the clock has passed it, as many chunks later as may be under way`() throws {
    for lag in [1, 3] {
      let counting = try Counting(Self.spans, lag: lag)
      counting.sequencer.wait(for: [0])
      var closedAfter: [Int64: Int] = [:]
      for chunk in 0..<12 {
        try counting.count(row(chunk * 10, chunk % 2))
        for window in counting.windows where closedAfter[window.index] == nil { closedAfter[window.index] = chunk }
      }
      // The clock follows where four blocks of rows agree, here chunks 1 to 4; that holds for the chunk `lag` behind it.
      #expect(closedAfter[0] == 3 + lag)
      #expect(closedAfter[3] == 6 + lag)
      counting.sequencer.finish()
      #expect(counting.windows.map(\.index) == Array(0..<12))
      #expect(counting.windows.map(\.bins) == (0..<12).map { $0 % 2 == 0 ? [1, 0] : [0, 1] })
    }
  }

  @Test func `A restart begins at the first row of what is open`() throws {
    let counting = try Counting(
      "window: {span: 10 of key, late: 10}\nhistograms: {kinds: {of: kind, bins: 'integers 0..1'}}")
    counting.sequencer.wait(for: [0])
    // Window 1 has its first row behind the first of window 0.
    try counting.count(row(0) + row(12) + row(5))
    for key in [24, 31, 32, 33] { try counting.count(row(key)) }
    let first = try #require(counting.windows.first)
    #expect(first.index == 0 && first.records == 2)
    #expect(first.resume == [0: Int64(row(0).utf8.count)])
    #expect(first.read == [0: Int64([0, 12, 5, 24, 31, 32, 33].map { row($0).utf8.count }.reduce(0, +))])
  }

  @Test func `Rows of windows that an earlier run published are late`() throws {
    let counting = try Counting(Self.spans)
    counting.sequencer.resume(behind: 3, near: 3)
    counting.sequencer.add(partition: 0, at: 0, readBefore: 0)
    counting.sequencer.wait(for: [0])
    try counting.count(row(12) + row(38) + row(41))
    counting.sequencer.finish()
    #expect(counting.windows.map(\.index) == [4])
    #expect(counting.windows.map(\.records) == [1])
    #expect(counting.windows.map(\.late) == [2])
  }

  @Test func `A partition that stays is named by every window, with rows of it or without, until it is removed`() throws
  {
    let counting = try Counting("window: {rows: 1}\nhistograms: {kinds: {of: kind, bins: 'integers 0..1'}}")
    counting.sequencer.add(partition: 7, at: 500, readBefore: 900)
    try counting.count(row(0), window: 0)
    counting.sequencer.close(0)
    #expect(counting.windows[0].resume == [0: Int64(row(0).utf8.count), 7: 500])
    counting.sequencer.remove(partition: 7)
    try counting.count(row(0), window: 1)
    counting.sequencer.close(1)
    #expect(counting.windows[1].resume.keys.sorted() == [0])
  }

  @Test func `What was read before is not forgotten where windows overlap`() throws {
    let counting = try Counting(Self.spans)
    counting.sequencer.add(partition: 7, at: 500, readBefore: 900)
    counting.sequencer.finish(always: 0)
    #expect(counting.windows.map(\.resume) == [[7: 500]])
    #expect(counting.windows.map(\.read) == [[7: 900]])
    // A chain that takes over knows the same.
    let successor = try Counting(Self.spans)
    successor.sequencer.takeOver(counting.sequencer.readPositions)
    successor.sequencer.finish(always: 1)
    #expect(successor.windows.map(\.read) == [[7: 900]])
  }

  @Test func `Nothing is published at the end where there was no row, unless it is asked for`() throws {
    let counting = try Counting(Self.spans)
    counting.sequencer.finish()
    #expect(counting.windows.isEmpty)
    counting.sequencer.finish(always: 4)
    #expect(counting.windows.map(\.index) == [4])
  }

  @Test func `A chunk is not processed before the chunk that its context comes from`() throws {
    let counting = try Counting(Self.spans, lag: 2)
    for number in 0..<4 {
      // Chunk 0 needs nothing; two chunks may be under way at a time.
      let isKnown = counting.sequencer.context(for: number, stream: 0, partition: 0) != nil
      #expect(isKnown == (number == 0))
    }
    try counting.count(row(0))
    #expect(counting.sequencer.context(for: 2, stream: 0, partition: 0) != nil)
    #expect(counting.sequencer.context(for: 3, stream: 0, partition: 0) == nil)
  }
}
