"""Which messages of a log of results count: Tests/Vectors/log.json says it of each, as for the program itself."""

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

CASES = json.loads((ROOT / "Tests/Vectors/log.json").read_text())["cases"]
FORMER_OWNER = next(one["log"] for one in CASES if one["name"] == "what a former owner writes is void")


def messages(lines):
    return [line["message"] for line in lines]


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
        rest = [(3, made[3]), (4, made[4]), (5, snapshot(4, fold)), (6, made[5])]
        found = log.Filter()
        self.assertEqual(found.accepted(rest), made[3:5])
        self.assertEqual(found.void, 1)
        # One of messages that are gone does not help.
        old = [*rest[:2], (5, snapshot(2, fold)), rest[3]]
        self.assertEqual(log.Filter().accepted(old), log.Filter().accepted([*rest[:2], rest[3]]))

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
        self.assertEqual(log.Filter().accepted([(0, {"schema": "other/1"}), (1, {}), (2, {"schema": log.CLAIM})]), [])
        with self.assertRaises(kernel.HitmonError):
            log.Filter().accepted([(0, {"schema": "hitmon.results/2"})])


class Partitions:
    """Stands for a topic whose partitions have these messages."""

    def __init__(self, *partitions):
        self.partitions = partitions

    def ends(self):
        return {number: (0, len(some)) for number, some in enumerate(self.partitions)}

    def objects(self, partition, start, end):
        for offset, (time, message) in enumerate(self.partitions[partition][start:end], start):
            yield offset, time, message


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


@unittest.skipUnless(shutil.which("jq"), "jq is missing")
class JqTest(unittest.TestCase):
    """docs/examples/accepted.jq, for those who read a topic with kcat."""

    def accepted(self, made, *words):
        command = ["jq", "-c", "-n", *words, "-f", str(ROOT / "docs/examples/accepted.jq")]
        lines = "".join(json.dumps(message) + "\n" for message in made)
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
