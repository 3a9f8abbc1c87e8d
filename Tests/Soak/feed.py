"""Rows on their way to the topic of hits, and messages of other pipelines on their way to that of results."""

import contextlib
import json
import random
import threading
import time
from typing import Any

import scenario as scenarios
from confluent_kafka import KafkaError, KafkaException, Producer

# The clock begins high, where a float of 32 bits would not do.
FIRST_CLOCK = 3_000_000_000
# Rows come at most so far behind the newest of their partition.
JITTER = 100


class Feed:
    """Writes rows at a rate until it is ended."""

    def __init__(self, address: str, topic: str, scenario: "scenarios.Scenario", seed: int) -> None:
        self.address, self.topic, self.scenario = address, topic, scenario
        self.random = random.Random(seed)
        self.clock = FIRST_CLOCK
        self.rows = 0
        self.failed = 0
        self.commits = self.aborts = 0
        self.problem: BaseException | None = None
        self._producer: Any = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _open(self) -> None:
        settings: dict[str, Any] = {
            "bootstrap.servers": self.address, "acks": "all", "linger.ms": 5, "log_level": 0,
            "message.timeout.ms": 300_000, "reconnect.backoff.max.ms": 200,
            # A batch that is written twice brings its rows twice: it must not reach further back than rows may be late.
            "batch.num.messages": 40, "max.in.flight.requests.per.connection": 1}
        if self.scenario.transactions:
            settings |= {
                "transactional.id": f"feed-{self.topic}", "transaction.timeout.ms": 60_000,
                "message.timeout.ms": 60_000}
        self._producer = Producer(settings)
        if self.scenario.transactions:
            self._producer.init_transactions(10)

    def _run(self) -> None:
        try:
            self._open()
            if self.scenario.transactions:
                self._run_transactions()
            else:
                self._run_plain()
        except BaseException as problem:
            self.problem = problem

    def _run_plain(self) -> None:
        last = time.monotonic()
        while not self._ending.is_set():
            now = time.monotonic()
            self._send(int((now - last) * self.scenario.rate))
            last = now
            self._producer.poll(0)
            time.sleep(0.02)

    def _run_transactions(self) -> None:
        last = time.monotonic()
        while not self._ending.is_set():
            try:
                self._producer.begin_transaction()
                for _ in range(self.random.randrange(1, 10)):
                    time.sleep(0.02)
                    now = time.monotonic()
                    self._send(int((now - last) * self.scenario.rate))
                    last = now
                if self.random.random() < self.scenario.aborts:
                    self._producer.abort_transaction(10)
                    self.aborts += 1
                else:
                    self._producer.commit_transaction(10)
                    self.commits += 1
            except KafkaException as error:
                self._recover(error.args[0])

    def _recover(self, error: Any) -> None:
        """After an outage: gives up the open transaction, and continues."""
        if error.txn_requires_abort():
            with contextlib.suppress(KafkaException):
                self._producer.abort_transaction(10)
                self.aborts += 1
                return
        while not self._ending.is_set():
            with contextlib.suppress(KafkaException):
                # This fences the producer before, and so its transaction is given up too.
                self._open()
                return

    def _send(self, count: int) -> None:
        sent = 0
        while sent < min(count, 5_000):
            self.clock += self.random.choice((0, 0, 0, 1, 2, 4))
            clock = self.clock - (self.random.randrange(JITTER) if self.random.random() < 0.3 else 0)
            lines = [self._row(clock) for _ in range(self.random.choice((1, 1, 1, 2, 3)))]
            sent += len(lines)
            self._put("\n".join(lines).encode(), clock)
            if self.random.random() < 0.004:
                self._put(self.random.choice((b"1,2,none,4", b"1,2,3", None)), clock)
        self.rows += sent

    def _row(self, clock: int) -> str:
        kind = 1 if self.random.random() < 0.9 else 0
        return f"{kind},{self.random.randrange(16)},{clock},{self.random.randrange(1 << 24)}"

    def _put(self, value: bytes | None, clock: int) -> None:
        # Rows of a group are in one partition.
        partitions = self.scenario.fed
        partition = partitions[(clock * 2654435761 >> 13) % len(partitions)]
        while True:
            try:
                self._producer.produce(
                    self.topic, value, key=str(clock).encode(), partition=partition, on_delivery=self._delivered)
                return
            except BufferError:
                self._producer.poll(0.05)
            except KafkaException as error:
                if self.scenario.transactions:
                    raise
                if error.args[0].code() != KafkaError._UNKNOWN_PARTITION:
                    raise
                self._producer.poll(0.2)

    def _delivered(self, error: Any, _: Any) -> None:
        if error is not None:
            self.failed += 1

    def end(self) -> None:
        """Stops, and waits until the broker has all rows."""
        self._ending.set()
        self._thread.join(150)
        if self.problem:
            raise self.problem
        if self.scenario.plain_end:
            self._end_plainly()
        if self._producer and self._producer.flush(120):
            raise TimeoutError("the feed cannot write its rows")


    def _end_plainly(self) -> None:
        """One more row in each partition, outside of transactions."""
        producer = Producer({"bootstrap.servers": self.address, "log_level": 0})
        for partition in self.scenario.fed:
            producer.produce(self.topic, self._row(self.clock).encode(), key=b"0", partition=partition)
        producer.flush(60)


class Strangers:
    """Other pipelines that write to the same topics of results, and programs that write what no reader understands."""

    def __init__(self, address: str, topics: list[str], seed: int) -> None:
        self.topics = topics
        self.random = random.Random(seed)
        self.written = 0
        self._number = 0
        self._epoch = 0
        self._producer: Any = Producer({"bootstrap.servers": address, "log_level": 0, "message.timeout.ms": 300_000})
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.wait(self.random.uniform(0.05, 0.4)):
            for topic in self.topics:
                self._producer.produce(topic, self._message(), key=b"other", partition=0)
                self.written += 1
            self._producer.poll(0)

    def _message(self) -> bytes | None:
        head: dict[str, Any] = {"pipeline": "other", "run": "2026-11-30T12:00:00Z-0000"}
        kind = self.random.randrange(6)
        if kind == 0:
            self._epoch, self._number = self._epoch + 1, 0
            claim = {"epoch": self._epoch, "input": "hits", "after": {"0": self._epoch - 1}}
            return json.dumps({"schema": "hitmon.claim/1", **head, "claim": claim}).encode()
        if kind < 4:
            self._number += 1
            return json.dumps({
                "schema": "hitmon.results/1", "claim": {"epoch": self._epoch, "number": self._number}, **head,
                "window": {"index": self._number, "kind": "rows", "start": 0, "end": 10}, "counts": {"records": 10},
                "source": {"topic": "hits", "offsets": {}, "resume": {"0": 10 * self._number}}, "histograms": {},
            }).encode()
        return self.random.choice((None, b"", b'{"schema": "another/1"}', b"no JSON", b"[1, 2"))

    def end(self) -> None:
        """Stops."""
        self._ending.set()
        self._thread.join(10)
        self._producer.flush(60)
