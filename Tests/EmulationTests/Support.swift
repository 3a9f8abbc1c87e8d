import Connectors
import Diagnostics
import Foundation
import Runtime
import Simulation
import Synchronization

@testable import Emulation

/// A folder of a test's own, removed with it.
final class Folder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "hitmon-emulation-\(UUID().uuidString)"
    try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ bytes: some Sequence<UInt8>, _ name: String) -> String {
    try! Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  /// A pipeline of these sections, loaded.
  func pipeline(_ sections: String) throws -> Pipeline {
    let file = write("pipeline: test\nhistograms: {n: {count: hits}}\n\(sections)\n".utf8, "test.yaml")
    let findings = Findings()
    let pipeline = try Pipeline.load(.init(path: file), environment: { _ in nil }, findings: findings)
    struct Errors: Error { let text: String }
    guard let pipeline else { throw Errors(text: FindingPrinter(colour: false).text(findings)) }
    return pipeline
  }
}

/// A publisher that keeps what it gets, and acknowledges it at the next poll.
final class KeptMessages: RowPublisher {
  struct Message: Equatable {
    var partition: Int
    var key: String?
    var value: [UInt8]
    var rows: Int
    /// When it came.
    var time: Int64 = 0

    var text: String { String(decoding: value, as: UTF8.self) }
  }

  let partitions: Int
  let counts = EmulationCounts()
  private(set) var messages: [Message] = []
  /// Calls that find the queue full before each that does not.
  var refusals = 0
  /// Rows that fail instead of arriving: those of every so-manieth message.
  var failsEvery: Int?
  var time: () -> Int64 = { 0 }
  /// Called before every poll.
  var beforePoll: () throws -> Void = {}
  private var refused = 0
  private var waiting: [Int] = []
  private var total = 0

  init(partitions: Int = 4) { self.partitions = partitions }

  func publish(_ batch: UnsafeBufferPointer<RowMessage>, partition: Int) throws -> Int {
    var taken = 0
    for message in batch {
      if refused < refusals {
        refused += 1
        return taken
      }
      refused = 0
      messages.append(
        Message(
          partition: partition, key: message.key.map { String(decoding: $0, as: UTF8.self) },
          value: Array(message.value), rows: message.rows, time: time()))
      waiting.append(message.rows)
      taken += 1
    }
    return taken
  }

  func poll(milliseconds: Int) throws {
    try beforePoll()
    for rows in waiting {
      total += 1
      if let failsEvery, total % failsEvery == 0 { counts.addFailed(rows) } else { counts.addAcknowledged(rows) }
    }
    waiting = []
  }

  /// The messages of a partition in order, of text.
  func messages(of partition: Int) -> [String] { messages.filter { $0.partition == partition }.map(\.text) }

  /// The rows of a partition in order, of text messages.
  func rows(of partition: Int) -> [String] {
    messages(of: partition).flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
  }

}

/// A clock that goes on when someone sleeps on it, and by a fixed step at each look.
final class TestClock: Sendable {
  private let state: Mutex<Int64>
  private let step: Int64

  init(start: Int64 = 1_000_000_000, step: Int64 = 0) {
    state = Mutex(start)
    self.step = step
  }

  var now: Int64 { state.withLock { $0 } }

  func pass(_ nanoseconds: Int64) { state.withLock { $0 += nanoseconds } }

  var clock: EmulatorClock {
    EmulatorClock(
      now: { [self] in
        state.withLock { time in
          time += step
          return time
        }
      },
      sleep: { [self] until in state.withLock { $0 = max($0, until) } })
  }
}

/// Rows of the simulated telescope.
func telescopeRows(_ count: Int) -> [String] {
  var simulation = TelescopeSimulation(TelescopeParameters())
  var bytes: [UInt8] = []
  for _ in 0..<count { simulation.next().appendCSV(to: &bytes) }
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
}

let telescopeRecord = """
  record:
    format: csv
    fields: {HEAD: u8, FPGA: u8, TDC_CHANNEL: u16, ORBIT_CNT: u32, BX_COUNTER: u16, TDC_MEAS: f32}
    comment: "#"
  groups: {orbit: {by: ORBIT_CNT, n: count}}
  """
