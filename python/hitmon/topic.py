"""Topics and their messages, through confluent-kafka."""

from __future__ import annotations

import dataclasses
import struct
import time
from collections.abc import Iterator
from typing import Any

from hitmon import log
from hitmon.blocks import Start, block_of
from hitmon.kernel import HitmonError


def client() -> Any:
    """The module confluent_kafka."""
    try:
        import confluent_kafka
    except ImportError:
        raise HitmonError("topics need confluent-kafka: pip install confluent-kafka") from None
    return confluent_kafka


class NoTopic(HitmonError):
    """The brokers have no such topic."""


@dataclasses.dataclass(frozen=True)
class Topic:
    """A topic. It can be sent to other machines."""

    name: str
    brokers: str
    #: librdkafka's settings beside the brokers, secrets among them.
    settings: tuple[tuple[str, str], ...] = ()

    def _consumer(self) -> Any:
        return client().Consumer(
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
        kafka = client()
        try:
            found = consumer.list_topics(self.name, seconds).topics[self.name]
            if found.error and found.error.code() != kafka.KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise HitmonError(f"topic {self.name} on {self.brokers}: {found.error.str()}")
            if not found.partitions:
                raise NoTopic(f"there is no topic {self.name} on {self.brokers}")
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
        kafka = client()
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
        kafka = client()
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
                content = log.parse(message.value() or b"null")
            except ValueError:
                continue
            if isinstance(content, dict):
                yield message.offset(), message.timestamp()[1], content

    def digest(self, partition: int, offset: int) -> str | None:
        """By which a message is known again; None where it is gone."""
        for message in self._messages(partition, offset, offset + 1):
            kind, milliseconds = message.timestamp()
            return digest(milliseconds if kind else None, message.value())
        return None

    def block(self, partition: int, start: Start, end: int) -> bytes:
        """The messages from a start to before ``end`` as a block."""
        messages = self.read(partition, start.offset, end)
        keyed = all(key for _, _, key in messages)
        return block_of(partition, start, ((offset, value) for offset, value, _ in messages), keyed)


def digest(milliseconds: int | None, value: bytes | None) -> str:
    """Of when a message was written, and of its value: FNV-1a of 64 bits, as the program has it."""
    written = -1 if milliseconds is None else milliseconds
    found = 0xCBF29CE484222325
    for byte in struct.pack("<qQ", written, len(value or b"")) + (value or b"")[:4096]:
        found = (found ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{found:x}"
