"""Pipelines on Dask: files in pieces, and topics in small steps.

    python -m hitmon.dask pipelines/dt-chambers.yaml --input data --window all --scheduler tcp://scheduler:8786
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from hitmon.job import Job, job_of, parser
from hitmon.kernel import HitmonError, Kernel, Piece, pieces, settled, shown, whole
from hitmon.stream import Stream, Task, stopping
from hitmon.topic import Topic

#: So many partial results are made one on a worker before the driver sees them.
FAN_IN = 32
RETRIES = 3


def run(
    pipeline: str,
    inputs: Sequence[str] = (),
    *,
    window: str | None = None,
    overrides: Sequence[str] = (),
    results: Sequence[str] = (),
    client: Any = None,
    scheduler: str | None = None,
    piece: int = 128 << 20,
) -> list[bytes]:
    """Runs a pipeline to the end of its input; gives its result messages.

    Args:
        inputs: files to read instead of the declared sources. Workers must see them under the same paths.
        client: a client of a running cluster; otherwise that of ``scheduler``, or a cluster on this machine.
        piece: bytes of a file to count at a time.
    """
    job = Job(Kernel(pipeline, window, tuple(overrides)), inputs, results)
    with contextlib.ExitStack() as stack:
        stack.callback(job.close)
        client = client or stack.enter_context(connect(scheduler))
        if job.source is None:
            count_files(job, client, piece)
        else:
            count_topic(job, client, until_end=True)
    return job.messages


@contextlib.contextmanager
def connect(scheduler: str | None, workers: int | None = None) -> Iterator[Any]:
    """A client of a scheduler, or of a cluster of processes on this machine."""
    try:
        import distributed
    except ImportError:
        raise HitmonError("Dask is missing: pip install 'hitmon[dask]'") from None
    if scheduler:
        try:
            client = distributed.Client(scheduler)
        except (OSError, ValueError) as error:
            raise HitmonError(f"no scheduler of Dask answers at {scheduler}: {error}") from None
        with client:
            yield client
        return
    with distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster, distributed.Client(cluster) as client:
        yield client


def count_files(job: Job, client: Any, piece: int) -> None:
    """Counts files in pieces on the workers, and puts the parts together."""
    import distributed

    parts = client.map(_count, pieces(job.files, piece), kernel=job.kernel, pure=False, retries=RETRIES)
    while len(parts) > FAN_IN:
        groups = [parts[index : index + FAN_IN] for index in range(0, len(parts), FAN_IN)]
        parts = [client.submit(_join, group, job.kernel, pure=False, retries=RETRIES) for group in groups]
    try:
        job.publish(job.kernel.merge(whole(client.gather(parts))))
    except distributed.KilledWorker as error:
        raise HitmonError(f"workers died again and again: {error}") from None


def count_topic(job: Job, client: Any, *, until_end: bool, interval: float | None = None) -> None:
    """Reads a topic in steps: each partition on a worker."""
    stream = Stream(job)
    until_end = until_end or stream.until_end
    last_ends = {task.partition: task.end for task in stream.tasks()} if until_end else None
    interval = interval or stream.interval
    is_first = True
    with stopping() as stopped:
        while True:
            begin = time.monotonic()
            tasks = stream.tasks(last_ends)
            # The first step names every partition, so that every result says where to go on in it.
            todo = [task for task in tasks if is_first or task.end > task.start.offset]
            is_first = False
            futures = client.map(
                _read,
                todo,
                kernel=job.kernel,
                topic=stream.topic,
                partitions=stream.partitions,
                words=stream.words(),
                pure=False,
                retries=RETRIES,
            )
            partials = whole(client.gather(futures))
            is_last = until_end or bool(stopped)
            if is_last and stream.is_left_open:
                stream.take(partials, {task.partition: task.end for task in tasks})
                return
            stream.take(partials, {task.partition: task.end for task in tasks}, last=is_last)
            if is_last:
                return
            while time.monotonic() - begin < interval and not stopped:
                time.sleep(0.05)


def _count(piece: Piece, kernel: Kernel) -> bytes | HitmonError:
    return settled(lambda: kernel.count(piece))


def _join(outcomes: list[bytes | HitmonError], kernel: Kernel) -> bytes | HitmonError:
    return settled(lambda: kernel.join(whole(outcomes)))


def _read(task: Task, kernel: Kernel, topic: Topic, partitions: int, words: list[str]) -> bytes | HitmonError:
    return settled(lambda: kernel.count_blocks(topic.block(task.partition, task.start, task.end), partitions, *words))


def main(words: Sequence[str] | None = None) -> int:
    options = parser("hitmon.dask", "Runs a hitmon pipeline on Dask.")
    options.add_argument("--scheduler", metavar="ADDRESS", help="tcp://HOST:8786; without it a cluster on this machine")
    options.add_argument("--workers", type=int, metavar="N", help="how many processes the cluster on this machine has")
    arguments = options.parse_args(words)
    try:
        job = job_of(arguments)
        with contextlib.closing(job), connect(arguments.scheduler, arguments.workers) as client:
            if job.source is None:
                count_files(job, client, arguments.piece << 20)
            else:
                count_topic(job, client, until_end=False, interval=arguments.interval)
    except HitmonError as error:
        print(f"error: {shown(error)}", file=sys.stderr)
        return 2
    if not arguments.quiet:
        print(job.summary(), file=sys.stderr)
    return job.exit_code()


if __name__ == "__main__":
    sys.exit(main())
