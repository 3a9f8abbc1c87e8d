"""A topic as a source of Spark's Structured Streaming, on confluent-kafka: without Spark's own connector, a jar."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any

from pyspark.sql.datasource import DataSource, DataSourceStreamReader, InputPartition

from hitmon.topic import Topic

#: Messages that are handed on at a time.
BATCH = 50_000


@dataclasses.dataclass
class Stretch(InputPartition):
    """A stretch of a partition."""

    partition: int
    start: int
    end: int


class TopicSource(DataSource):
    """The source ``hitmon-topic``: options ``topic`` (name, brokers, settings) and ``starts``, both JSON."""

    @classmethod
    def name(cls) -> str:
        return "hitmon-topic"

    def schema(self) -> str:
        return "partition int, offset bigint, value binary, keyed boolean"

    def streamReader(self, schema: Any) -> DataSourceStreamReader:  # Spark's name
        return _Reader(self.options)


class _Reader(DataSourceStreamReader):
    def __init__(self, options: dict[str, str]) -> None:
        name, brokers, settings = json.loads(options["topic"])
        self._topic = Topic(name, brokers, tuple((key, value) for key, value in settings))
        self._starts: dict[str, int] = json.loads(options["starts"])

    def initialOffset(self) -> dict[str, int]:
        return self._starts

    def latestOffset(self, *_: Any) -> dict[str, int]:
        ends = self._topic.ends()
        return {name: max(start, ends.get(int(name), (0, start))[1]) for name, start in self._starts.items()}

    def partitions(self, start: dict[str, int], end: dict[str, int]) -> Sequence[InputPartition]:
        return [Stretch(int(name), start[name], end[name]) for name in sorted(end) if end[name] > start[name]]

    def read(self, partition: InputPartition) -> Iterator[Any]:
        import pyarrow

        assert isinstance(partition, Stretch)
        messages = self._topic.read(partition.partition, partition.start, partition.end)
        types = pyarrow.schema(
            [
                ("partition", pyarrow.int32()),
                ("offset", pyarrow.int64()),
                ("value", pyarrow.binary()),
                ("keyed", pyarrow.bool_()),
            ]
        )
        for place in range(0, len(messages), BATCH):
            some = messages[place : place + BATCH]
            yield pyarrow.RecordBatch.from_arrays(
                [
                    pyarrow.array([partition.partition] * len(some), pyarrow.int32()),
                    pyarrow.array([offset for offset, _, _ in some], pyarrow.int64()),
                    pyarrow.array([value for _, value, _ in some], pyarrow.binary()),
                    pyarrow.array([keyed for _, _, keyed in some], pyarrow.bool_()),
                ],
                schema=types,
            )

    def commit(self, end: dict[str, int]) -> None:
        """Results say what was read; nothing else is noted."""
