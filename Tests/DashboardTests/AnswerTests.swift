import Foundation
import TestSupport
import Testing

@testable import Dashboard

@Suite struct AnswerTests {
  private let store: DashboardStore

  init() throws {
    store = DashboardStore(DashboardStore.Options(origin: .run))
    for index in 0..<3 { try store.take(Messages().window(index, count: index)) }
  }

  private func answer(_ target: String) throws -> Answer {
    store.answer(try #require(Question(target: target)), viewers: 1)
  }

  private func json(_ target: String) throws -> [String: Any] {
    let answer = try answer(target)
    #expect(answer.status == 200 && answer.type == "application/json; charset=utf-8")
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
  }

  @Test func `Addresses are taken apart`() throws {
    let question = try #require(Question(target: "/api/histograms/a%2Fb%20c.json?over=last:3&format=uhi&x"))
    #expect(question.path == "/api/histograms/a/b c.json")
    #expect(question["over"] == "last:3" && question["format"] == "uhi" && question["x"] == "")
    #expect(question["y"] == nil)
    for target in ["", "x", "/%", "/%4", "/%zz", "/%00", "/%ff", "/?a=%+1", "http://host/"] {
      #expect(Question(target: target) == nil, "\(target)")
    }
  }

  @Test func `Windows`() throws {
    let list = try #require(try json("/api/windows")["windows"] as? [[String: Any]])
    #expect(list.map { $0["number"] as? Int } == [0, 1, 2])
    #expect(list.map { $0["hits"] as? Int } == [0, 8, 16])
    #expect(list[1]["start"] as? String == "2026-11-22T14:00:02Z")
    let last = try #require(try json("/api/windows?last=2")["windows"] as? [[String: Any]])
    #expect(last.map { ($0["window"] as? [String: Any])?["index"] as? Int } == [1, 2])
    #expect(try json("/api/windows?last=0")["windows"] as? [[String: Int]] == [])
    #expect(try answer("/api/windows/1").body == Messages().window(1, count: 1))
    #expect(try answer("/api/results/latest").body == Messages().window(2, count: 2))
    for target in [
      "/api/windows/3", "/api/windows/-1", "/api/windows/", "/api/windows/x", "/api/windows/99999999999999999999",
    ] {
      #expect(try answer(target).status == 404, "\(target)")
    }
    for target in ["/api/windows?last=x", "/api/windows?last=-1", "/api/windows?last="] {
      #expect(try answer(target).status == 400, "\(target)")
    }
  }

  @Test func `Totals`() throws {
    #expect((try json("/api/total?to=1")["counts"] as? [String: Int])?["hits"] == 8)
    #expect((try json("/api/total")["counts"] as? [String: Int])?["hits"] == 24)
    #expect(try answer("/api/total?to=3").status == 404)
    #expect(try answer("/api/total?to=x").status == 404)
  }

  @Test(arguments: [("window", 2), ("total", 3), ("last:1", 2), ("last:2", 3), ("last:99", 3)])
  func `Histograms over windows`(over: String, bin: Int) throws {
    #expect(try json("/api/histograms/occupancy/0.json?over=\(over)")["bin_counts"] as? [Int] == [bin, bin, bin, bin])
  }

  @Test func `Histograms that are not there`() throws {
    #expect(try String(decoding: answer("/api/histograms/ocupancy/0.json").body, as: UTF8.self).contains("occupancy/0"))
    #expect(try String(decoding: answer("/api/histograms/occupancy.json").body, as: UTF8.self).contains("occupancy/0"))
    for target in [
      "ocupancy/0.json", "occupancy/0", "", ".json", "../../etc/passwd", "../etc/passwd.json", "active.json?format=uhi",
    ] {
      #expect(try answer("/api/histograms/\(target)").status == 404, "\(target)")
    }
    for query in ["format=png", "over=all", "over=last:0", "over=last:x", "over=last:"] {
      #expect(try answer("/api/histograms/hits.json?\(query)").status == 400, "\(query)")
    }
  }

  @Test func `Health`() throws {
    #expect(try answer("/healthz").status == 200)
    #expect(try answer("/readyz").status == 200)
    let empty = DashboardStore(DashboardStore.Options(origin: .run))
    for target in ["/readyz", "/api/results/latest", "/api/histograms/hits.json"] {
      #expect(empty.answer(try #require(Question(target: target)), viewers: 0).status == 503, "\(target)")
    }
    #expect(empty.answer(try #require(Question(target: "/api/total")), viewers: 0).status == 404)
    #expect(try answer("/nothing").status == 404)
  }

  @Test func `Metrics`() throws {
    let text = String(decoding: try answer("/metrics").body, as: UTF8.self)
    #expect(text.contains("hitmon_hits_total{pipeline=\"p\"} 24\n"))
    #expect(text.contains("hitmon_state{pipeline=\"p\",state=\"live\"} 1\n"))
    var escaped = MetricsText(labels: [("pipeline", "a\"b\\c\nd")])
    escaped.family("x", "gauge", "Help.", 1.5)
    #expect(escaped.text == "# HELP x Help.\n# TYPE x gauge\nx{pipeline=\"a\\\"b\\\\c\\nd\"} 1.5\n")
  }
}

extension Answer {
  fileprivate var body: [UInt8] { Array(pieces.joined()) }
}
