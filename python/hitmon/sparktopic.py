"""Topics on Spark's Structured Streaming, in small steps."""

from __future__ import annotations

import functools
import itertools
import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any

from hitmon import connector, sparkrows
from hitmon.blocks import Start, block_of_arrow
from hitmon.job import Job
from hitmon.kernel import HitmonError, Kernel, settled
from hitmon.stream import Stream, stopping


def count_topic(
    job: Job,
    session: Any,
    *,
    until_end: bool,
    interval: float | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Reads a topic by Structured Streaming. Where to begin results say, not a checkpoint. ``tell`` is told by what."""
    stream = Stream(job)
    until_end = until_end or stream.until_end
    kernel, partitions = job.kernel, stream.partitions
    frame = messages(stream, session, tell)
    problems: list[Exception] = []
    working = threading.Lock()

    with stopping() as stopped, tempfile.TemporaryDirectory(prefix="hitmon-") as checkpoint:

        def step(batch: Any, _: int) -> None:
            with working:
                if stopped or problems:
                    return
                try:
                    _step(batch, stream, kernel, partitions)
                except Exception as error:
                    problems.append(error)
                    raise

        writer = frame.writeStream.foreachBatch(step).option("checkpointLocation", checkpoint)
        if until_end:
            writer = writer.trigger(availableNow=True)
        else:
            writer = writer.trigger(processingTime=f"{int((interval or stream.interval) * 1000)} milliseconds")
        query = writer.start()
        try:
            while not stopped and not query.awaitTermination(1):
                pass
            # A step that has begun is finished; those behind it are for the next run.
            with working:
                pass
            query.stop()
        except Exception:
            raise problems[0] if problems else HitmonError(str(query.exception())) from None
    if not stream.is_left_open or until_end:
        stream.take([], {}, last=True)


def messages(stream: Stream, session: Any, tell: Callable[[str], None]) -> Any:
    """A topic as a streaming DataFrame: by Spark's connector if its jar is there, else by confluent-kafka."""
    topic = stream.topic
    starts = {str(partition): start.offset for partition, start in stream.starts().items()}
    settings = connector.java_settings(dict(topic.settings))
    if not connector.is_there(session):
        import pyspark

        tell(
            f"{topic.name} is read by confluent-kafka; by Spark's own connector with "
            f"spark-submit --packages {connector.PACKAGE}:{pyspark.__version__}"
        )
    elif settings is None:
        tell(f"{topic.name} is read by confluent-kafka: Spark's connector does not know all settings of its brokers")
    else:
        tell(f"{topic.name} is read by Spark's own connector")
        reader = session.readStream.format("kafka").option("kafka.bootstrap.servers", topic.brokers)
        reader = reader.option("subscribe", topic.name).option("startingOffsets", json.dumps({topic.name: starts}))
        # Messages that the brokers have removed are gaps, which the counting tells by the offsets.
        reader = reader.option("failOnDataLoss", "false")
        for name, value in settings.items():
            reader = reader.option(f"kafka.{name}", value)
        return reader.load().selectExpr("partition", "offset", "value", "key is not null as keyed")
    from hitmon.sparksource import TopicSource

    session.dataSource.register(TopicSource)
    of_topic = json.dumps([topic.name, topic.brokers, list(topic.settings)])
    reader = session.readStream.format("hitmon-topic").option("topic", of_topic)
    return reader.option("starts", json.dumps(starts)).load()


def _step(batch: Any, stream: Stream, kernel: Kernel, partitions: int) -> None:
    """Counts the messages of a step, and publishes the windows that are complete with them."""
    starts, words = stream.starts(), stream.words()

    def count_messages(batches: Iterator[Any]) -> Iterator[Any]:
        blocks = _Blocks(batches, starts)
        for first in blocks:
            # A task without messages has no part.
            rest = itertools.chain([first], blocks)
            part = settled(functools.partial(kernel.count_blocks, rest, partitions, *words))
            yield sparkrows.row(part, blocks.ends)
            return

    parts = batch.mapInArrow(count_messages, sparkrows.SCHEMA).collect()
    ends: dict[int, int] = {}
    for part in parts:
        ends |= {int(partition): end for partition, end in json.loads(part[1]).items()}
    stream.take(sparkrows.parts(parts), ends)


class _Blocks:
    """The messages of a task as blocks. Partitions of a topic are tasks of their own, and in order."""

    def __init__(self, batches: Iterator[Any], starts: dict[int, Start]) -> None:
        self._batches, self._starts = batches, starts
        #: The offset behind the last message of each partition.
        self.ends: dict[int, int] = {}
        self._blocks = self._all()

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def _all(self) -> Iterator[bytes]:
        for batch in self._batches:
            numbers = batch.column("partition")
            for number in numbers.unique().to_pylist():
                rows = batch if len(numbers.unique()) == 1 else batch.filter(_equal(numbers, number))
                offsets, keyed = rows.column("offset"), rows.column("keyed")
                self.ends[number] = offsets[len(offsets) - 1].as_py() + 1
                all_keyed = keyed.true_count == len(keyed)
                yield block_of_arrow(number, self._starts[number], offsets, rows.column("value"), all_keyed)


def _equal(column: Any, value: int) -> Any:
    import pyarrow.compute

    return pyarrow.compute.equal(column, value)
