"""Which messages of a log of results count: Tests/Vectors/log.json says it of each, as for the program itself."""

import copy
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

from program import ROOT

sys.path.insert(0, str(ROOT / "python"))

from hitmon import kernel, log, results
from hitmon.topic import Topic

CASES = json.loads((ROOT / "Tests/Vectors/log.json").read_text())["cases"]
FORMER_OWNER = next(one["log"] for one in CASES if one["name"] == "what a former owner writes is void")


def messages(lines):
    return [line["message"] for line in lines]


def timed(made, start=0):
    """Messages with offsets and times, as a topic has them."""
    return [(offset, 10 * offset, message) for offset, message in enumerate(made, start)]


def snapshot(upto, fold):
    inputs = json.loads(json.dumps(fold.inputs))
    return {"schema": log.CLAIM, "pipeline": "p", "run": "r", "snapshot": {"upto": upto, "inputs": inputs}}


def claim(**claim):
    return {"schema": log.CLAIM, "pipeline": "p", "run": "r", "claim": claim}


def result(index, resume, pipeline="p", **claim):
    places = {str(partition): index for partition in resume}
    return {
        "schema": log.RESULTS, **({"claim": claim} if claim else {}), "pipeline": pipeline, "run": "r",
        "window": {"index": index, "kind": "span", "of": "t", "start": index, "end": index + 1}, "counts": {},
        "source": {"name": "s", "topic": "hits", "offsets": {}, "resume": places, "last": places}, "histograms": {},
    }


def random_log(seed, steps=200):
    """Owners that take over, write twice, late and after others have claimed."""
    dice = random.Random(seed)
    fold, owners, made = log.Fold("p"), [], []
    for step in range(steps):
        partitions = dice.choice([["0"], ["1"], ["0", "1"], ["1", "2"], ["0", "1", "2"]])
        if not owners or dice.random() < 0.1:
            epochs = {name: fold.epoch("hits", name) for name in partitions}
            after = {name: epoch if dice.random() < 0.8 else dice.randint(0, 5) for name, epoch in epochs.items()}
            owners.append([max(epochs.values()) + dice.randint(0, 2), 0, partitions])
            made.append(claim(epoch=owners[-1][0], input="hits", after=after))
        else:
            owner = owners[-1] if dice.random() < 0.8 else dice.choice(owners)
            owner[1] += dice.random() > 0.1
            made.append(result(step, owner[2], epoch=owner[0], number=owner[1]))
        fold.take(made[-1])
    return made


class FoldTest(unittest.TestCase):
    def test_every_message_of_the_logs_and_what_they_add_up_to(self):
        self.assertGreater(len(CASES), 15)
        for case in CASES:
            with self.subTest(case["name"]):
                fold = log.Fold("p")
                wanted = [line["verdict"] for line in case["log"]]
                self.assertEqual([fold.take(message) for message in messages(case["log"])], wanted)
                self.assertEqual(fold.inputs, case["state"])

    def check_snapshots(self, made, stride=1):
        whole = log.Fold("p")
        verdicts = [whole.take(message) for message in made]
        for upto in range(0, len(made), stride):
            first = log.Fold("p")
            for message in made[:upto]:
                first.take(message)
            entry = log.read(snapshot(upto, first))
            self.assertEqual((entry.kind, entry.upto), ("snapshot", upto))
            rest = log.Fold("p", entry.inputs)
            self.assertEqual([rest.take(message) for message in made[upto:]], verdicts[upto:], upto)
            self.assertEqual(rest.inputs, whole.inputs, upto)
        return verdicts

    def test_from_any_snapshot_on_it_is_the_same(self):
        for case in CASES:
            with self.subTest(case["name"]):
                self.check_snapshots(messages(case["log"]))
        for seed in range(20):
            with self.subTest(seed=seed):
                verdicts = self.check_snapshots(random_log(seed), 7)
                self.assertEqual(set(verdicts), {"good", "void"})

    def test_where_the_beginning_is_gone_the_first_message_of_a_partition_is_believed(self):
        fold = log.Fold("p", is_cut=True)
        verdicts = [fold.take(message) for message in messages(FORMER_OWNER)[1:]]
        self.assertEqual(verdicts, ["good", "good", "void", "good", "void"])

    def test_what_is_no_message_of_a_log_is_passed_over(self):
        fold = log.Fold("p", {"hits": {"0": {"epoch": 1, "number": 0}}})
        own = {"epoch": 1, "number": 1}
        for other in (
            None, [], {}, {"schema": "hitmon.results/2"},
            claim(), claim(input="hits", epoch=2), claim(epoch=2, after={}),
            {key: value for key, value in result(1, [0], **own).items() if key != "counts"},
            result(1.5, [0], **own), result(1, [0], epoch=1, number=True), result(1, [0], epoch=1, number=1 << 63),
            result(1, [0], **own) | {"claim": None}, result(1, [0], **own) | {"window": {"index": 1, "kind": "new"}},
            claim(epoch=1, number=1, input="hits", idle={"0": 1}),
            {"schema": log.CLAIM, "pipeline": "p", "snapshot": {"upto": 1, "inputs": {"hits": {"0": 5}}}},
        ):
            with self.subTest(other):
                self.assertEqual(fold.take(other), "passed over")
        self.assertEqual(fold.take(result(1, [0], **own)), "good")

    def test_marks(self):
        fold = log.Fold("p", {"hits": {"0": {"epoch": 1, "number": 0, "resume": 1, "read": 1, "mark": [0, "0a"]}}})
        self.assertEqual(fold.inputs["hits"]["0"]["mark"], [0, "a"])
        message = result(1, [0], epoch=1, number=1)
        for wrong in (5, [1], [1, 2], [1, "x"], [1, "f" * 17], [1, "a", 2]):
            message["source"]["marks"] = {"0": wrong}
            self.assertEqual(fold.take(message), "passed over", wrong)
        message["source"]["marks"] = {"0": [7, "5E"], "1": [8, "1"]}
        self.assertEqual(fold.take(message), "good")
        self.assertEqual(fold.inputs["hits"]["0"]["mark"], [7, "5e"])
        self.assertEqual(log.read(snapshot(5, fold)).inputs, fold.inputs)
        self.assertEqual(fold.take(result(2, [0], epoch=1, number=2)), "good")
        self.assertNotIn("mark", fold.inputs["hits"]["0"])

    def test_files_that_were_read_once_are_in_no_snapshot(self):
        case = next(one for one in CASES if one["name"].startswith("a file of results"))
        fold = log.Fold("p")
        for message in messages(case["log"]):
            fold.take(message)
        self.assertEqual((list(fold.inputs), list(fold.lasting)), (["hits", ""], ["hits"]))


#: What a field may hold beside what it must: nothing of it is read by the program itself (JSONReader).
BEYOND = 2**62 + 1, -(2**62) - 1
NO_TEXT = 5, None, True, [], {}, "\ud800"
NO_TRUTH = 5, None, "true", [], {}
NO_WHOLE = 1.0, 1.5, None, True, "1", [], {}, 2**63, -(2**63) - 1
NO_PLACE = *NO_WHOLE, *BEYOND
NO_NUMBER = None, True, "1", [], {}, 10**400, float("inf")
NO_OBJECT = 5, None, True, "x", [], [1]
NO_RANGE = 5, None, "x", {}, [], [1], [2, 1], [1, 2, 3], [1, 2.0], [1, True], [0, BEYOND[0]]
NO_DIGEST = "", "x", "0xff", "f_f", " ff", "ff ", "-1", "+", "f" * 17, "\u0663", "a\n", 5, None
NO_MARK = 5, None, {}, [], [1], [1, "a", 2], [True, "a"], [BEYOND[0], "a"], *([1, digest] for digest in NO_DIGEST)
NO_CUT = *NO_OBJECT, {"kind": 5}, {"kind": None}, {"kind": "every", "of": 5}, {"kind": "span", "length": "1"}
NO_STATE = (
    *NO_OBJECT, *({"epoch": one} for one in NO_PLACE), *({"number": one} for one in NO_PLACE),
    *({"idle": one} for one in NO_TRUTH), *({"resume": one} for one in NO_PLACE), *({"read": one} for one in NO_PLACE),
    *({"last": one} for one in NO_PLACE), *({"mark": one} for one in NO_MARK), *({"cut": one} for one in NO_CUT))


def in_names(values):
    """Objects that have such a value under a name."""
    return *NO_OBJECT, *({"0": value} for value in values)


class StrictTest(unittest.TestCase):
    """A message that the program itself does not read is skipped, for each field that it knows."""

    RESULT = {
        "schema": log.RESULTS,
        "claim": {"epoch": 1, "number": 1, "covers": {"input": "i", "partitions": {"0": {"resume": 1}}}},
        "format": "json", "pipeline": "p", "run": "r", "partial": False, "error": "e",
        "window": {"index": 1, "kind": "span", "of": "t", "start": 1, "end": 2, "length": 1},
        "counts": {"records": 2**64 - 1, "later": "x", "more": True, "none": None},
        "source": {
            "name": "s", "topic": "hits", "partitions": 2**63 - 1, "offsets": {"0": [1, 1]}, "resume": {"0": 2**62},
            "read": {"0": -(2**62)}, "last": {"0": 1}, "marks": {"0": [1, "+00000000000000000fF"]},
            "gaps": {"0": [[1, 2]]}},
        "dashboard": 5, "later": [None], "histograms": {}}
    TICK = claim(epoch=1, number=2, input="hits", idle={"0": True})
    SNAPSHOT = {
        "schema": log.CLAIM, "pipeline": "p", "run": "r",
        "snapshot": {"upto": 1, "last_order": 3, "inputs": {"hits": {"0": {"idle": False, "cut": {}}}}}}

    RESULTS = (
        ("schema", [*NO_TEXT, "new"]), ("format", [*NO_TEXT, "new"]), ("pipeline", NO_TEXT), ("run", NO_TEXT),
        ("partial", NO_TRUTH), ("error", NO_TEXT), ("claim", NO_OBJECT), ("claim.epoch", NO_PLACE),
        ("claim.number", NO_PLACE), ("claim.covers", NO_OBJECT), ("claim.covers.input", NO_TEXT),
        ("claim.covers.partitions", in_names(NO_STATE)),
        ("window", [*NO_OBJECT, {}, {"index": 1}, {"kind": "all"}]), ("window.index", NO_PLACE),
        ("window.kind", [*NO_TEXT, "new"]), ("window.of", NO_TEXT), ("window.start", [None, True, [], {}]),
        ("window.end", [None, True, [1], {}, float("inf")]), ("window.length", NO_NUMBER), ("counts", NO_OBJECT),
        ("counts.records", [-1, 1.5, 1.0, 2**64, 2**70, float("inf")]), ("source", NO_OBJECT), ("source.name", NO_TEXT),
        ("source.topic", NO_TEXT), ("source.partitions", NO_WHOLE), ("source.offsets", in_names(NO_RANGE)),
        ("source.resume", in_names(NO_PLACE)), ("source.read", in_names(NO_PLACE)), ("source.last", in_names(NO_PLACE)),
        ("source.marks", in_names(NO_MARK)),
        ("source.gaps", in_names([5, None, {}, [1], *([one] for one in NO_RANGE)])))
    CLAIMS = (
        ("schema", [5, "new"]), ("pipeline", NO_TEXT), ("run", NO_TEXT), ("claim", NO_OBJECT),
        ("claim.epoch", NO_PLACE), ("claim.input", NO_TEXT), ("claim.number", NO_PLACE),
        ("claim.idle", in_names(NO_TRUTH)), ("claim.after", in_names(NO_PLACE)))
    SNAPSHOTS = (
        ("snapshot", NO_OBJECT), ("snapshot.upto", NO_PLACE), ("snapshot.last_order", NO_PLACE),
        ("snapshot.inputs", in_names(in_names(NO_STATE))))

    @staticmethod
    def changed(whole, rows):
        """The message with each of the values, one after the other."""
        for path, values in rows:
            *above, name = path.split(".")
            for value in values:
                message = place = copy.deepcopy(whole)
                for one in above:
                    place = place[one]
                place[name] = value
                yield path, value, message

    def test_each_field(self):
        both = claim(epoch=1, number=2, input="hits", after={"0": 0}, idle={"0": True})
        for whole, rows in (
            (self.RESULT, self.RESULTS), (self.TICK, self.CLAIMS), (both, self.CLAIMS), (self.SNAPSHOT, self.SNAPSHOTS),
        ):
            self.assertIsNotNone(log.read(whole))
            for path, value, message in self.changed(whole, rows):
                with self.subTest(path, value=value):
                    self.assertIsNone(log.read(message))
        self.assertIsNone(log.read(self.TICK | {"snapshot": {}}))

    def test_fields_that_must_be_there(self):
        for whole, places in (
            (self.RESULT, [(), ("window",)]), (self.TICK, [(), ("claim",)]), (self.SNAPSHOT, [(), ("snapshot",)]),
        ):
            for path in places:
                place = whole
                for one in path:
                    place = place[one]
                for name in place:
                    message = copy.deepcopy(whole)
                    (message[path[0]] if path else message).pop(name)
                    is_needed = name in (
                        "schema", "pipeline", "window", "counts", "source", "index", "kind", "epoch", "number", "input",
                        "idle", "upto", "inputs", "snapshot") or (name == "claim" and whole is self.TICK)
                    with self.subTest((*path, name)):
                        self.assertEqual(log.read(message) is None, is_needed)

    def test_a_kind_that_a_snapshot_has_of_a_later_version(self):
        state = {"resume": 5, "cut": {"kind": "new"}}
        message = copy.deepcopy(self.SNAPSHOT)
        message["snapshot"]["inputs"]["hits"]["0"] = state
        self.assertEqual(log.read(message).inputs, {"hits": {"0": {"resume": 5, "read": 5}}})

    def test_nothing_is_read_behind_the_histograms(self):
        """The program does not: messages may be long. It stops there if it has all that it needs."""
        first = {key: value for key, value in self.RESULT.items() if key not in ("claim", "partial", "later")}
        for last in ({"claim": 5}, {"partial": 5}, {"later": "\ud800"}):
            self.assertIsNone(log.read({**first, **last}).epoch)
        unordered = {"pipeline": "p", **first}
        unordered.pop("histograms")
        self.assertEqual(log.read({**unordered, "histograms": {}, "claim": {"epoch": 7}}).epoch, 7)
        self.assertIsNone(log.read({**unordered, "histograms": {}, "claim": 5}))

    def test_depth(self):
        def deep(levels):
            value = None
            for _ in range(levels):
                value = [value]
            return value

        self.assertIsNotNone(log.read(self.TICK | {"later": deep(127)}))
        self.assertIsNone(log.read(self.TICK | {"later": deep(128)}))
        self.assertIsNone(log.read({"more": deep(128), **self.RESULT}))


class FilterTest(unittest.TestCase):
    def test_results_that_count(self):
        for case in CASES:
            # It believes the first message that it sees of a partition.
            if case["name"] == "a message of a claim that nobody has seen is void":
                continue
            with self.subTest(case["name"]):
                lines = [line for line in case["log"] if line["message"]["pipeline"] == "p"]
                own = [line for line in lines if line["message"]["schema"] == log.RESULTS]
                wanted = [line["message"] for line in own if line["verdict"] == "good"]
                found = log.Filter()
                self.assertEqual([one for one in messages(lines) if found.admits(one)], wanted)
                self.assertEqual(found.void, len(own) - len(wanted))

    def test_it_goes_on_from_the_first_snapshot_that_says_what_it_needs(self):
        fold = log.Fold("p")
        for message in messages(FORMER_OWNER)[:4]:
            fold.take(message)
        made = messages(FORMER_OWNER)
        # From the fourth message on: void, good, snapshot, void. The first is believed: nothing says what was before.
        rest = timed([made[3], made[4], snapshot(4, fold), made[5]], 3)
        found = log.Filter()
        self.assertEqual(found.accepted(rest, start=3), made[3:5])
        self.assertEqual(found.void, 1)
        # One of messages that are gone does not help, and nobody knows of messages that come after his own.
        wanted = log.Filter().accepted(timed([made[3], made[4], {}, made[5]], 3), start=3)
        for upto in (2, 6, 7):
            old = timed([made[3], made[4], snapshot(upto, fold), made[5]], 3)
            self.assertEqual(log.Filter().accepted(old, start=3), wanted, upto)

    def test_a_snapshot_that_is_ahead_of_the_log_is_passed_over(self):
        far = log.Fold("p", {"hits": {"0": {"epoch": 99, "number": 5}}})
        made = [snapshot(2, far), claim(epoch=1, input="hits", after={"0": 0}), result(1, [0], epoch=1, number=1)]
        for is_cut in (False, True):
            self.assertEqual(log.Filter(is_cut).accepted(timed(made)), made[2:])

    def test_a_log_from_its_first_message_on(self):
        """Nothing is believed there: a message of a claim that nobody has seen is void."""
        for case in CASES:
            # Its snapshots are false, and a reader goes on from one.
            if case["name"] == "a snapshot changes nothing, whatever it says":
                continue
            with self.subTest(case["name"]):
                lines = [line for line in case["log"] if line["message"]["pipeline"] == "p"]
                wanted = [
                    line["message"] for line in lines
                    if line["verdict"] == "good" and line["message"]["schema"] == log.RESULTS]
                self.assertEqual(log.Filter(is_cut=False).accepted(timed(messages(lines))), wanted)
        late = timed([result(1, [0], epoch=1, number=73)])
        found = log.Filter(is_cut=False)
        self.assertEqual((found.accepted(late), found.void), ([], 1))
        self.assertEqual(len(log.Filter().accepted(late)), 1)

    def test_other_partitions_count_up_to_the_first_claim(self):
        first = claim(epoch=1, input="hits", after={"0": 0})
        tick = claim(epoch=1, number=1, input="hits", idle={"0": True})
        old, ones = [result(index, [2]) for index in range(4)], [result(9, [2], "q")]
        others = [(0, 200, old[3]), (1, 99, old[1]), (2, 100, old[2]), (3, 98, old[0]), (4, 300, ones[0])]
        for one in (first, snapshot(0, log.Fold("p")), tick):
            found = log.Filter(is_cut=False)
            self.assertEqual(
                found.accepted([(0, 50, result(1, [0])), (1, 100, one), (2, 150, first)], others),
                [*old[:2], *ones, result(1, [0])])
        # Without a claim all of them do.
        self.assertEqual(log.Filter().accepted([], others), [*old, *ones])

    def test_pipelines_are_apart(self):
        found = log.Filter()
        log_of_two = [result(1, [0], name, epoch=1, number=1) for name in ("p", "q", "p")]
        self.assertEqual([found.admits(message) for message in log_of_two], [True, True, False])
        self.assertEqual(found.void, 1)

    def test_results_of_other_versions_are_refused(self):
        for schema, words in (
            ("hitmon.results/2", "has the schema `hitmon.results/2`, and this program reads `hitmon.results/1`"),
            (log.RESULTS, "no whole `hitmon.results/1`"), (log.CLAIM, "no whole `hitmon.claim/1`"),
            (None, "no `schema`"),
        ):
            with self.assertRaisesRegex(kernel.HitmonError, words):
                log.Filter().admits({"schema": schema})
        # Something else may lie on a topic.
        own = result(1, [0])
        for other in ({"schema": "other/1"}, {}, {"schema": 1}, {"schema": log.CLAIM}, own | {"counts": 1}):
            self.assertEqual(log.Filter().accepted(timed([other, own]), timed([other])), [own])
        with self.assertRaises(kernel.HitmonError):
            log.Filter().accepted(timed([{"schema": "hitmon.results/2"}]))


class Partitions:
    """Stands for a topic whose partitions have these messages."""

    def __init__(self, *partitions):
        self.partitions = partitions

    def ends(self):
        return {number: (0, len(some)) for number, some in enumerate(self.partitions)}

    def objects(self, partition, start, end):
        for offset, (time, message) in enumerate(self.partitions[partition][start:end], start):
            yield offset, time, message


class Kept:
    """A message as confluent-kafka hands it over."""

    def __init__(self, offset, value):
        self.offset, self.value, self.timestamp = (lambda: offset), (lambda: value), (lambda: (1, 5))


class TopicTest(unittest.TestCase):
    def objects(self, *values):
        kept = [Kept(offset, value) for offset, value in enumerate(values)]
        with mock.patch.object(Topic, "_messages", lambda *_: iter(kept)):
            return [(offset, content) for offset, _, content in Topic("results", "localhost:9092").objects(0, 0, 99)]

    def test_what_is_no_object_of_json_is_skipped(self):
        own = json.dumps(result(1, [0])).encode()
        self.assertEqual(
            self.objects(
                b"[" * 100_000, b'{"a":' * 5000 + b"1" + b"}" * 5000, b"\xff\xfe\x00", b"", None, b"null", b"1e999",
                b'{"schema":"\xff"}', b'{"a":NaN}', b'{"a":-Infinity}', '{"a":1}'.encode("utf-16"),
                b'\xef\xbb\xbf{"a":1}', b"0" * 5000, b"9" * 5000, own),
            [(14, json.loads(own))])

    def test_numbers_of_many_digits(self):
        """Python refuses them. The program does where it needs the field."""
        long = b"9" * 5000
        (_, ours), (_, other) = self.objects(
            b'{"later":%b,%b' % (long, json.dumps(result(1, [0])).encode()[1:]),
            b'{"schema":"hitmon.results/1","source":{"partitions":%b}}' % long)
        self.assertIsNotNone(log.read(ours))
        self.assertIsNone(log.read(other))


class ResultsTest(unittest.TestCase):
    def test_of_a_file_of_a_topics_messages(self):
        made = messages(FORMER_OWNER)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "dump.jsonl"
            path.write_text("".join(json.dumps(message) + "\n" for message in made) + "\n")
            found = results.read(str(path))
            self.assertEqual((found.messages, found.void), ([made[1], made[4]], 2))
            path.write_text(json.dumps(made[0]) + "\nno result\n")
            with self.assertRaisesRegex(kernel.HitmonError, "dump.jsonl:2: "):
                results.read(str(path))
            path.write_text("[" * 100_000)
            with self.assertRaisesRegex(kernel.HitmonError, "dump.jsonl:1: more than 128 objects and arrays"):
                results.read(str(path))
            # A file may begin anywhere.
            path.write_text(json.dumps(result(1, [0], epoch=1, number=73)))
            self.assertEqual(len(results.read(str(path))), 1)

    def test_counts_of_a_later_version(self):
        message = result(1, [0]) | {"counts": {"records": 2, "new": "x", "is": True, "none": None}}
        self.assertEqual(results.Results([message, message]).counts, {"records": 4})

    def test_of_a_topic(self):
        made = messages(FORMER_OWNER)
        old = [result(index, [0, 1]) for index in (5, 6, 7)]
        log_of_two = [(9, message) for message in made] + [(9, result(1, [0], "q"))]
        # Earlier versions have written two partitions, one after the other.
        topic = Partitions(log_of_two, [(3, old[2]), (4, {"schema": "other"})], [(1, old[0]), (2, old[1])])
        with mock.patch.object(results, "Topic", return_value=topic):
            found = results.of_topic("results", "localhost:9092", {}, "p")
            self.assertEqual((found.messages, found.void), ([*old, made[1], made[4]], 2))
            with self.assertRaisesRegex(kernel.HitmonError, "several pipelines: p, q"):
                results.of_topic("results", "localhost:9092", {})

    def test_a_topic_is_believed_only_where_its_beginning_is_gone(self):
        late = [(9, result(index, [0], epoch=1, number=72 + index)) for index in (0, 1)]
        for low, wanted in ((0, ([], 2)), (1, ([late[1][1]], 0))):
            topic = Partitions(late)
            with mock.patch.object(topic, "ends", lambda low=low: {0: (low, 2)}), \
                    mock.patch.object(results, "Topic", return_value=topic):
                found = results.of_topic("results", "localhost:9092", {}, "p")
            self.assertEqual((found.messages, found.void), wanted)


@unittest.skipUnless(shutil.which("jq"), "jq is missing")
class JqTest(unittest.TestCase):
    """docs/examples/accepted.jq, for those who read a topic with kcat."""

    def accepted(self, made, *words):
        command = ["jq", "-c", "-R", "-n", *words, "-f", str(ROOT / "docs/examples/accepted.jq")]
        lines = "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in made)
        done = subprocess.run(command, input=lines, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def check(self, made):
        """From the log's first message on as the fold, and from anywhere as the filter."""
        folds = {message["pipeline"]: log.Fold(message["pipeline"]) for message in made}
        good = [message for message in made if folds[message["pipeline"]].take(message) == "good"]
        self.assertEqual(
            self.accepted(made, "--argjson", "whole", "true"),
            [message for message in good if message["schema"] == log.RESULTS])
        kept = log.Filter()
        self.assertEqual(self.accepted(made), [message for message in made if kept.admits(message)])

    def test_the_logs(self):
        # All in one, each with pipelines of its own: starting jq takes longer than reading them.
        for begin in (0, 1):
            self.check([
                message | {"pipeline": f"{number} {message['pipeline']}"}
                for number, case in enumerate(CASES) for message in messages(case["log"])[begin:]])

    def test_random_logs(self):
        for seed in range(5):
            with self.subTest(seed=seed):
                self.check(random_log(seed))

    def test_what_is_no_result_is_passed_over(self):
        own = result(1, [0], epoch=1, number=1)
        self.assertEqual(self.accepted([5, [], None, {}, {"schema": 1}, {"schema": "other"}, own]), [own])
        with self.assertRaisesRegex(AssertionError, "has the schema `hitmon.results/2`"):
            self.accepted([{"schema": "hitmon.results/2"}])

    def test_what_the_program_does_not_read_is_skipped(self):
        """It stopped at some of these, and no later result was printed; others it counted."""
        made = [result(1, [0], "q")]
        whole = copy.deepcopy(StrictTest.RESULT)
        whole["source"]["partitions"] = 2
        first = claim(epoch=1, input="hits", after={"0": 0}, number=1, idle={"0": True})
        for number, (_, value, message) in enumerate([
            *StrictTest.changed(whole, StrictTest.RESULTS), *StrictTest.changed(first, StrictTest.CLAIMS),
        ]):
            # jq has doubles, no other numbers, and reads halves of pairs.
            if any(one in json.dumps(value) for one in ("1.0", "2.0", "\\ud800", *map(str, BEYOND), str(10**400))):
                continue
            name = message["pipeline"] if message["pipeline"] != "p" else f"p{number}"
            made.append(message | {"pipeline": name})
            if isinstance(name, str) and message["schema"] in (log.CLAIM, "new"):
                # Of a claim that nobody has read.
                made.append(result(1, [0], name, epoch=1, number=1))
        for one in ("", "not json", "{", '"x', "[" * 100_000, "\x00", '{"schema":"hitmon.results/1"', "1 2", "5", "[]"):
            made.append(one)
        made.append(result(2, [0], "q"))
        self.assertGreater(len(made), 400)
        self.assertEqual(self.accepted(made, "--argjson", "whole", "true"), [made[0], made[-1]])

    def test_without_lines_of_text(self):
        own = result(1, [0])
        command = ["jq", "-c", "-n", "-f", str(ROOT / "docs/examples/accepted.jq")]
        done = subprocess.run(command, input=json.dumps(own, indent=1), capture_output=True, text=True)
        self.assertEqual(json.loads(done.stdout), own)


class StampTest(unittest.TestCase):
    def test_a_stamp_goes_behind_the_schema(self):
        for form in (b"", b'"format":"uhi",'):
            found = log.stamped(b'{"schema":"hitmon.results/1",%b"pipeline":"p"}' % form, 7, 41)
            self.assertEqual(
                found, b'{"schema":"hitmon.results/1","claim":{"epoch":7,"number":41},%b"pipeline":"p"}' % form)
        with self.assertRaisesRegex(kernel.HitmonError, "no message of the schema"):
            log.stamped(b'{"schema":"hitmon.results/2"}', 1, 1)


if __name__ == "__main__":
    unittest.main()
