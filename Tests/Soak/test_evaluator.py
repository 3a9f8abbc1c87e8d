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
    return checks.check(Log(topic(*map(json.dumps, messages))), HITS, kind, 1000)


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
    """Parts are at offsets 1 and 2 of their log."""

    def log(self, messages: list[dict[str, Any]]) -> Log:
        return Log(topic(*map(json.dumps, messages)))

    def whole(self, *reads: int) -> list[dict[str, Any]]:
        """Whole windows of one part each, put together when so much of the log of parts was read."""
        messages = [copy.deepcopy(CLAIM), *copy.deepcopy(SPANS[1:])]
        messages[0]["claim"]["input"] = "parts"
        for message, read in zip(messages[1:], reads, strict=False):
            position = {"resume": read, "read": read}
            message["claim"]["covers"] = {"input": "parts", "partitions": {"0": position}}
        return messages[:1 + len(reads)]

    def faults(self, whole: list[dict[str, Any]], kind: str = "span") -> list[str]:
        return checks.check_merged(self.log(whole), self.log(SPANS), kind)

    def test_whole_windows(self) -> None:
        self.assertEqual(self.faults(self.whole(3, 3)), [])
        self.assertEqual(self.faults(self.whole(2, 3)), [])
        self.assertNotEqual(self.faults(self.whole(3)), [], "a window is missing")
        self.assertNotEqual(self.faults(self.whole(1, 3)), [], "a part was not read, and is in the window")
        twice = self.whole(3, 3)
        twice[2]["window"]["index"] = twice[1]["window"]["index"]
        self.assertNotEqual(self.faults(twice), [])
        for place, name, value in (("counts", "records", 4), ("counts", "late", 1), ("histograms", "marks", {})):
            other = self.whole(3, 3)
            other[1][place][name] = value
            self.assertNotEqual(self.faults(other), [], name)

    def test_parts_that_come_after_their_window(self) -> None:
        parts = [SPANS[0], copy.deepcopy(SPANS[1]), copy.deepcopy(SPANS[2])]
        # By arrival: the part at offset 2 is of an earlier window than the one at offset 1, which was out by then.
        for message, start in ((parts[1], "2026-11-30T12:00:02Z"), (parts[2], "2026-11-30T12:00:01.5Z")):
            message["window"] = {"index": 0, "kind": "every", "start": start}
        whole = self.whole(2, 3)
        for number, second in ((1, 2), (2, 3)):
            whole[number]["window"] = {"index": number, "kind": "every", "start": f"2026-11-30T12:00:0{second}Z"}
        self.assertEqual(checks.check_merged(self.log(whole), self.log(parts), "every"), [])
        whole[2]["counts"]["records"] = 0
        self.assertNotEqual(checks.check_merged(self.log(whole), self.log(parts), "every"), [])


if __name__ == "__main__":
    unittest.main()
