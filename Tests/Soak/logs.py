"""A log of results, folded."""

import json
from typing import Any

import fold
import topics

PIPELINE = "soak"


class Result:
    """A result that counts."""

    def __init__(self, offset: int, message: dict[str, Any]) -> None:
        self.offset = offset
        self.message = message
        self.counts: dict[str, int] = message["counts"]
        window, source = message["window"], message["source"]
        self.index: int = window["index"]
        self.start: Any = window.get("start")
        self.ranges = {int(name): (at[0], at[1]) for name, at in source["offsets"].items()}
        self.resume = {int(name): at for name, at in source["resume"].items()}
        self.read = {int(name): at for name, at in source.get("read", {}).items()}

    @property
    def name(self) -> str:
        """For people."""
        return f"window {self.index} at offset {self.offset}"


class Log:
    """What counts of partition 0 of a topic, and what is wrong with the log itself."""

    def __init__(self, topic: topics.Topic) -> None:
        self.results: list[Result] = []
        # The offset and the verdict of each message, and how it reads.
        self.lines: list[str] = []
        self.void = 0
        self.claims = 0
        self.snapshots = 0
        self.faults: list[str] = []
        folded = fold.Fold()
        history: list[tuple[int, dict[str, Any]]] = []
        for record in topic.log:
            message = _message(record.value)
            if message is None:
                continue
            verdict = folded.take(message)
            own = message.get("pipeline") == PIPELINE
            self.lines.append(_line(record, verdict, message))
            if not own:
                continue
            history.append((record.offset, message))
            if message["schema"] == "hitmon.claim/1":
                if "snapshot" in message:
                    self._check(record.offset, message["snapshot"], history)
                elif "after" in message["claim"]:
                    self.claims += verdict == fold.GOOD
            if verdict == fold.VOID:
                self.void += 1
            elif verdict == fold.GOOD and message["schema"] == "hitmon.results/1":
                self.results.append(Result(record.offset, message))
        if any(record.partition for record in topic.records):
            self.faults.append("there are messages in other partitions than 0")

    def _check(self, offset: int, snapshot: dict[str, Any], history: list[tuple[int, dict[str, Any]]]) -> None:
        """A snapshot must say what the messages below `upto` add up to."""
        self.snapshots += 1
        before = fold.Fold()
        for place, message in history:
            if place < snapshot["upto"]:
                before.take(message)
        if snapshot["upto"] > offset:
            self.faults.append(f"the snapshot at offset {offset} covers offsets up to {snapshot['upto']}")
        self.faults += [
            f"the snapshot at offset {offset}: {fault}" for fault in before.differences(PIPELINE, snapshot)]

    def total(self, count: str) -> int:
        """The sum of a count over all results."""
        return sum(result.counts.get(count, 0) for result in self.results)


def _message(value: bytes | None) -> dict[str, Any] | None:
    try:
        message = json.loads(value or b"")
    except ValueError:
        return None
    return message if isinstance(message, dict) and "schema" in message else None


def _line(record: topics.Record, verdict: str, message: dict[str, Any]) -> str:
    """A message without its histograms, for those who look for a fault."""
    short = {name: value for name, value in message.items() if name not in ("schema", "histograms", "dashboard")}
    return f"{record.offset} {record.time} {verdict} {json.dumps(short)}"
