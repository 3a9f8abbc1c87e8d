"""Engines: hitmon's kernel on Spark and on Dask, beside the equivalent job of their own and beside hitmon alone."""
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from inputs import shared_folder
from measure import PROGRAM, ROOT, Disagreement, run, skip
from table import Measurement, Section, verdict

REQUIRED = ROOT / "Benchmarks/pipelines/required.yaml"
ROWS = 10_000_000
QUICK_ROWS = 1_000_000
PACKAGES = ROOT / ".python-scale"
PEER_TARGET = 10
ALONE_TARGET = 2


def measure(path: Path, repeats: int) -> list[Section]:
    """One table: rows a second of each, once the engine is up."""
    rows = sum(1 for _ in open(path, "rb")) - 1
    if not (PACKAGES / "pyspark").exists():
        return skip("engines: Spark and Dask could not be fetched") or []
    # Engines start processes of their own, which find the packages by this.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "python"), str(PACKAGES)])
    os.environ["HITMON"] = str(PROGRAM)
    sys.path[:0] = [str(ROOT / "python"), str(PACKAGES)]
    words = [PROGRAM, "run", REQUIRED, "--input", path, "--quiet", "--threads", "2"]
    alone = min(run(words).seconds for _ in range(repeats))
    found = [Measurement("hitmon alone, two threads", rows / alone / 1e6, "M rows/s", "", "1.00")]
    found += parts(path, rows, repeats, alone)
    for name, engine in (("Dask, two processes", dask), ("Spark local[2]", spark)):
        with engine() as count:
            hits = None
            best = float("inf")
            for _ in range(repeats + 1):
                begin = time.perf_counter()
                message = count(str(path))
                best = min(best, time.perf_counter() - begin)
                hits = hits or message["counts"]["records"]
                if message["counts"]["records"] != rows:
                    raise Disagreement(f"{name}: {message['counts']['records']} rows instead of {rows}")
        peer = peer_seconds(name.split()[0].rstrip(",").lower(), path)
        wanted = verdict(alone / best, 1 / ALONE_TARGET, True, " of hitmon alone")
        found.append(Measurement(f"hitmon on {name}", rows / best / 1e6, "M rows/s", wanted, f"{alone / best:.2f}"))
        if peer:
            target = verdict(peer / best, PEER_TARGET, True, " times for hitmon")
            found.append(
                Measurement(f"their own job, {name}", rows / peer / 1e6, "M rows/s", target, f"{alone / peer:.2f}"))
    note = f"{rows:,} rows, the four required products, the best of {repeats}, once the engine is up"
    return [Section("Engines", note, found, "hitmon alone")]


def parts(path: Path, rows: int, repeats: int, alone: float) -> list[Measurement]:
    """What counting in parts costs by itself: a kernel, a partial result, and merging many."""
    size = path.stat().st_size
    with tempfile.TemporaryDirectory() as folder:
        kernel = [PROGRAM, "kernel", REQUIRED, "--input", path]
        whole = min(run([*kernel, "--threads", "2", "--output", f"{folder}/whole"]).seconds for _ in range(repeats))
        count = 32
        for index in range(count):
            stretch = f"{size * index // count}-{size * (index + 1) // count}"
            run([*kernel, "--bytes", stretch, "--output", f"{folder}/part{index:03}"])
        files = sorted(Path(folder).glob("part*"))
        merged = min(
            run([PROGRAM, "merge", REQUIRED, *files, "--results", f"{folder}/out"]).seconds for _ in range(repeats))
        small = sum(file.stat().st_size for file in files) / count
        begin = min(run([*kernel, "--bytes", "0-1", "--output", f"{folder}/none"]).seconds for _ in range(5))
    return [
        Measurement("one kernel over all of it, two threads", rows / whole / 1e6, "M rows/s", "", f"{alone / whole:.2f}"),
        Measurement("start of a kernel", begin * 1e3, "ms"),
        Measurement(f"a partial result of {rows // count:,} rows", small / 1e3, "kB"),
        Measurement("merging a partial result", merged / count * 1e3, "ms"),
    ]


@contextlib.contextmanager
def dask() -> Iterator[Callable[[str], dict]]:
    """Counts on a cluster of two processes."""
    from hitmon import dask as engine

    with engine.connect(None, 2) as client:
        yield lambda path: last(engine.run(str(REQUIRED), [path], client=client, piece=32 << 20))


@contextlib.contextmanager
def spark() -> Iterator[Callable[[str], dict]]:
    """Counts in a session of two threads."""
    from hitmon import spark as engine

    with engine.connect("local[2]") as session:
        yield lambda path: last(engine.run(str(REQUIRED), [path], session=session, piece=32 << 20))


def last(messages: list[bytes]) -> dict:
    """The only message."""
    import json

    return json.loads(messages[-1])


def peer_seconds(name: str, path: Path) -> float | None:
    """Seconds of the engine's own job, as peers.py has it; None where it is missing."""
    shared = shared_folder()
    peers = shared / "peers.py" if shared else None
    if peers is None or not peers.exists():
        return skip(f"{name}'s own job: peers.py is missing (set HITMON_SHARED)")
    answer = subprocess.run([sys.executable, peers, path, name], capture_output=True, text=True, env=os.environ)
    words = answer.stdout.split()
    if answer.returncode != 0 or len(words) < 2:
        return skip(f"{name}'s own job: it failed")
    return float(words[1])
