"""The soak's own reading of logs agrees with the shared cases, and its checks find what is put wrong."""

import copy
import json
import pathlib
import sys
import unittest
from typing import Any

sys.path[:0] = [str(pathlib.Path(__file__).parent)]

import checks  # noqa: E402
import fold  # noqa: E402
import topics  # noqa: E402
from logs import Log  # noqa: E402
from rows import Hits, expected  # noqa: E402

VECTORS = pathlib.Path(__file__).resolve().parents[1] / "Vectors/log.json"


class FoldTest(unittest.TestCase):
    def test_verdicts_of_the_shared_logs(self) -> None:
        for case in json.loads(VECTORS.read_text())["cases"]:
            folded = fold.Fold()
            for number, entry in enumerate(case["log"]):
                verdict = folded.take(entry["message"])
                with self.subTest(case["name"], message=number):
                    self.assertEqual(verdict == fold.VOID, entry["verdict"] == "void")


def topic(*values: str) -> topics.Topic:
    """A topic of one partition."""
    records = [topics.Record(0, offset, None, value.encode(), 0) for offset, value in enumerate(values)]
    return topics.Topic(records, {0: len(records)})


# Offsets 0 to 5 of partition 0, one of them malformed. By their clock three rows are in window 1 and two in window 2.
HITS = Hits(topic("1,5,1100,7", "1,6,1100,9", "0,1,1200,1", "none", "1,3,2100,4", "1,3,2200,8"))


def result(number: int, start: int, end: int, kind: str, index: int, **counts: int) -> dict[str, Any]:
    """A result over these offsets, as it should be."""
    rows = [row for row in HITS.all() if start <= row.offset < end]
    hits = sum(row.is_hit for row in rows)
    histograms: dict[str, Any] = {}
    for name, values in expected(rows, groups=True).items():
        own = list(values)
        histograms[name] = {"bin_counts": own[:8], "overflow": own[8]} if name == "active" else {"bin_counts": own}
    return {
        "schema": "hitmon.results/1", "pipeline": "soak", "run": "r", "claim": {"epoch": 1, "number": number},
        "window": {"index": index, "kind": kind, "start": index},
        "counts": {
            "records": len(rows), "hits": hits, "dropped": len(rows) - hits, "malformed": 0, "late": 0, "stray": 0,
            "gaps": 0, **counts},
        "source": {
            "topic": "hits", "offsets": {"0": [start, end]}, "resume": {"0": end}, "read": {"0": end}},
        "histograms": histograms}


CLAIM: dict[str, Any] = {
    "schema": "hitmon.claim/1", "pipeline": "soak", "run": "r",
    "claim": {"epoch": 1, "input": "hits", "after": {"0": 0}}}
CUTS = [CLAIM, result(1, 0, 3, "rows", 0), result(2, 3, 6, "rows", 1, malformed=1)]
SPANS = [CLAIM, result(1, 0, 3, "span", 1), result(2, 4, 6, "span", 2, malformed=1)]


def faults(messages: list[dict[str, Any]], kind: str) -> list[str]:
    """What is wrong with a log of these messages."""
    return checks.check(Log(topic(*map(json.dumps, messages))), HITS, kind, 1000, False, False)


class CheckTest(unittest.TestCase):
    def changed(self, messages: list[dict[str, Any]], number: int, path: str, value: object) -> list[dict[str, Any]]:
        found = copy.deepcopy(messages)
        place: Any = found[number]
        *names, last = path.split(".")
        for name in names:
            place = place[name]
        place[last] = value
        return found

    def test_what_is_right_is_taken(self) -> None:
        self.assertEqual(faults(CUTS, "rows"), [])
        self.assertEqual(faults(SPANS, "span"), [])
        # Copies and messages behind holes count for nothing.
        self.assertEqual(faults([CLAIM, CUTS[1], CUTS[1], CUTS[2], CUTS[1]], "rows"), [])

    def test_what_is_wrong_is_found(self) -> None:
        for messages, kind in ((CUTS, "rows"), (SPANS, "span")):
            wrong = {
                "a window is missing": messages[:2],
                "rows are counted twice": [*messages, self.changed([messages[1]], 0, "claim.number", 3)[0]],
                "a count": self.changed(messages, 1, "counts.hits", 1),
                "records": self.changed(messages, 1, "counts.records", 2),
                "malformed": self.changed(messages, 2, "counts.malformed", 0),
                "late": self.changed(messages, 2, "counts.late", 1),
                "a bin": self.changed(messages, 1, "histograms.channel.bin_counts", [0] * 16),
                "other rows of the same channels": self.changed(
                    messages, 1, "histograms.marks.bin_counts", [0, 17, 0, 0]),
                "places go back": self.changed(messages, 2, "source.read", {"0": 2}),
            }
            for name, found in wrong.items():
                with self.subTest(name, kind=kind):
                    self.assertNotEqual(faults(found, kind), [])

    def test_ranges_that_do_not_meet(self) -> None:
        self.assertNotEqual(faults(self.changed(CUTS, 2, "source.offsets", {"0": [2, 6]}), "rows"), [])
        self.assertNotEqual(faults(self.changed(CUTS, 2, "source.offsets", {"0": [4, 6]}), "rows"), [])

    def test_snapshots(self) -> None:
        state = {"epoch": 1, "number": 2, "resume": 6, "read": 6}
        snapshot = {
            "schema": "hitmon.claim/1", "pipeline": "soak", "snapshot": {"upto": 3, "inputs": {"hits": {"0": state}}}}
        self.assertEqual(faults([*CUTS, snapshot], "rows"), [])
        for path, value in (("number", 1), ("resume", 5), ("epoch", 2)):
            wrong = self.changed([*CUTS, snapshot], 3, f"snapshot.inputs.hits.0.{path}", value)
            self.assertNotEqual(faults(wrong, "rows"), [])


class MergedTest(unittest.TestCase):
    def log(self, messages: list[dict[str, Any]]) -> Log:
        return Log(topic(*map(json.dumps, messages)))

    def test_whole_windows(self) -> None:
        parts = self.log(SPANS)
        self.assertEqual(checks.check_merged(self.log(SPANS), parts, "span", False), [])
        self.assertNotEqual(checks.check_merged(self.log(SPANS[:2]), parts, "span", False), [])
        twice = copy.deepcopy(SPANS)
        twice[2]["window"]["index"] = twice[1]["window"]["index"]
        self.assertNotEqual(checks.check_merged(self.log(twice), parts, "span", False), [])
        other = copy.deepcopy(SPANS)
        other[1]["counts"]["records"] += 1
        self.assertNotEqual(checks.check_merged(self.log(other), parts, "span", False), [])


if __name__ == "__main__":
    unittest.main()
