"""What drivers of engines claim on the log of results, and what becomes of messages that come late or twice.

The log is a list here; Tests/Scale has one of a real broker.
"""

import contextlib
import io
import json
import sys
import unittest
from unittest import mock

from program import ROOT

sys.path.insert(0, str(ROOT / "python"))

from hitmon import kernel, log, stream, topic
from hitmon.resultlog import Position, ResultsTopic
from hitmon.topic import NoTopic


class Log:
    """A log of results in memory, and a topic of hits with two partitions."""

    def __init__(self):
        #: Messages with their times, by partition.
        self.partitions = [[], []]
        self.low = 0
        self.is_there = True
        #: How many messages were read.
        self.reads = 0

    def ends(self):
        if not self.is_there:
            raise NoTopic("there is no topic results")
        return {0: (self.low, len(self.partitions[0])), 1: (0, len(self.partitions[1]))}

    def objects(self, partition, start, end):
        for offset in range(max(start, 0 if partition else self.low), min(end, len(self.partitions[partition]))):
            self.reads += 1
            time, value = self.partitions[partition][offset]
            yield offset, time, json.loads(value)

    def write(self, message, partition=0, time=0):
        self.is_there = True
        value = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.partitions[partition].append((time, value))
        return len(self.partitions[partition]) - 1

    @property
    def messages(self):
        return [json.loads(value) for _, value in self.partitions[0]]


class Driver(ResultsTopic):
    """A driver whose messages go to a log in memory. ``before`` and ``behind`` are done around each message."""

    def __init__(self, kept, pipeline="p"):
        super().__init__("results", "localhost:9092", {}, pipeline)
        self._topic = kept
        self.before = self.behind = lambda message: None
        self.WAITS = (0, 0)

    @property
    def run(self):
        return self._run

    def _send(self, messages, seconds=60):
        offsets = []
        for message in messages:
            self.before(message)
            offsets.append(self._topic.write(message))
            self.behind(message)
        return offsets

    def window(self, index, end=None, **source):
        """Publishes a window of a span with both partitions."""
        self.publish([result(index, end or 10 * index, **source)])


def result(index, end, **source):
    places = {"0": end, "1": end}
    source = {"name": "s", "topic": "hits", "partitions": 2, "offsets": {}, "resume": places, "read": places, **source}
    window = {"index": index, "kind": "span", "of": "t", "start": index, "end": index + 1}
    message = {"schema": log.RESULTS, "pipeline": "p", "run": "r", "window": window, "counts": {}}
    return json.dumps(message | {"source": source, "histograms": {}}, separators=(",", ":")).encode()


def position(index, end):
    return Position(end, end, index, {"kind": "span", "of": "t", "length": 1})


class ClaimTest(unittest.TestCase):
    def setUp(self):
        self.log = Log()

    def accepted(self):
        found = log.Filter()
        kept = found.accepted([(offset, 0, message) for offset, message in enumerate(self.log.messages)])
        return [message["window"]["index"] for message in kept], found.void

    def test_one_after_the_other(self):
        first = Driver(self.log)
        self.assertEqual(first.claim("hits", [0, 1]), {})
        first.window(1)
        first.publish([result(2, 20), result(3, 30)])
        first.close()
        second = Driver(self.log)
        self.assertEqual(second.positions("hits"), {0: position(3, 30), 1: position(3, 30)})
        self.assertEqual(second.claim("hits", [0, 1]), {0: position(3, 30), 1: position(3, 30)})
        second.window(4)
        self.assertEqual(self.accepted(), ([1, 2, 3, 4], 0))
        claims = [message["claim"] for message in self.log.messages if message["schema"] == log.CLAIM and
                  "claim" in message]
        self.assertEqual(claims, [
            {"epoch": 1, "input": "hits", "after": {"0": 0, "1": 0}},
            {"epoch": 2, "input": "hits", "after": {"0": 1, "1": 1}}])
        self.assertEqual(
            [list(message.items())[1] for message in self.log.messages if "window" in message],
            [("claim", {"epoch": epoch, "number": number}) for epoch, number in ((1, 1), (1, 2), (1, 3), (2, 1))])

    def test_a_topic_that_is_made_with_the_first_message(self):
        self.log.is_there = False
        driver = Driver(self.log)
        self.assertEqual(driver.positions("hits"), {})
        driver.claim("hits", [0, 1])
        driver.window(1)
        self.assertEqual(self.accepted(), ([1], 0))

    def test_what_is_published_behind_anothers_claim_is_void_and_said(self):
        first, second = Driver(self.log), Driver(self.log)
        first.claim("hits", [0, 1])
        first.window(1)
        self.assertEqual(second.claim("hits", [0, 1])[0], position(1, 10))
        words = (
            f"topic results: another run of the pipeline, {second.run}, reads hits too, and came later: what this run "
            "publishes does not count any more. Start one at a time")
        for _ in range(2):
            with self.assertRaises(kernel.HitmonError) as raised:
                first.window(2)
            self.assertEqual(str(raised.exception), words)
        first.close()
        second.window(2)
        # The second try was not sent. A driver that has lost its claim writes no snapshot.
        self.assertEqual(self.accepted(), ([1, 2], 1))
        self.assertEqual(sum("snapshot" in message for message in self.log.messages), 0)

    def test_a_claim_between_messages_of_one_step(self):
        first, second = Driver(self.log), Driver(self.log)
        first.claim("hits", [0, 1])
        first.behind = lambda message: second.claim("hits", [0, 1]) if b'"number":2' in message else None
        with self.assertRaisesRegex(kernel.HitmonError, "another run"):
            first.publish([result(index, index) for index in (1, 2, 3)])
        self.assertEqual(second.claim("hits", [0, 1])[0], position(2, 2))
        self.assertEqual(self.accepted(), ([1, 2], 1))

    def test_a_claim_that_comes_too_late_is_made_again(self):
        other = Driver(self.log)

        def overtake(_):
            # The driver that claims in between publishes too.
            driver.before = lambda message: None
            other.claim("hits", [0, 1])
            other.window(1)

        driver = Driver(self.log)
        driver.before = overtake
        self.assertEqual(driver.claim("hits", [0, 1]), {0: position(1, 10), 1: position(1, 10)})
        epochs = [message["claim"]["epoch"] for message in self.log.messages if "after" in message.get("claim", {})]
        self.assertEqual(epochs, [1, 1, 2])
        driver.window(2)
        with self.assertRaisesRegex(kernel.HitmonError, driver.run):
            other.window(2)

    def test_positions_are_those_at_the_claim(self):
        former, driver = Driver(self.log), Driver(self.log)
        former.claim("hits", [0, 1])
        driver.positions("hits")
        former.window(1)
        former.window(2)
        self.assertEqual(driver.claim("hits", [0, 1]), {0: position(2, 20), 1: position(2, 20)})

    def test_what_a_broker_has_twice_counts_once(self):
        driver = Driver(self.log)
        driver.before = self.log.write
        driver.claim("hits", [0, 1])
        driver.window(1)
        driver.publish([result(2, 20), result(3, 30)])
        self.assertEqual(self.accepted(), ([1, 2, 3], 3))

    def test_a_result_that_is_missing(self):
        driver = Driver(self.log)
        driver.claim("hits", [0, 1])

        def lose(_):
            self.log.partitions[0].pop()
            driver.behind = lambda message: None

        driver.window(1)
        driver.behind = lose
        with self.assertRaisesRegex(kernel.HitmonError, "result 2 of this run is missing"):
            driver.publish([result(2, 20), result(3, 30)])
        # Numbers that are used up are not used again: the next content would stand under an old one.
        with self.assertRaisesRegex(kernel.HitmonError, "result 2 of this run is missing"):
            driver.window(2)
        self.assertEqual(Driver(self.log).claim("hits", [0, 1])[0], position(1, 10))

    def test_brokers_that_have_lost_results(self):
        driver = Driver(self.log)
        driver.claim("hits", [0, 1])
        driver.window(1)
        self.log.partitions[0].pop()
        with self.assertRaisesRegex(kernel.HitmonError, "have lost results that they had acknowledged, from offset 1"):
            driver.window(2)

    def test_offsets_that_are_not_known(self):
        driver = Driver(self.log)
        send = driver._send
        with mock.patch.object(driver, "_send", lambda *words: [-1 for _ in send(*words)]):
            driver.claim("hits", [0, 1])
            driver.window(1)
        self.assertEqual(self.accepted(), ([1], 0))

    def test_messages_of_others_between(self):
        driver, other = Driver(self.log), Driver(self.log, "q")
        other.claim("hits", [0, 1])
        driver.before = lambda message: self.log.write(result(5, 5).replace(b'"p"', b'"q"'))
        driver.claim("hits", [0, 1])
        driver.window(1)
        self.log.write(b'{"schema":"other"}')
        driver.window(2)
        self.assertEqual(driver.positions("hits")[0], position(2, 20))

    def test_files_are_published_without_a_claim(self):
        driver = Driver(self.log)
        line = result(1, 10, topic="", resume={"a.txt": 10}, read={"a.txt": 10})
        driver.publish([line])
        driver.close()
        self.assertEqual(self.log.partitions[0], [(0, line)])

    def test_topics_of_merged_windows_are_refused(self):
        self.log.write({
            "schema": log.CLAIM, "pipeline": "p", "run": "r",
            "claim": {"epoch": 1, "input": "results-partials", "after": {"0": 0}}})
        with self.assertRaisesRegex(kernel.HitmonError, "`merge: true` has put together.* give another results topic"):
            Driver(self.log).claim("hits", [0, 1])


    def test_an_epoch_that_is_too_large_to_count_on_from(self):
        """A claim after it would be read by nobody: a run would claim for ever."""
        self.log.write({
            "schema": log.CLAIM, "pipeline": "p", "run": "r",
            "claim": {"epoch": 1 << 62, "input": "hits", "after": {"0": 0}}})
        words = (
            "the claims of pipeline p on topic results have the largest epoch: publish to another results topic")
        with mock.patch("time.sleep", side_effect=AssertionError), self.assertRaisesRegex(kernel.HitmonError, words):
            Driver(self.log).claim("hits", [0, 1])
        self.assertEqual(len(self.log.messages), 1)
        # Other partitions go on.
        Driver(self.log).claim("hits", [1])

    def test_names_that_are_no_partitions(self):
        for name in ("00", "+0", "\u0663", "9" * 5000, "x"):
            self.log.write(result(1, 10, resume={"0": 10, name: 5}, read={}))
        self.assertEqual(Driver(self.log).positions("hits"), {0: position(1, 10)})


class SnapshotTest(unittest.TestCase):
    def setUp(self):
        self.log = Log()

    def snapshots(self):
        return [offset for offset, message in enumerate(self.log.messages) if "snapshot" in message]

    def test_long_logs_are_not_read_from_their_beginnings(self):
        driver = Driver(self.log)
        driver.claim("hits", [0, 1])
        for index in range(600):
            driver.window(index)
        self.assertEqual(self.snapshots(), [256, 513])
        driver.close()
        driver.close()
        self.assertEqual(self.snapshots(), [256, 513, 603])
        reader = Driver(self.log)
        self.log.reads = 0
        found = reader.claim("hits", [0, 1])
        self.assertEqual(found[0], position(599, 5990))
        self.assertEqual(self.log.reads, 512)
        whole = log.Fold("p")
        for message in self.log.messages:
            whole.take(message)
        self.assertEqual(reader._fold.inputs, whole.inputs)

    def test_deeper_where_there_is_none(self):
        driver = Driver(self.log)
        driver.SNAPSHOT = 10**9
        driver.claim("hits", [0, 1])
        driver._snapshot()
        for index in range(3000):
            driver.window(index)
        reader = Driver(self.log)
        self.log.reads = 0
        self.assertEqual(reader.positions("hits")[0], position(2999, 29990))
        self.assertEqual(self.log.reads, 512 + 2048 + 3002)

    def test_one_that_states_what_is_gone_or_not_there_yet_is_passed_over(self):
        driver = Driver(self.log)
        driver.claim("hits", [0, 1])
        for index in range(4):
            driver.window(index)
        for upto in (2, 99):
            wrong = {"upto": upto, "inputs": {"hits": {"0": {"epoch": 9, "number": 9}}}}
            self.log.write({"schema": log.CLAIM, "pipeline": "p", "run": "r", "snapshot": wrong})
        self.log.low = 3
        # What is left is believed.
        self.assertEqual(Driver(self.log).positions("hits")[0], position(3, 30))

    def test_results_of_earlier_versions_in_other_partitions(self):
        self.log.write(result(2, 20), partition=1, time=2)
        self.log.write(result(1, 15), partition=0, time=1)
        driver = Driver(self.log)
        # The log comes last.
        self.assertEqual(driver.claim("hits", [0, 1])[0], Position(15, 20, 2, position(0, 0).cut))
        driver.close()
        self.log.partitions[1].clear()
        self.assertEqual(Driver(self.log).positions("hits")[0].window, 2)

    def test_results_that_an_earlier_version_publishes_beside_a_claim(self):
        self.log.write(
            {"schema": log.CLAIM, "pipeline": "p", "run": "r",
             "claim": {"epoch": 1, "input": "other", "after": {"0": 0}}}, time=5)
        for time in (4, 5, 6):
            self.log.write(result(time, 10 * time), partition=1, time=time)
        self.assertEqual(Driver(self.log).positions("hits")[0], position(4, 40))


class FakeJob:
    """A job whose windows are those that `kernel` is told."""

    def __init__(self, record=None, start="resume", kind="span"):
        self.source = {"topic": "hits", "start": start}
        self.window = {"kind": kind, "of": "t"} if kind == "span" else {"kind": kind, "nanoseconds": 10**9}
        self.topic, self.kernel, self.has_record = self, self, True
        self.record, self.published, self.lines = record or {}, [], []
        self.name, self.digests = "hits", {}

    def ends(self):
        return {0: (3, 100), 1: (0, 50)}

    def digest(self, partition, offset):
        return self.digests.get((partition, offset))

    def claim(self, partitions):
        self.claimed = list(partitions)
        return self.record

    def step(self, *_):
        return b"".join(line + b"\n" for line in self.lines), b"rest"

    def publish(self, lines):
        self.published += lines.splitlines()
        return [json.loads(line) for line in lines.splitlines()]


class StreamTest(unittest.TestCase):
    CUT = {"kind": "span", "of": "t", "length": 1}

    def test_each_partition_goes_on_behind_its_own_last_window(self):
        job = FakeJob({0: Position(70, 75, 7, self.CUT), 1: Position(30, 31, 3, self.CUT)})
        steps = stream.Stream(job)
        self.assertEqual(job.claimed, [0, 1])
        self.assertEqual(
            steps.starts(), {0: stream.Start(70, 75, 7), 1: stream.Start(30, 31, 3)})
        # A window of the past, of the partition that was behind.
        job.lines = [result(4, 40, resume={"1": 33}, read={"1": 40}, last={"1": 4})]
        self.assertEqual(steps.take([b"part"], {1: 40}), 1)
        source = json.loads(job.published[0])["source"]
        self.assertEqual(
            {key: source[key] for key in ("resume", "read", "last")},
            {"resume": {"0": 70, "1": 33}, "read": {"0": 75, "1": 40}, "last": {"0": 7, "1": 4}})
        self.assertEqual(steps.starts(), {0: stream.Start(70, 75, 7), 1: stream.Start(40, 31, 4)})

    def test_messages_that_say_all_stay_as_they_are(self):
        job = FakeJob()
        steps = stream.Stream(job)
        self.assertEqual(steps.starts(), {0: stream.Start(3), 1: stream.Start(0)})
        line = result(-4, 40, last={"0": -4, "1": -4}, name="s\u00e4\",\"source\":{")
        job.lines = [line.replace(b"{}", b'{ }')]
        steps.take([b"part"], {0: 40, 1: 40})
        self.assertEqual(job.published, job.lines)

    def test_rows_are_read_again_where_windows_have_another_clock_or_kind(self):
        old = {0: Position(70, 75, 7, {"kind": "span", "of": "u", "length": 1})}
        for kind, cut in (("span", old[0].cut), ("every", old[0].cut), ("span", {"kind": "every"})):
            told = io.StringIO()
            with self.subTest(kind), contextlib.redirect_stderr(told):
                steps = stream.Stream(FakeJob({0: Position(70, 75, 7, cut)}, kind=kind))
                self.assertEqual(steps.starts()[0], stream.Start(70, 70, None))
                self.assertIn("rows at the edge may count in both", told.getvalue())
        steps = stream.Stream(FakeJob({0: Position(70, 75, None, {"kind": "rows"})}, kind="every"))
        self.assertEqual(steps.starts()[0], stream.Start(70, 75, None))

    def test_a_topic_that_was_made_again(self):
        def start(position, start="resume"):
            job = FakeJob({0: position}, start)
            job.digests = {(0, 40): "5f"}
            return job, stream.Stream(job)

        words = r"topic hits partition 0 {}, and results cover it up to {}: it must have been made again.* `start: earl"
        with self.assertRaisesRegex(kernel.HitmonError, words.format("ends at 100", 101)):
            start(Position(90, 101))
        with self.assertRaisesRegex(kernel.HitmonError, words.format("has another message at offset 40", 75)):
            start(Position(70, 75, mark=(40, "5e")))
        # It is not for those who read all again, and messages that are gone say nothing.
        start(Position(70, 75, mark=(40, "5e")), "earliest")
        start(Position(70, 75, mark=(41, "5e")))
        start(Position(70, 75, mark=(2, "5e")))
        # What is known stays known.
        job, steps = start(Position(70, 75, 7, self.CUT, (40, "5f")))
        job.lines = [result(8, 80, last={"0": 8, "1": 8}, marks={"1": [9, "a"]}), result(9, 90)]
        steps.take([b"part"], {0: 90, 1: 50})
        self.assertEqual(
            [json.loads(line)["source"]["marks"] for line in job.published],
            [{"0": [40, "5f"], "1": [9, "a"]}, {"0": [40, "5f"]}])

    def test_digests(self):
        # FNV-1a of these bytes, by its definition.
        found = 0xCBF29CE484222325
        for byte in bytes([3, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]) + b"ab":
            found = (found ^ byte) * 0x100000001B3 % 2**64
        self.assertEqual(topic.digest(259, b"ab"), f"{found:x}")
        self.assertNotEqual(topic.digest(None, None), topic.digest(0, b""))
        self.assertEqual(topic.digest(1, b"x" * 4096 + b"a"), topic.digest(1, b"x" * 4096 + b"b"))

    def test_another_start_reads_what_is_published_again(self):
        record = {0: Position(70, 75, 7, self.CUT)}
        for start, offset in (("earliest", 3), ("latest", 100)):
            self.assertEqual(stream.Stream(FakeJob(record, start)).starts()[0], stream.Start(offset))


if __name__ == "__main__":
    unittest.main()
