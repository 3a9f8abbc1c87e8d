"""Topics, read whole."""

import dataclasses
import time

from confluent_kafka import Consumer, KafkaError, TopicPartition


@dataclasses.dataclass
class Record:
    """A message of a topic."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    time: int


class Unreadable(Exception):
    """A topic was not read to its end, or no longer has its beginning."""


@dataclasses.dataclass
class Topic:
    """All that a topic holds: of each partition in the order of offsets."""

    records: list[Record]
    # Where each partition ends: behind markers of transactions too.
    ends: dict[int, int]

    @property
    def log(self) -> list[Record]:
        """What partition 0 holds."""
        return [record for record in self.records if record.partition == 0]


def read(address: str, topic: str, seconds: float = 60) -> Topic:
    """Reads a topic to where it ends now, without messages of transactions that were given up."""
    consumer = Consumer({
        "bootstrap.servers": address, "group.id": "soak-reader", "enable.auto.commit": False, "log_level": 0,
        "auto.offset.reset": "earliest", "enable.partition.eof": True, "isolation.level": "read_committed",
        "fetch.wait.max.ms": 20, "fetch.message.max.bytes": 4_000_000, "check.crcs": False})
    try:
        partitions = sorted(consumer.list_topics(topic, timeout=10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        found: dict[int, list[Record]] = {partition: [] for partition in partitions}
        ends: dict[int, int] = {}
        deadline = time.monotonic() + seconds
        while len(ends) < len(partitions):
            if time.monotonic() > deadline:
                raise Unreadable(f"topic {topic} was not read to its end in {seconds:.0f} s")
            for message in consumer.consume(1000, 0.1):
                error = message.error()
                if error is None:
                    found[message.partition()].append(Record(
                        message.partition(), message.offset(), message.key(), message.value(), message.timestamp()[1]))
                elif error.code() == KafkaError._PARTITION_EOF:
                    ends[message.partition()] = message.offset()
        for partition in partitions:
            low, _ = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            if low > 0:
                raise Unreadable(f"topic {topic} partition {partition} has lost its first {low} messages")
        return Topic([record for partition in partitions for record in found[partition]], ends)
    finally:
        consumer.close()
