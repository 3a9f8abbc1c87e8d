import Connectors
import Diagnostics
import Foundation
import JSON
import Results
import Runtime

/// A pipeline with every form of histogram over the telescope's rows. No row is dropped: those count in the window of a
/// hit near them, which is not the same in every part. All sums are of whole numbers, and so exact in any order.
package let everyForm = """
  pipeline: forms
  record: {format: csv, fields: {HEAD: u8, FPGA: u8, TDC_CHANNEL: u16, ORBIT_CNT: u32, BX_COUNTER: u16, TDC_MEAS: f32}}
  chambers:
    - {chamber: 0, when: TDC_CHANNEL in 0..63, wire: TDC_CHANNEL}
    - {chamber: 1, when: TDC_CHANNEL in 64..127, wire: TDC_CHANNEL - 64}
  groups:
    orbit: {by: ORBIT_CNT, hits: count, active: {distinct: wire, per: chamber}}
  histograms:
    occupancy: {of: wire, bins: 60 from 2 to 62, per: chamber, title: Hits per wire}
    weighted: {of: wire, bins: [0, 8, 24, 48], weight: BX_COUNTER}
    boards: {of: FPGA, bins: "categories 0, 7"}
    map: {of: [wire, BX_COUNTER], bins: [8 from 8 to 40, 5 from 500 to 3000]}
    weighted_map: {of: [wire, BX_COUNTER], bins: [8 from 8 to 40, 5 from 500 to 3000], weight: FPGA + 3}
    mean: {profile: BX_COUNTER, against: wire, bins: 10 from 4 to 60}
    hits: {of: orbit.hits, bins: integers 1..12}
    active: {plot: orbit.active, against: ORBIT_CNT, per: chamber, points: 40}
    all: {count: hits}
  """

/// A message as sinks get it, read.
package func content(_ line: some DataProtocol) throws -> ResultContent {
  try Array(line).withUnsafeBytes { try ResultContent(reading: $0) }
}

extension ResultContent {
  package var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.result(head, histograms)
    return writer.bytes
  }

  /// The message as an instance publishes it that reads one partition of a topic.
  package func partial(partition: Int, of partitions: Int) -> ResultContent {
    var result = self
    result.head.isPartial = true
    result.head.run = "run-\(partition)"
    result.head.source.topic = "hits"
    result.head.source.partitions = partitions
    func renamed<T>(_ values: [String: T]) -> [String: T] {
      Dictionary(uniqueKeysWithValues: values.values.map { ("\(partition)", $0) })
    }
    result.head.source.offsets = renamed(head.source.offsets)
    result.head.source.resume = renamed(head.source.resume)
    return result
  }

  /// The message without what tells one run or input from another.
  package var withoutOrigin: String {
    var result = self
    result.head.run = ""
    result.head.source = ResultHead.Source(name: "")
    return String(decoding: result.bytes, as: UTF8.self)
  }
}

extension ResultMerger {
  package func add(_ message: [UInt8]) throws -> [Merged] { try message.withUnsafeBytes { try add($0) } }
  package func add(_ message: String) throws -> [Merged] { try add(Array(message.utf8)) }
}
