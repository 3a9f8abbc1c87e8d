import Foundation
import Simulation
import Synchronization
import TestSupport

/// Feeds the telescope's rows to an emulator's standard input, some at a time, until it is told to end. Some rows are
/// malformed.
final class RowFeed: Sendable {
  private struct State {
    var isEnding = false
    var fed: Int?
    var failure: (any Error)?
  }

  /// One row that is none stands before each row whose number is a multiple of this.
  private static let malformedEvery = 400

  private let telescope: Telescope
  private let state = Mutex(State())

  init(_ telescope: Telescope, to emulator: Instance, perSecond: Int) {
    self.telescope = telescope
    let thread = Thread { [self] in
      var fed = 0
      do {
        let step = max(1, perSecond / 50)
        while fed < telescope.rows.count, !state.withLock({ $0.isEnding }) {
          var bytes: [UInt8] = []
          for row in telescope.rows[fed..<min(fed + step, telescope.rows.count)] {
            if fed % Self.malformedEvery == 0 { bytes += "2,0,none,\(row.orbit),0,0\n".utf8 }
            row.appendCSV(to: &bytes)
            fed += 1
          }
          try emulator.feed(bytes)
          usleep(20_000)
        }
      } catch {
        state.withLock { $0.failure = error }
      }
      emulator.closeInput()
      state.withLock { $0.fed = fed }
    }
    thread.start()
  }

  var isAtEnd: Bool { state.withLock { $0.fed != nil } }

  /// Stops feeding; gives what was fed.
  func end() throws -> Fed {
    state.withLock { $0.isEnding = true }
    try wait("the rows were not fed") { isAtEnd }
    if let failure = state.withLock({ $0.failure }) { throw failure }
    var telescope = telescope
    let count = state.withLock { $0.fed! }
    telescope.rows.removeLast(telescope.rows.count - count)
    return Fed(telescope: telescope, malformed: (count + Self.malformedEvery - 1) / Self.malformedEvery)
  }
}

/// Rows that went into a topic, one a message.
struct Fed {
  var telescope: Telescope
  var malformed = 0

  var messages: Int { telescope.rows.count + malformed }

  var expected: ExpectedProducts {
    var expected = telescope.expected
    expected.malformed = malformed
    return expected
  }

  /// What of results is not as it should be, where windows do not cut orbits.
  func differences(from messages: [Message]) -> [String] {
    Array(expected.differences(from: Products(messages)).prefix(8))
  }

  /// The same of what does not depend on whole orbits.
  func differencesInHits(from messages: [Message]) -> [String] {
    let products = Products(messages)
    let truth = telescope.truth
    var lines: [String] = []
    for (name, wanted) in [
      ("records", truth.records), ("malformed", malformed), ("hits", truth.hits), ("unmapped", truth.unmapped),
    ] where products.counts[name] != wanted {
      lines.append("\(name): found \(products.counts[name] ?? -1), expected \(wanted)")
    }
    for (number, chamber) in truth.chambers().enumerated()
    where products.histograms["occupancy/\(number)"]?.bins != chamber.occupancy.map(Double.init) {
      lines.append("occupancy/\(number)")
    }
    return lines
  }
}
