"""Topics of hits and of results, through confluent-kafka."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hitmon.blocks import Start, block_of
from hitmon.kernel import HitmonError


def _client() -> Any:
    try:
        import confluent_kafka
    except ImportError:
        raise HitmonError("topics need confluent-kafka: pip install confluent-kafka") from None
    return confluent_kafka


@dataclasses.dataclass(frozen=True)
class Topic:
    """A topic of hits. It can be sent to other machines."""

    name: str
    brokers: str
    #: librdkafka's settings beside the brokers, secrets among them.
    settings: tuple[tuple[str, str], ...] = ()

    def _consumer(self) -> Any:
        return _client().Consumer(
            dict(self.settings)
            | {
                "bootstrap.servers": self.brokers,
                "group.id": "hitmon-engine",
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 50,
            }
        )

    def ends(self, seconds: float = 10) -> dict[int, tuple[int, int]]:
        """For each partition the first offset that is there, and the one behind the last."""
        consumer = self._consumer()
        kafka = _client()
        try:
            found = consumer.list_topics(self.name, seconds).topics[self.name]
            if found.error or not found.partitions:
                raise HitmonError(f"there is no topic {self.name} on {self.brokers}")
            ends = {
                partition: consumer.get_watermark_offsets(kafka.TopicPartition(self.name, partition), seconds)
                for partition in sorted(found.partitions)
            }
            return self._settled(consumer, ends, seconds)
        except kafka.KafkaException as error:
            raise HitmonError(f"topic {self.name} on {self.brokers}: {error.args[0].str()}") from None
        finally:
            consumer.close()

    def _settled(self, consumer: Any, ends: dict[int, tuple[int, int]], seconds: float) -> dict[int, tuple[int, int]]:
        """The ends as a fetch has them: not every broker that is asked knows of its newest messages."""
        kafka = _client()
        consumer.assign([kafka.TopicPartition(self.name, partition, high) for partition, (_, high) in ends.items()])
        settled, open_ends = dict(ends), set(ends)
        deadline = time.monotonic() + seconds
        while open_ends and time.monotonic() < deadline:
            for message in consumer.consume(10_000, 0.2):
                partition, error = message.partition(), message.error()
                low, high = settled[partition]
                if error is None:
                    settled[partition] = (low, max(high, message.offset() + 1))
                elif error.code() == kafka.KafkaError._PARTITION_EOF:
                    settled[partition] = (low, max(high, message.offset()))
                    open_ends.discard(partition)
            if all(settled[partition][1] > ends[partition][1] + 100_000 for partition in open_ends):
                break  # They grow as fast as they are read.
        return settled

    def _messages(self, partition: int, start: int, end: int, seconds: float = 60) -> Iterator[Any]:
        """Messages from ``start`` to before ``end``."""
        kafka = _client()
        if start >= end:
            return
        consumer = self._consumer()
        deadline = time.monotonic() + seconds
        try:
            consumer.assign([kafka.TopicPartition(self.name, partition, start)])
            position = start
            while position < end:
                batch = consumer.consume(10_000, 0.5)
                if not batch and time.monotonic() > deadline:
                    raise HitmonError(f"topic {self.name}: partition {partition} gives no messages from {position} on")
                for message in batch:
                    error = message.error()
                    if error is None:
                        position = message.offset() + 1
                        if message.offset() < end:
                            yield message
                    elif error.code() == kafka.KafkaError._PARTITION_EOF:
                        # Offsets at the end may hold no message.
                        position = max(position, message.offset())
                    elif error.code() == kafka.KafkaError._AUTO_OFFSET_RESET:
                        # What is gone is a gap, which the counting tells by the offsets.
                        low, _ = consumer.get_watermark_offsets(kafka.TopicPartition(self.name, partition), 10)
                        consumer.seek(kafka.TopicPartition(self.name, partition, low))
                    elif error.fatal() or not error.retriable():
                        raise HitmonError(f"topic {self.name}: {error.str()}")
                    deadline = time.monotonic() + seconds
        finally:
            consumer.close()

    def read(self, partition: int, start: int, end: int) -> list[tuple[int, bytes | None, bool]]:
        """Messages from ``start`` to before ``end``: offset, value, and whether it has a key."""
        found = self._messages(partition, start, end)
        return [(message.offset(), message.value(), message.key() is not None) for message in found]

    def objects(self, partition: int, start: int, end: int) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Offset, time and content of the messages that are objects of JSON."""
        for message in self._messages(partition, start, end):
            try:
                content = json.loads(message.value() or b"null")
            except ValueError:
                continue
            if isinstance(content, dict):
                yield message.offset(), message.timestamp()[1], content

    def block(self, partition: int, start: Start, end: int) -> bytes:
        """The messages from a start to before ``end`` as a block."""
        messages = self.read(partition, start.offset, end)
        keyed = all(key for _, _, key in messages)
        return block_of(partition, start, ((offset, value) for offset, value, _ in messages), keyed)


@dataclasses.dataclass
class Position:
    """How far published results cover a partition."""

    resume: int
    read: int
    window: int | None


class ResultsTopic:
    """A topic of results: the record of what is published, and where more is published."""

    def __init__(self, name: str, brokers: str, settings: Mapping[str, str], pipeline: str) -> None:
        self.name, self._brokers, self._pipeline = name, brokers, pipeline
        self._settings = dict(settings)
        self._producer: Any = None

    def positions(self, topic: str) -> dict[int, Position]:
        """Where the pipeline's results of an input end."""
        source = Topic(self.name, self._brokers, tuple(self._settings.items()))
        try:
            ends = source.ends()
        except HitmonError:
            return {}
        for depth in (16, 4096, None):
            found: dict[int, Position] = {}
            partitions = None
            for partition, (low, high) in ends.items():
                start = low if depth is None else max(low, high - depth)
                for _, value, _ in source.read(partition, start, high):
                    head = json.loads(value or b"null")
                    if not isinstance(head, dict) or head.get("pipeline") != self._pipeline:
                        continue
                    if head.get("source", {}).get("topic") == topic:
                        partitions = head["source"].get("partitions", partitions)
                        take(found, head)
            if (partitions and len(found) >= partitions) or depth is None:
                return found
        return {}

    def publish(self, messages: Sequence[bytes]) -> None:
        """Publishes messages; comes back when the brokers have all of them."""
        kafka = _client()
        if self._producer is None:
            self._producer = kafka.Producer(
                self._settings
                | {
                    "bootstrap.servers": self._brokers,
                    "enable.idempotence": True,
                    "compression.type": "lz4",
                    "message.max.bytes": 20_971_520,
                }
            )
        problems: list[str] = []

        def told(error: Any, _: Any) -> None:
            if error is not None:
                problems.append(error.str())

        for message in messages:
            self._producer.produce(self.name, message, key=self._pipeline, on_delivery=told)
        left = self._producer.flush(60)
        if problems or left:
            raise HitmonError(f"topic {self.name}: {problems[0] if problems else 'the brokers do not answer'}")


def take(found: dict[int, Position], head: Mapping[str, Any]) -> None:
    """Notes what a message covers, which was published after those before."""
    source, window = head["source"], head["window"]
    for name, resume in source.get("resume", {}).items():
        before = found.get(int(name))
        read = source.get("read", {}).get(name, resume)
        index = window["index"] if window["kind"] == "span" else None
        if before is not None and index is not None:
            read = max(read, before.read)
            index = max(index, before.window if before.window is not None else index)
        found[int(name)] = Position(resume, read, index)
