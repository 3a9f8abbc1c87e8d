import Synchronization
import Testing

@testable import Connectors

@Suite struct GroupWaitTests {
  private final class Told: Sendable {
    let sentences = Mutex<[String]>([])
    func take() -> [String] {
      sentences.withLock { all in
        defer { all = [] }
        return all
      }
    }
  }

  private func wait() -> (GroupWait, Told) {
    let told = Told()
    return (GroupWait("topic t, group g") { sentence in told.sentences.withLock { $0.append(sentence) } }, told)
  }

  @Test func `The share that a group leaves is told`() {
    var (wait, told) = wait()
    wait.begin()
    wait.end([0, 1], of: 2)
    #expect(told.take() == [])
    wait.begin()
    wait.end([1], of: 2)
    #expect(told.take() == ["topic t, group g: reading partition 1 of 2"])
    wait.begin()
    wait.end([], of: 2)
    #expect(
      told.take() == [
        "topic t, group g: other instances read all 2 partitions; this one takes over when one of them ends"
      ])
  }

  @Test func `An instance that was silent for too long does not say that others read`() {
    var (wait, told) = wait()
    wait.begin()
    wait.end([0, 1], of: 2)
    wait.lose()
    #expect(
      told.take() == [
        "topic t, group g: this instance was silent for too long, so the group has ended its membership; it joins again"
      ])
    // The group may still count on the member that it was.
    wait.end([], of: 2)
    #expect(
      told.take() == [
        "topic t, group g: the group leaves this instance no partition yet; it waits for the next time they are handed out"
      ])
    wait.begin()
    wait.end([0, 1], of: 2)
    #expect(told.take() == ["topic t, group g: reading partitions 0, 1 of 2"])
    // From here on it is as any other.
    wait.begin()
    wait.end([], of: 2)
    #expect(
      told.take() == [
        "topic t, group g: other instances read all 2 partitions; this one takes over when one of them ends"
      ])
  }
}
