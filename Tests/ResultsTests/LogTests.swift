import Foundation
import Histograms
import JSON
import Results
import TestSupport
import Testing

/// Which messages of a log count. Tests/Vectors/log.json has logs with what is to be said of each message; the Python package
/// and the filter for jq are tested with the same file.
@Suite struct LogTests {
  private struct Case {
    let name: String
    let log: [(verdict: String, message: LogMessage, json: Data)]
    let state: NSDictionary
  }

  private static func cases() throws -> [Case] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Vectors/log.json").standardized
    let all = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    return try #require(all["cases"] as? [[String: Any]]).map { one in
      let log = try #require(one["log"] as? [[String: Any]]).map { line in
        let json = try JSONSerialization.data(withJSONObject: line["message"]!, options: .sortedKeys)
        return (
          try #require(line["verdict"] as? String),
          try #require(json.withUnsafeBytes { LogMessage(reading: $0) }), json
        )
      }
      return Case(
        name: try #require(one["name"] as? String), log: log, state: try #require(one["state"] as? NSDictionary))
    }
  }

  private static func word(_ verdict: ResultFold.Verdict) -> String {
    switch verdict {
    case .good: "good"
    case .void: "void"
    case .passedOver: "passed over"
    }
  }

  /// What a fold says, as a snapshot writes it.
  private static func state(_ fold: ResultFold) throws -> NSDictionary {
    let json = ClaimMessage(pipeline: "p", run: "r", .snapshot(upto: 0, fold.inputs, lastOrder: nil)).json
    let message = try #require(JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    return try #require((message["snapshot"] as? [String: Any])?["inputs"] as? NSDictionary)
  }

  @Test func `Every message of the logs, and what they add up to`() throws {
    let cases = try Self.cases()
    #expect(cases.count > 15)
    for one in cases {
      var fold = ResultFold(pipeline: "p")
      let verdicts = one.log.map { Self.word(fold.take($0.message)) }
      #expect(verdicts == one.log.map(\.verdict), "\(one.name)")
      #expect(try Self.state(fold) == one.state, "\(one.name)")
    }
  }

  @Test func `The tests' own reading of the logs is the same`() throws {
    for one in try Self.cases() {
      let own = one.log.filter { $0.message.pipeline == "p" }
      let found = AcceptedResults(own.map(\.json))
      let void = own.indices.filter { own[$0].verdict == "void" }
      #expect(found.void == void, "\(one.name)")
    }
  }

  @Test func `From any snapshot on it is the same`() throws {
    for one in try Self.cases() {
      for upto in one.log.indices {
        var first = ResultFold(pipeline: "p")
        for line in one.log[..<upto] { _ = first.take(line.message) }
        // Through the message that holds it.
        let json = ClaimMessage(
          pipeline: "p", run: "r", .snapshot(upto: Int64(upto), first.inputs, lastOrder: first.lastOrder)
        ).json
        guard case .claim(let read)? = json.withUnsafeBytes({ LogMessage(reading: $0) }),
          case .snapshot(Int64(upto), let inputs, let lastOrder) = read.kind
        else {
          Issue.record("\(String(decoding: json, as: UTF8.self))")
          continue
        }
        var rest = ResultFold(pipeline: "p", from: inputs, lastOrder: lastOrder)
        for line in one.log[upto...] {
          let verdict = Self.word(rest.take(line.message))
          #expect(verdict == line.verdict, "\(one.name) \(upto) \(String(decoding: json, as: UTF8.self))")
        }
        #expect(try Self.state(rest) == one.state, "\(one.name)")
        var whole = first
        for line in one.log[upto...] { _ = whole.take(line.message) }
        #expect(rest.lastOrder == whole.lastOrder, "\(one.name)")
      }
    }
  }

  /// Random owners that take over, write twice, late and after others have claimed.
  @Test(arguments: 0..<40)
  func `Random logs: the fold, the tests' reading and every snapshot agree`(seed: UInt64) throws {
    var dice = Dice(seed)
    var log: [Data] = []
    var fold = ResultFold(pipeline: "p")
    var verdicts: [ResultFold.Verdict] = []
    func epoch(of partition: Int) -> Int { Int(fold["hits", "\(partition)"].epoch) }
    var owners: [(epoch: Int, number: Int, partitions: [Int])] = []
    for step in 0..<200 {
      let partitions = [[0], [1], [0, 1], [1, 2], [0, 1, 2]][dice.int(0...4)]
      if owners.isEmpty || dice.chance(0.1) {
        let after = partitions.map { "\"\($0)\":\(dice.chance(0.8) ? epoch(of: $0) : dice.int(0...5))" }
        let next = (partitions.map { epoch(of: $0) }.max() ?? 0) + dice.int(0...2)
        log.append(
          Data(Self.claim("{\"epoch\":\(next),\"input\":\"hits\",\"after\":{\(after.joined(separator: ","))}}").utf8))
        owners.append((next, 0, partitions))
      } else {
        let index = dice.chance(0.8) ? owners.count - 1 : dice.int(0...owners.count - 1)
        if !dice.chance(0.1) { owners[index].number += 1 }
        let owner = owners[index]
        let resume = owner.partitions.map { "\"\($0)\":\(step)" }.joined(separator: ",")
        log.append(
          Data(
            """
            {"schema":"hitmon.results/1","claim":{"epoch":\(owner.epoch),"number":\(owner.number)},"pipeline":"p","run":"r",\
            "window":{"index":\(step),"kind":"span","of":"t","start":\(step),"end":\(step + 1)},"counts":{},\
            "source":{"name":"s","topic":"hits","offsets":{},"resume":{\(resume)}},"histograms":{}}
            """.utf8))
      }
      verdicts.append(fold.take(try #require(log[step].withUnsafeBytes { LogMessage(reading: $0) })))
    }
    let own = AcceptedResults(log)
    let messages = try log.map { line in try #require(line.withUnsafeBytes { LogMessage(reading: $0) }) }
    #expect(verdicts.indices.filter { verdicts[$0] != .good } == own.void)
    #expect(own.claims > 0 && own.void.count > 0)
    #expect(own.claims + own.results.count + own.void.count == log.count)
    for upto in stride(from: 0, to: log.count, by: 7) {
      var first = ResultFold(pipeline: "p")
      for message in messages[..<upto] { _ = first.take(message) }
      var rest = ResultFold(pipeline: "p", from: first.inputs)
      let same = messages[upto...].map { rest.take($0) } == Array(verdicts[upto...])
      #expect(same)
      #expect(rest.inputs == fold.inputs)
    }
  }

  private static func claim(_ claim: String) -> String {
    "{\"schema\":\"hitmon.claim/1\",\"pipeline\":\"p\",\"run\":\"r\",\"claim\":\(claim)}"
  }

  // MARK: Logs that begin somewhere

  @Test func `Where the beginning is gone the first message of a partition is believed, and then the rules hold`()
    throws
  {
    let log = try #require(Self.cases().first { $0.name == "what a former owner writes is void" }).log
    var cut = ResultFold(pipeline: "p", isCut: true)
    let verdicts = log.dropFirst().map { Self.word(cut.take($0.message)) }
    #expect(verdicts == ["good", "good", "void", "good", "void"])
  }

  @Test func `A newer claim wins where the first message was a former owner's`() throws {
    let log = try #require(Self.cases().first { $0.name == "what a former owner writes is void" }).log
    var cut = ResultFold(pipeline: "p", isCut: true)
    // From the former owner's void message on: void, good, void.
    let verdicts = log.dropFirst(3).map { Self.word(cut.take($0.message)) }
    #expect(verdicts == ["good", "good", "void"])
  }

  @Test func `A filter goes on from the first snapshot that says what it needs`() throws {
    let log = try #require(Self.cases().first { $0.name == "what a former owner writes is void" }).log
    var fold = ResultFold(pipeline: "p")
    for line in log[..<4] { _ = fold.take(line.message) }
    let snapshot = LogMessage.claim(
      ClaimMessage(pipeline: "p", run: "r", .snapshot(upto: 4, fold.inputs, lastOrder: nil)))
    // The log from its fourth message on: void, good, snapshot, void.
    let rest = [(Int64(3), log[3].message), (4, log[4].message), (5, snapshot), (6, log[5].message)]
    let found = LogFilter.beginnings(in: rest)
    #expect(found["p"]?.offset == 4)
    var filter = LogFilter()
    // Without what there was before it cannot know better.
    let before = filter.admits(rest[0].1)
    #expect(before)
    filter.begin(from: try #require(found["p"]).inputs, of: "p")
    let behind = rest.dropFirst().map { filter.admits($0.1) }
    #expect(behind == [true, false, false])
    #expect(filter.voidCount == 1)
  }

  /// The snapshot of a log that was deleted since says nothing of this one.
  @Test func `A snapshot of messages behind it is none`() throws {
    let snapshot = LogMessage.claim(ClaimMessage(pipeline: "p", run: "r", .snapshot(upto: 9, [:], lastOrder: nil)))
    #expect(LogFilter.beginnings(in: [(0, snapshot)]).isEmpty)
  }

  @Test(arguments: [true, false])
  func `A log that begins in the middle is trusted, a whole one is not`(isCut: Bool) throws {
    let log = try #require(Self.cases().first { $0.name == "what a former owner writes is void" }).log
    // A result of a claim that is not on the log.
    let result = try #require(log.first { if case .result = $0.message { true } else { false } })
    var filter = LogFilter(isCut: isCut)
    let counts = filter.admits(result.message)
    #expect(counts == isCut)
  }

  @Test func `What is neither a result nor a claim is told as no result`() {
    var filter = LogFilter()
    let error = #expect(throws: ResultError.self) {
      try Array("{\"schema\":\"hitmon.results/2\"}".utf8).withUnsafeBytes { bytes in
        try Result { () throws(ResultError) in try filter.admits(bytes) }.get()
      }
    }
    #expect(
      error?.description == "the message's schema is `hitmon.results/2`, and this program reads `hitmon.results/1`")
  }

  @Test func `A stamp goes behind the schema, whatever the form`() throws {
    for form in ["", "\"format\":\"uhi\","] {
      let message = "{\"schema\":\"hitmon.results/1\",\(form)\"pipeline\":\"p\"}"
      let stamped = Array(message.utf8).withUnsafeBytes { ResultHead.stamp($0, .init(epoch: 7, number: 41)) }
      #expect(
        String(decoding: stamped, as: UTF8.self)
          == "{\"schema\":\"hitmon.results/1\",\"claim\":{\"epoch\":7,\"number\":41},\(form)\"pipeline\":\"p\"}")
    }
  }
}
