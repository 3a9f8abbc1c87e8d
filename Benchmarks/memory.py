"""Peak memory of runs over files of different lengths: it must not grow with the file."""
from pathlib import Path

from inputs import later, telescope
from measure import PROGRAM, run
from speed import ALL, REQUIRED
from table import Measurement, Section, verdict

MEMORY_TARGET = 100.0  # MB resident
GROWTH_TARGET = 1.1  # of the memory of a file a tenth as long
RUNS = [("products 1-4, one thread", REQUIRED, 1), ("all six products, both threads", ALL, 2)]


def measure(rows: int, cache: Path) -> list[Section]:
    """The table; nothing without a file."""
    short = telescope(rows, cache)
    long = later(short, 10, cache) if short else None
    if not short or not long:
        return []
    table = []
    for name, pipeline, threads in RUNS:
        few, many = (peak(path, pipeline, threads, cache) for path in (short, long))
        table += [
            Measurement(f"{rows:,} rows, {name}", few, "MB", verdict(few, MEMORY_TARGET, False), "1.00"),
            Measurement(
                f"{10 * rows:,} rows, {name}", many, "MB",
                "; ".join([
                    verdict(many, MEMORY_TARGET, False), verdict(many / few, GROWTH_TARGET, False, " of the shorter")]),
                f"{many / few:.2f}"),
        ]
    note = "peak resident memory of the whole program, the most of two runs"
    return [Section("Memory", note, table, "the shorter file")]


def peak(path: Path, pipeline: Path, threads: int, cache: Path) -> float:
    """The most memory in MB."""
    results = cache / "results.jsonl"
    command = [PROGRAM, "run", pipeline, "--input", path, "--results", results, "--threads", str(threads), "--quiet"]
    megabytes = max(run(command).megabytes for _ in range(2))
    results.unlink()
    return megabytes
