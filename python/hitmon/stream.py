"""A topic in small steps: what is read at a time, what is published, and how a run goes on where results end."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import signal
import sys
import time
from collections.abc import Iterator

from hitmon.blocks import Start
from hitmon.job import Job
from hitmon.kernel import HitmonError
from hitmon.resultlog import Position


@dataclasses.dataclass(frozen=True)
class Task:
    """A stretch of a partition to be read and counted."""

    partition: int
    start: Start
    end: int


class Stream:
    """The state of a run that reads a topic in steps.

    Results are the record of what was read, as for ``hitmon run``: nothing else is written down. What is open lies in
    one partial result, in memory; a run that is killed reads its rows again.
    """

    def __init__(self, job: Job) -> None:
        if job.source is None:
            raise HitmonError("a stream reads a topic, and the pipeline has none")
        if job.window["kind"] == "rows":
            raise HitmonError(
                "windows of rows depend on the order of all rows: engines cut by `every`, `span` or `all`")
        self.job, self.topic = job, job.topic
        self._span = job.window["kind"] == "span"
        #: The last window of a span that this run has published.
        self._published: int | None = None
        self._rest: bytes | None = None
        self._idle = float(job.source.get("idle_seconds", 2))
        partitions = self.topic.ends()
        self.partitions = len(partitions)
        # Where to begin is known when the partitions are claimed: other runs may read and publish until then.
        record, choice = self._fitted(job.claim(partitions)), job.source.get("start", "resume")
        ends = {partition: end for partition, end in self.topic.ends().items() if partition in partitions}
        self._record = record if choice == "resume" else {}
        self._recognize(ends)
        self._next = {
            partition: self._record[partition].resume if partition in self._record
            else high if choice == "latest" else low
            for partition, (low, high) in ends.items()
        }
        self._heard = dict.fromkeys(ends, time.monotonic())

    def _fitted(self, record: dict[int, Position]) -> dict[int, Position]:
        """The record as windows of this run can go by it: those of another clock have other numbers."""
        window, fitted = self.job.window, {}
        for partition, position in record.items():
            cut = position.cut or window
            # Windows that cut the input end where the next one begins, whatever they are.
            is_same = (cut["kind"] == "span") == self._span and (not self._span or cut.get("of") == window["of"])
            fitted[partition] = position if is_same else Position(
                position.resume, position.resume, mark=position.mark)
        if fitted != record:
            print("the published results have other windows: rows at the edge may count in both", file=sys.stderr)
        return fitted

    def _recognize(self, ends: dict[int, tuple[int, int]]) -> None:
        """Raises where the topic is another than the one that results are of."""
        for partition, position in self._record.items():
            low, high = ends.get(partition, (0, 0))
            offset, digest = position.mark or (-1, "")
            words = ""
            if position.read > high:
                words = f"ends at {high}"
            elif low <= offset < high and self.topic.digest(partition, offset) not in (digest, None):
                words = f"has another message at offset {offset}"
            if words:
                raise HitmonError(
                    f"topic {self.topic.name} partition {partition} {words}, and results cover it up to "
                    f"{position.read}: it must have been made again. Publish to another results topic, or read with "
                    "`start: earliest`")

    def _last(self, partition: int) -> int | None:
        """The last window of a span that is published with a partition."""
        position = self._record.get(partition)
        known = [self._published, position.window if position else None]
        return max((window for window in known if window is not None), default=None)

    def starts(self) -> dict[int, Start]:
        """Where each partition is read on."""
        return {
            partition: Start(
                offset, self._record[partition].read if partition in self._record else 0, self._last(partition))
            for partition, offset in self._next.items()
        }

    def tasks(self, ends: dict[int, int] | None = None) -> list[Task]:
        """What is there to be read, up to ``ends`` or to where the topic ends now."""
        if ends is None:
            ends = {partition: high for partition, (_, high) in self.topic.ends().items()}
        return [
            Task(partition, start, max(start.offset, ends.get(partition, 0)))
            for partition, start in self.starts().items()
        ]

    def words(self) -> list[str]:
        """What `kernel` is told of rows that are read now."""
        if self.job.window["kind"] != "every":
            return []
        now = datetime.datetime.now(datetime.timezone.utc)
        return ["--arrived", now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"]

    def take(self, partials: list[bytes], ends: dict[int, int], *, last: bool = False) -> int:
        """Takes what came of reading up to ``ends``, and publishes the windows that are complete; gives how many."""
        now = time.monotonic()
        for partition, end in ends.items():
            if end > self._next[partition]:
                self._next[partition] = end
                self._heard[partition] = now
        held = [self._rest] if self._rest else []
        if not held and not partials:
            return 0
        kernel = self.job.kernel
        if last:
            messages, self._rest = kernel.merge(held + partials, "--late", "count"), None
        else:
            messages, self._rest = kernel.step(held + partials, "--late", "count", *self._closing(now))
        lines = b"".join(self._whole(line) + b"\n" for line in messages.splitlines())
        published = self.job.publish(lines) if lines else []
        if self._span and published:
            self._published = max(message["window"]["index"] for message in published)
        return len(published)

    def _whole(self, line: bytes) -> bytes:
        """A message that says of every partition how far it is published, and takes nothing back.

        All messages of a claim name all of its partitions. A part names those alone that it has messages of, and knows
        nothing of the windows that others have published.
        """
        text = line.decode()
        head, mark, _ = text.partition(',"source":')
        source, end = json.JSONDecoder().raw_decode(text, len(head) + len(mark))
        index = json.loads(head + "}")["window"]["index"]
        resume, read, last, marks = ({**source.get(key, {})} for key in ("resume", "read", "last", "marks"))
        for partition in sorted(self._next):
            name, position = str(partition), self._record.get(partition)
            resume.setdefault(name, self._next[partition])
            read[name] = max(read.get(name, resume[name]), position.read if position else 0)
            if self._span:
                last[name] = max(one for one in (last.get(name, index), self._last(partition)) if one is not None)
            if position and position.mark:
                marks.setdefault(name, list(position.mark))
        found = {**source, "resume": resume, "read": read}
        found |= ({"last": last} if last else {}) | ({"marks": marks} if marks else {})
        if found == source:
            return line
        return (head + mark + json.dumps(found, separators=(",", ":"), ensure_ascii=False) + text[end:]).encode()

    def _closing(self, now: float) -> list[str]:
        """Which windows are complete."""
        if self._span:
            active = [str(p) for p, heard in self._heard.items() if now - heard < self._idle]
            # A partition without anything to read is not waited for; one at least says where the clock stands.
            return ["--passed", ",".join(active)] if active else ["--before=-9000000000000000000"]
        if self.job.window["kind"] == "every":
            return ["--before", str(time.time_ns() // self.job.window["nanoseconds"])]
        return ["--before=-1"]

    @property
    def interval(self) -> float:
        """Seconds between steps: a window by arrival, or a second."""
        return self.job.window["nanoseconds"] / 1e9 if self.job.window["kind"] == "every" else 1.0

    @property
    def until_end(self) -> bool:
        """Whether the run ends where the topic did when it began."""
        assert self.job.source is not None
        return self.job.source.get("until") == "end"

    @property
    def is_left_open(self) -> bool:
        """Whether windows that are open at the end are left to the next run: it reads their rows again."""
        return self._span and self.job.has_record and not self.until_end


@contextlib.contextmanager
def stopping() -> Iterator[list[int]]:
    """Holds the signals that asked to stop."""
    stopped: list[int] = []
    before = {}
    with contextlib.suppress(ValueError):  # Not on the main thread.
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, lambda got, _: stopped.append(got))
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
