"""The log of results on a topic: what a run claims of its input, and what it publishes."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hitmon import log
from hitmon.kernel import HitmonError
from hitmon.topic import NoTopic, Topic, client


@dataclasses.dataclass(frozen=True)
class Position:
    """How far published results cover a partition."""

    resume: int
    read: int
    #: The last window of a span that was published with it.
    window: int | None = None
    #: How the input was cut into windows: its kind, and of a span the clock and the length.
    cut: dict[str, Any] | None = None
    #: A message that was read: its offset, and its digest.
    mark: tuple[int, str] | None = None


@dataclasses.dataclass
class _Claim:
    """What a run has claimed of an input on a log of results."""

    input: str
    partitions: list[str]
    epoch: int
    #: The run and the epoch of the last claim of its partitions that is good.
    holder: tuple[str, int | None] = ("", None)
    #: The number of the last message written, and of the last that counts.
    written: int = 0
    counted: int = 0


class ResultsTopic:
    """A topic of results, whose partition 0 is their log: what is published, and where more is published.

    A run that reads a topic claims it here first. docs/delivery.md says which messages count.
    """

    #: So many messages of the log are looked at first, from its end; more while there is no snapshot among them.
    DEPTH = 512
    #: Behind so many messages there is another snapshot.
    SNAPSHOT = 256
    #: Seconds before a claim that came too late is tried again.
    WAITS = (0.05, 1.0)

    def __init__(self, name: str, brokers: str, settings: Mapping[str, str], pipeline: str) -> None:
        self.name, self._brokers, self._pipeline = name, brokers, pipeline
        self._settings = dict(settings)
        self._topic = Topic(name, brokers, tuple(self._settings.items()))
        self._producer: Any = None
        now = datetime.datetime.now(datetime.timezone.utc)
        self._run = f"{now:%Y-%m-%dT%H:%M:%SZ}-{secrets.token_hex(4)}"
        self._fold: log.Fold | None = None
        #: The offset behind the last message that was folded, and how many came behind the newest snapshot.
        self._next = self._since = 0
        self._claim: _Claim | None = None

    def positions(self, topic: str) -> dict[int, Position]:
        """How far the pipeline's results cover an input. Other runs may add to them; see :meth:`claim`."""
        return self._positions(self._read(), topic)

    @staticmethod
    def _positions(fold: log.Fold, topic: str) -> dict[int, Position]:
        return {
            int(name): Position(
                state["resume"], state["read"], state.get("last"), state.get("cut"),
                tuple(state["mark"]) if "mark" in state else None)
            for name, state in fold.inputs.get(topic, {}).items()
            if "resume" in state and re.fullmatch("0|[1-9][0-9]{0,9}", name)
        }

    def claim(self, topic: str, partitions: Iterable[int]) -> dict[int, Position]:
        """Claims partitions of an input. Gives how far results cover them: no other run adds to that from there on."""
        names = [str(partition) for partition in partitions]
        wait, longest = self.WAITS
        while True:
            fold = self._read()
            if f"{self.name}-partials" in fold.inputs:
                raise HitmonError(
                    f"topic {self.name} has windows that `merge: true` has put together, and engines publish whole "
                    "ones: give another results topic, without `merge`")
            after = {name: fold.epoch(topic, name) for name in names}
            epoch = 1 + max([self._claim.epoch if self._claim else 0, *after.values()])
            if epoch > log.FARTHEST:
                raise HitmonError(
                    f"the claims of pipeline {self._pipeline} on topic {self.name} have the largest epoch: publish to "
                    "another results topic")
            self._claim = _Claim(topic, names, epoch)
            self._write([self._message("claim", {"epoch": epoch, "input": topic, "after": after})])
            if self._claim.holder == (self._run, epoch):
                return self._positions(fold, topic)
            time.sleep(wait)
            wait = min(2 * wait, longest)

    def publish(self, messages: Sequence[bytes]) -> None:
        """Publishes messages; comes back when the brokers have all of them, and they count."""
        claim = self._claim
        if claim is None:
            # Of files, which nobody claims.
            self._send(messages)
            return
        self._check(claim)
        stamped = [log.stamped(message, claim.epoch, claim.written + 1 + i) for i, message in enumerate(messages)]
        claim.written += len(stamped)
        self._write(stamped)
        self._check(claim)
        if self._since >= self.SNAPSHOT:
            self._snapshot()

    def _check(self, claim: _Claim) -> None:
        """Raises where what was published does not count."""
        if claim.holder != (self._run, claim.epoch):
            raise HitmonError(
                f"topic {self.name}: another run of the pipeline, {claim.holder[0]}, reads {claim.input} too, and came "
                "later: what this run publishes does not count any more. Start one at a time")
        if claim.counted < claim.written:
            raise HitmonError(
                f"topic {self.name}: result {claim.counted + 1} of this run is missing, and those behind it do not "
                "count. Start again: the next run reads their rows again")

    def close(self) -> None:
        """Leaves a snapshot, so that the next run need not read the log."""
        if self._claim and self._since > 0 and self._claim.holder == (self._run, self._claim.epoch):
            # Without it the next run reads more.
            with contextlib.suppress(HitmonError):
                self._snapshot(5)

    def _snapshot(self, seconds: float = 60) -> None:
        assert self._fold is not None
        said = {"upto": self._next, "inputs": self._fold.lasting}
        self._write([self._message("snapshot", said)], seconds)

    def _message(self, kind: str, content: dict[str, Any]) -> bytes:
        message = {"schema": log.CLAIM, "pipeline": self._pipeline, "run": self._run, kind: content}
        return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()

    # The log

    def _read(self, end: int | None = None) -> log.Fold:
        """Folds the log up to an offset, or to its end."""
        if self._fold is None:
            return self._begin()
        if end is None:
            _, end = self._ends().get(log.PARTITION, (0, 0))
        for offset, _, message in self._topic.objects(log.PARTITION, self._next, end):
            self._take(offset, message)
        self._next = max(self._next, end)
        return self._fold

    def _ends(self) -> dict[int, tuple[int, int]]:
        try:
            return self._topic.ends()
        except NoTopic:
            return {}

    def _begin(self) -> log.Fold:
        """Folds the log from its newest snapshot, or from its first message."""
        ends = self._ends()
        low, high = ends.get(log.PARTITION, (0, 0))
        depth = self.DEPTH
        while True:
            start = max(low, high - depth)
            entries = list(self._entries(log.PARTITION, start, high))
            found = [
                entry for offset, _, entry in entries if entry.kind == "snapshot" and start <= entry.upto <= offset]
            if found or start == low:
                break
            depth *= 4
        if found:
            fold = log.Fold(self._pipeline, found[-1].inputs)
            entries = [one for one in entries if one[0] >= found[-1].upto]
        else:
            fold = log.Fold(self._pipeline, is_cut=low > 0)
            others = [one for number, (low, high) in ends.items() if number != log.PARTITION
                      for one in self._entries(number, low, high)]
            # Earlier versions let the key choose the partition: what they wrote came before the first claim.
            claimed = next((time for _, time, entry in entries if entry.kind != "result"), None)
            for _, time, entry in sorted(others, key=lambda one: one[1]):
                if claimed is None or time < claimed:
                    fold.add(entry)
        self._since = sum(fold.add(entry) != "passed over" for _, _, entry in entries)
        self._fold, self._next = fold, high
        return fold

    def _entries(self, partition: int, start: int, end: int) -> Iterator[tuple[int, int, log.Entry]]:
        """Offset, time and content of the pipeline's messages."""
        for offset, milliseconds, message in self._topic.objects(partition, start, end):
            entry = log.read(message)
            if entry and entry.pipeline == self._pipeline:
                yield offset, milliseconds, entry

    def _take(self, offset: int, message: object) -> None:
        """Folds the message of the log that comes next."""
        self._next = offset + 1
        entry, claim = log.read(message), self._claim
        if entry is None or self._fold is None or entry.pipeline != self._pipeline:
            return
        verdict = self._fold.add(entry)
        self._since = 0 if entry.kind == "snapshot" else self._since + 1
        if claim is None or verdict != "good" or entry.input != claim.input:
            return
        if not any(name in entry.partitions for name in claim.partitions):
            return
        if entry.kind == "claim":
            claim.holder = entry.run, entry.epoch
        elif claim.holder == (self._run, claim.epoch):
            claim.counted = entry.number

    def _write(self, messages: Sequence[bytes], seconds: float = 60) -> None:
        """Writes messages, and folds the log up to the last of them."""
        offsets = self._send(messages, seconds)
        if offsets == list(range(self._next, self._next + len(messages))):
            # Nobody else has written.
            for offset, message in zip(offsets, messages, strict=True):
                self._take(offset, json.loads(message))
        elif -1 in offsets:
            # Brokers that have taken a message twice may not know where the first is.
            self._read()
        elif min(offsets) < self._next:
            raise HitmonError(
                f"topic {self.name}: the brokers have lost results that they had acknowledged, from offset "
                f"{min(offsets)} on. Start again: the next run reads their rows again")
        else:
            self._read(max(offsets) + 1)

    def _send(self, messages: Sequence[bytes], seconds: float = 60) -> list[int]:
        """Writes messages to the log; gives their offsets when the brokers have all of them, -1 for one not known."""
        if self._producer is None:
            self._producer = client().Producer(
                self._settings
                | {
                    "bootstrap.servers": self._brokers,
                    "enable.idempotence": True,
                    # Also brokers that check no sequence keep the order.
                    "max.in.flight.requests.per.connection": 1,
                    "compression.type": "lz4",
                    "message.max.bytes": 20_971_520,
                }
            )
        offsets: list[int] = []
        problems: list[str] = []

        def told(error: Any, message: Any) -> None:
            if error is not None:
                problems.append(error.str())
            else:
                offset = message.offset()
                offsets.append(-1 if offset is None or offset < 0 else offset)

        for message in messages:
            self._producer.produce(self.name, message, self._pipeline, log.PARTITION, on_delivery=told)
        left = self._producer.flush(seconds)
        if problems or left:
            raise HitmonError(f"topic {self.name}: {problems[0] if problems else 'the brokers do not answer'}")
        return offsets
