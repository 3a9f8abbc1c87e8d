"""Pipelines on Spark: files in pieces, topics as a stream, and rows of a DataFrame.

    python -m hitmon.spark pipelines/dt-chambers.yaml --input data --window all --master spark://head:7077
    spark-submit --master spark://head:7077 python/hitmon/spark.py pipelines/dt-chambers.yaml --input data --window all
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__" and sys.path and os.path.basename(sys.path[0]) == "hitmon":
    # Started as a file: the modules beside it are those of the package, and no others.
    sys.path[0] = os.path.dirname(sys.path[0])

import argparse
import atexit
import contextlib
import itertools
import json
import pathlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from hitmon.blocks import Start, block_of_arrow
from hitmon.job import Job, job_of, parser
from hitmon.kernel import HitmonError, Kernel, Piece, pieces, program
from hitmon.stream import Stream

SCHEMA = "part binary, ends string"
MESSAGES = "partition int, offset bigint, value binary, keyed boolean"


def run(
    pipeline: str,
    inputs: Sequence[str] = (),
    *,
    window: str | None = None,
    overrides: Sequence[str] = (),
    results: Sequence[str] = (),
    session: Any = None,
    master: str | None = None,
    piece: int = 64 << 20,
) -> list[bytes]:
    """Runs a pipeline to the end of its input; gives its result messages.

    Args:
        inputs: files to read instead of the declared sources. Executors must see them under the same paths.
        session: a running session; otherwise one of ``master``.
        piece: bytes of a file to count at a time.
    """
    job = Job(Kernel(pipeline, window, tuple(overrides)), inputs, results)
    with contextlib.ExitStack() as stack:
        stack.callback(job.close)
        session = session or stack.enter_context(connect(master))
        if job.source is None:
            count_files(job, session, piece)
        else:
            count_topic(job, session, until_end=True)
    return job.messages


def count(frame: Any, pipeline: str, *, window: str | None = None, overrides: Sequence[str] = ()) -> list[bytes]:
    """Counts the rows of a DataFrame with a pipeline whose record is text; gives its result messages.

    A DataFrame of one column of text has a row of the input in each of its rows; otherwise its columns are the fields of
    the record, in order. Groups may lie in any partitions of it: they come together at the end, without a shuffle.
    """
    from pyspark.sql import functions

    kernel = Kernel(pipeline, window, tuple(overrides))
    if kernel.describe()["record"] != "lines":
        raise HitmonError("rows of a DataFrame are text, and the pipeline's record is binary")
    names = frame.columns
    row = functions.col(names[0]) if len(names) == 1 else functions.concat_ws(",", *names)
    send(frame.sparkSession)
    width = len(str(max(1, frame.rdd.getNumPartitions())))

    def count_rows(batches: Iterator[Any]) -> Iterator[Any]:
        import pyspark

        number = pyspark.TaskContext.get().partitionId()
        lines = (b"\n".join(text.encode() for text in batch.column(0).to_pylist()) + b"\n" for batch in batches if len(batch))
        yield _part(kernel.count_rows(lines, f"part {number:0{width}}", 0, "--unordered"))

    parts = frame.select(row).mapInArrow(count_rows, SCHEMA).collect()
    return kernel.merge([bytes(part[0]) for part in parts]).splitlines()


@contextlib.contextmanager
def connect(master: str | None, **settings: str) -> Iterator[Any]:
    """A session of a master, or what spark-submit says, or of this machine."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise HitmonError("Spark is missing: pip install 'hitmon[spark]', and a Java runtime") from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # Executors that do not have it there look on their PATH.
    os.environ.setdefault("HITMON", program())
    builder = SparkSession.builder.appName("hitmon").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    if master:
        builder = builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    # Executors run elsewhere: in other folders, and perhaps on this machine.
    folders = [os.path.abspath(folder) for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    if folders:
        builder = builder.config("spark.executorEnv.PYTHONPATH", os.pathsep.join(folders))
    builder = builder.config("spark.executorEnv.HITMON", os.environ["HITMON"])
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


_sent: set[str] = set()


def send(session: Any) -> None:
    """Sends this package to the executors, once."""
    if session.sparkContext.applicationId in _sent:
        return
    _sent.add(session.sparkContext.applicationId)
    folder = pathlib.Path(__file__).resolve().parent
    # Executors fetch it when they start, which may be late.
    place = tempfile.mkdtemp(prefix="hitmon-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    archive = pathlib.Path(place) / "hitmon-package.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in sorted(folder.glob("*.py")):
            packed.write(file, f"hitmon/{file.name}")
    session.sparkContext.addPyFile(str(archive))


def count_files(job: Job, session: Any, piece: int) -> None:
    """Counts files in pieces on the executors, and puts the parts together."""
    kernel = job.kernel
    send(session)
    all_pieces = pieces(job.files, piece)

    def count_all(some: Iterator[Piece]) -> Iterator[bytes]:
        for one in some:
            yield kernel.count(one)

    parts = session.sparkContext.parallelize(all_pieces, len(all_pieces)).mapPartitions(count_all)
    job.publish(kernel.merge(parts.collect()))


def count_topic(job: Job, session: Any, *, until_end: bool, interval: float | None = None) -> None:
    """Reads a topic by Structured Streaming. Where to begin results say, not a checkpoint."""
    stream = Stream(job)
    until_end = until_end or stream.until_end
    send(session)
    kernel, partitions = job.kernel, stream.partitions
    frame = messages(stream, session)
    problems: list[Exception] = []

    def step(batch: Any, _: int) -> None:
        try:
            _step(batch, stream, kernel, partitions)
        except Exception as error:
            problems.append(error)
            raise

    with tempfile.TemporaryDirectory(prefix="hitmon-") as checkpoint:
        writer = frame.writeStream.foreachBatch(step).option("checkpointLocation", checkpoint)
        if until_end:
            writer = writer.trigger(availableNow=True)
        else:
            writer = writer.trigger(processingTime=f"{int((interval or stream.interval) * 1000)} milliseconds")
        query = writer.start()
        try:
            query.awaitTermination()
        except KeyboardInterrupt:
            query.stop()
        except Exception:
            raise problems[0] if problems else HitmonError(str(query.exception())) from None
    if not stream.is_left_open or until_end:
        stream.take([], {}, last=True)


def messages(stream: Stream, session: Any) -> Any:
    """A topic as a streaming DataFrame: by Spark's connector if its jar is there, else by confluent-kafka."""
    topic = stream.topic
    starts = {str(partition): start.offset for partition, start in stream.starts().items()}
    try:
        session.sparkContext._jvm.java.lang.Class.forName("org.apache.spark.sql.kafka010.KafkaSourceProvider")
        has_connector = True
    except Exception:
        has_connector = False
    if has_connector:
        reader = session.readStream.format("kafka").option("kafka.bootstrap.servers", topic.brokers)
        reader = reader.option("subscribe", topic.name).option("startingOffsets", json.dumps({topic.name: starts}))
        for name, value in topic.settings:
            reader = reader.option(f"kafka.{name}", value)
        return reader.load().selectExpr("partition", "offset", "value", "key is not null as keyed")
    from hitmon.sparksource import TopicSource

    session.dataSource.register(TopicSource)
    settings = json.dumps([topic.name, topic.brokers, list(topic.settings)])
    return session.readStream.format("hitmon-topic").option("topic", settings).option("starts", json.dumps(starts)).load()


def _step(batch: Any, stream: Stream, kernel: Kernel, partitions: int) -> None:
    """Counts the messages of a step, and publishes the windows that are complete with them."""
    starts, words = stream.starts(), stream.words()

    def count_messages(batches: Iterator[Any]) -> Iterator[Any]:
        blocks = _Blocks(batches, starts)
        for first in blocks:
            # A task without messages has no part.
            part = kernel.count_blocks(itertools.chain([first], blocks), partitions, *words)
            yield _part(part, blocks.ends)

    parts = batch.mapInArrow(count_messages, SCHEMA).collect()
    ends: dict[int, int] = {}
    for part in parts:
        ends |= {int(partition): end for partition, end in json.loads(part[1]).items()}
    stream.take([bytes(part[0]) for part in parts], ends)


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


def _part(part: bytes, ends: dict[int, int] | None = None) -> Any:
    """A partial result as a row, with how far partitions were read."""
    import pyarrow

    return pyarrow.RecordBatch.from_pydict({"part": [part], "ends": [json.dumps(ends or {})]})


def main(words: Sequence[str] | None = None) -> int:
    options = parser("hitmon.spark", "Runs a hitmon pipeline on Spark.")
    options.add_argument("--master", metavar="URL", help="spark://HOST:7077 or local[2]; spark-submit's otherwise")
    arguments: argparse.Namespace = options.parse_args(words)
    try:
        job = job_of(arguments)
        with contextlib.closing(job), connect(arguments.master) as session:
            if job.source is None:
                count_files(job, session, arguments.piece << 20)
            else:
                count_topic(job, session, until_end=False, interval=arguments.interval)
    except HitmonError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if not arguments.quiet:
        print(job.summary(), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
