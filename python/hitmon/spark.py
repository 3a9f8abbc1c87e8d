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
import functools
import math
import pathlib
import shutil
import socket
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from hitmon import sparkrows
from hitmon.job import Job, job_of, parser
from hitmon.kernel import HitmonError, Kernel, Piece, pieces, program, settled, shown, whole
from hitmon.sparktopic import count_topic

#: So many partial results are made one on an executor before the driver sees them.
FAN_IN = 32


def run(
    pipeline: str,
    inputs: Sequence[str] = (),
    *,
    window: str | None = None,
    overrides: Sequence[str] = (),
    results: Sequence[str] = (),
    session: Any = None,
    master: str | None = None,
    piece: int = 128 << 20,
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
            send(session)
            count_topic(job, session, until_end=True)
    return job.messages


def count(frame: Any, pipeline: str, *, window: str | None = None, overrides: Sequence[str] = ()) -> list[bytes]:
    """Counts the rows of a DataFrame with a pipeline whose record is text; gives its result messages.

    The columns are the fields of the record, by their names, in any order; other columns are left out. A null is an
    empty field, which the record says what to do with. A DataFrame of one column of text that is no field has a row of
    the input in each of its rows. Groups may lie in any partitions of it: they come together at the end, without a
    shuffle.
    """
    kernel = Kernel(pipeline, window, tuple(overrides)).agreed()
    row = _row(frame, kernel.describe())
    send(frame.sparkSession)
    width = len(str(max(1, frame.rdd.getNumPartitions())))

    def count_rows(batches: Iterator[Any]) -> Iterator[Any]:
        import pyspark

        number = pyspark.TaskContext.get().partitionId()
        lines = (b"".join(text.encode() + b"\n" for text in batch.column(0).to_pylist()) for batch in batches)
        yield sparkrows.row(settled(lambda: kernel.count_rows(lines, f"part {number:0{width}}", 0, "--unordered")))

    parts = frame.select(row).mapInArrow(count_rows, sparkrows.SCHEMA).collect()
    return kernel.merge(sparkrows.parts(parts)).splitlines()


#: Stands in a row of text for what text cannot have there: the end of a line or of a field, and a row of nothing.
NO_TEXT = "\N{REPLACEMENT CHARACTER}"


def _row(frame: Any, about: dict[str, Any]) -> Any:
    """The column that makes a line of text of each row."""
    from pyspark.sql import functions

    if about["record"] != "lines":
        raise HitmonError("rows of a DataFrame are text, and the pipeline's record is binary")
    names, fields, separator = frame.columns, about.get("fields", []), about.get("separator", "")
    if len(names) == 1 and names[0] not in fields:
        if dict(frame.dtypes)[names[0]] != "string":
            raise HitmonError(
                f"the column `{names[0]}` is no field of the record, and no text that a row could stand in")
        line = functions.regexp_replace(functions.col(_quoted(names[0])), "[\r\n]", NO_TEXT)
        return functions.coalesce(line, functions.lit(NO_TEXT))
    if not fields:
        raise HitmonError(
            "the pipeline's record has no fields with a separator: give a DataFrame of one column of text")
    missing = [field for field in fields if field not in names]
    if missing:
        raise HitmonError(
            f"the DataFrame has no column {', '.join(f'`{field}`' for field in missing)}; it has "
            f"{', '.join(f'`{name}`' for name in names)}, and the record's fields are {', '.join(fields)}")
    twice = [field for field in fields if names.count(field) > 1]
    if twice:
        raise HitmonError(f"the DataFrame has more than one column {', '.join(f'`{field}`' for field in twice)}")
    unsafe = "[\r\n" + "".join(f"\\x{{{ord(one):x}}}" for one in separator) + "]"
    columns = [functions.col(_quoted(field)).cast("string") for field in fields]
    texts = [functions.regexp_replace(column, unsafe, NO_TEXT) for column in columns]
    # A null is an empty field: concat_ws would leave it out, and move all behind it. A line of nothing is no row.
    empty = NO_TEXT if len(fields) == 1 else ""
    return functions.concat_ws(separator, *(functions.coalesce(text, functions.lit(empty)) for text in texts))


def _quoted(name: str) -> str:
    """A name in which a dot is no access to a part."""
    return "`" + name.replace("`", "``") + "`"


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
    session = _session(builder, master or "")
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


def _session(builder: Any, master: str) -> Any:
    """A session; a sentence where there is none, which Spark takes minutes and pages to say."""
    if master.startswith("spark://"):
        problems = [_problem(address) for address in master.removeprefix("spark://").split(",")]
        if all(problems):
            raise HitmonError(f"no master of Spark answers at {master}: {problems[0]}")
    try:
        return builder.getOrCreate()
    except Exception as error:  # Java's and PySpark's, of several kinds
        words = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise HitmonError(f"Spark did not start{f' on {master}' if master else ''}: {' '.join(words[:2])}") from None


def _problem(address: str) -> str | None:
    """Why nobody can be reached at HOST:PORT; None where somebody is."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 10).close()
    except (OSError, ValueError) as error:
        return str(error)
    return None


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

    def count_all(some: Iterator[tuple[int, Piece]]) -> Iterator[tuple[int, bytes | HitmonError]]:
        for index, one in some:
            yield index, settled(functools.partial(kernel.count, one))

    def join_all(some: Iterator[tuple[int, bytes | HitmonError]]) -> Iterator[tuple[int, bytes | HitmonError]]:
        outcomes = sorted(some, key=lambda one: one[0])
        yield outcomes[0][0] // FAN_IN, settled(lambda: kernel.join(whole(part for _, part in outcomes)))

    count = len(all_pieces)
    parts = session.sparkContext.parallelize(list(enumerate(all_pieces)), count).mapPartitions(count_all)
    while count > FAN_IN:
        count = math.ceil(count / FAN_IN)
        # Neighbours go together.
        parts = parts.partitionBy(count, lambda index: index // FAN_IN).mapPartitions(join_all)
    job.publish(kernel.merge(whole(part for _, part in parts.collect())))


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
                send(session)
                tell = (lambda _: None) if arguments.quiet else lambda words: print(shown(words), file=sys.stderr)
                count_topic(job, session, until_end=False, interval=arguments.interval, tell=tell)
    except HitmonError as error:
        print(f"error: {shown(error)}", file=sys.stderr)
        return 2
    if not arguments.quiet:
        print(job.summary(), file=sys.stderr)
    return job.exit_code()


if __name__ == "__main__":
    sys.exit(main())
