"""A topic in small steps: what is read at a time, what is published, and how a run goes on where results end."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import signal
import time
from collections.abc import Iterator

from hitmon.blocks import Start
from hitmon.job import Job
from hitmon.kernel import HitmonError


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
        self._record = job.record.positions(job.source["topic"]) if job.record else {}
        self._span = job.window["kind"] == "span"
        self._published = max((p.window for p in self._record.values() if p.window is not None), default=None)
        self._next: dict[int, int] = {}
        self._rest: bytes | None = None
        self._idle = float(job.source.get("idle_seconds", 2))
        self._heard: dict[int, float] = {}
        self.partitions = 0
        self.start()

    def start(self) -> None:
        """Finds where to begin in every partition."""
        choice = self.job.source["start"] if self.job.source and "start" in self.job.source else "resume"
        now = time.monotonic()
        ends = self.topic.ends()
        self.partitions = len(ends)
        for partition, (low, high) in ends.items():
            position = self._record.get(partition) if choice == "resume" else None
            self._next[partition] = position.resume if position else high if choice == "latest" else low
            self._heard[partition] = now

    def starts(self) -> dict[int, Start]:
        """Where each partition is read on."""
        return {
            partition: Start(
                offset,
                self._record[partition].read if partition in self._record else 0,
                self._published if self._span else None,
            )
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
        published = self.job.publish(messages) if messages else []
        if self._span and published:
            self._published = max(message["window"]["index"] for message in published)
        return len(published)

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
        return self._span and self.job.record is not None and not self.until_end


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
