"""Engines: hitmon's kernel on Spark and on Dask, beside the equivalent job of their own and beside hitmon alone."""
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from inputs import count_rows, later
from measure import PROGRAM, ROOT, alternate, run, skip
from products import compare, products
from table import Measurement, Section, verdict

REQUIRED = ROOT / "Benchmarks/pipelines/required.yaml"
ROWS = 10_000_000
QUICK_ROWS = 1_000_000
TIMES = 10
PACKAGES = ROOT / ".python-scale"
PEER_TARGET = 10
ALONE_TARGET = 2


def measure(path: Path, repeats: int, cache: Path) -> list[Section]:
    """One table: rows a second of each, once the engine is up."""
    if not (PACKAGES / "pyspark").exists():
        return skip("engines: Spark and Dask could not be fetched") or []
    # Long enough that what an engine does once for each run does not count: of ten times the rows.
    long = later(path, TIMES, cache)
    if long is None:
        return []
    short_rows = count_rows(path)
    rows = short_rows * TIMES
    # Engines start processes of their own, which find the packages by this.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "python"), str(PACKAGES)])
    os.environ["HITMON"] = str(PROGRAM)
    sys.path[:0] = [str(ROOT / "python"), str(PACKAGES)]
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        expected = alone(long, Path(folder))[1]
        engines = {name: stack.enter_context(engine()) for name, engine in ENGINES.items()}

        def timed(name: str) -> Callable[[], float]:
            def measured() -> float:
                begin = time.perf_counter()
                message = engines[name](str(long))
                seconds = time.perf_counter() - begin
                compare(f"hitmon on {name}", {"counts": message["counts"], **message["histograms"]}, expected)
                return seconds

            return measured

        best, *seconds = alternate(
            [lambda: alone(long, Path(folder))[0], *map(timed, engines)], repeats, min)
    found = [Measurement("hitmon alone, two threads", rows / best / 1e6, "M rows/s", "", "1.00")]
    for name, took in zip(ENGINES, seconds, strict=True):
        wanted = verdict(best / took, 1 / ALONE_TARGET, True, " of hitmon alone")
        found.append(Measurement(f"hitmon on {name}", rows / took / 1e6, "M rows/s", wanted, f"{best / took:.2f}"))
    for name, took in zip(ENGINES, seconds, strict=True):
        if peer := peer_seconds(name.split()[0].rstrip(",").lower(), path):
            speed = short_rows / peer
            wanted = verdict(rows / took / speed, PEER_TARGET, True, " times for hitmon")
            of_alone = f"{speed * best / rows:.3f}"
            found.append(Measurement(f"their own job, {name}", speed / 1e6, "M rows/s", wanted, of_alone))
    note = (
        f"{rows:,} rows, {long.stat().st_size / 1e9:.2f} GB of text, the four required products, by the clock, once "
        f"the engine is up; best of {repeats}. Their own jobs, by yardsticks/jobs.py, over {short_rows:,} rows, best "
        "of two")
    costs = parts(path, short_rows, repeats)
    return [
        Section("Engines", note, found, "hitmon alone"),
        Section(
            "Counting in parts",
            f"{short_rows:,} rows, one thread; best of {repeats}. What an engine adds to it is its own", costs)]


def alone(path: Path, folder: Path) -> tuple[float, dict[str, Any]]:
    """Seconds of the program by itself, and what it counted."""
    results = folder / "alone.jsonl"
    words = [PROGRAM, "run", REQUIRED, "--input", path, "--quiet", "--threads", "2", "--results", results]
    seconds = run(words).seconds
    return seconds, products(results)


def parts(path: Path, rows: int, repeats: int) -> list[Measurement]:
    """What counting in parts costs by itself: a kernel, a partial result, and merging many."""
    size = path.stat().st_size
    with tempfile.TemporaryDirectory() as folder:
        kernel = [PROGRAM, "kernel", REQUIRED, "--input", path]
        whole = min(run([*kernel, "--output", f"{folder}/whole"]).processor_seconds for _ in range(repeats))
        count = 32
        for index in range(count):
            stretch = f"{size * index // count}-{size * (index + 1) // count}"
            run([*kernel, "--bytes", stretch, "--output", f"{folder}/part{index:03}"])
        files = sorted(Path(folder).glob("part*"))
        merged = min(
            run([PROGRAM, "merge", REQUIRED, *files, "--results", f"{folder}/out"]).processor_seconds
            for _ in range(repeats))
        small = sum(file.stat().st_size for file in files) / count
        large = Path(folder, "whole").stat().st_size
        begin = min(run([*kernel, "--bytes", "0-1", "--output", f"{folder}/none"]).seconds for _ in range(10))
    return [
        Measurement("a row in a kernel, of the processor", whole / rows * 1e9, "ns"),
        Measurement("start of a kernel, by the clock", begin * 1e3, "ms"),
        Measurement(f"a partial result of {rows // count:,} rows", small / 1e3, "kB"),
        Measurement(f"a partial result of {rows:,} rows", large / 1e3, "kB"),
        Measurement("merging a partial result of the smaller kind, of the processor", merged / count * 1e3, "ms"),
    ]


@contextlib.contextmanager
def dask() -> Iterator[Callable[[str], dict]]:
    """Counts on a cluster of two processes."""
    from hitmon import dask as engine

    with engine.connect(None, 2) as client:
        yield lambda path: json.loads(engine.run(str(REQUIRED), [path], client=client)[-1])


@contextlib.contextmanager
def spark() -> Iterator[Callable[[str], dict]]:
    """Counts in a session of two threads."""
    from hitmon import spark as engine

    with engine.connect("local[2]") as session:
        yield lambda path: json.loads(engine.run(str(REQUIRED), [path], session=session)[-1])


ENGINES = {"Dask, two processes": dask, "Spark local[2]": spark}


def peer_seconds(name: str, path: Path) -> float | None:
    """Seconds of the engine's own job; None where it fails."""
    command = [sys.executable, ROOT / "Benchmarks/yardsticks/jobs.py", path, name]
    answer = subprocess.run(command, capture_output=True, text=True, env=os.environ)
    words = answer.stdout.split()
    if answer.returncode != 0 or len(words) < 2:
        return skip(f"{name}'s own job: it failed")
    return float(words[1])
