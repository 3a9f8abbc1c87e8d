#!/usr/bin/env python3
"""Measure hitmon's speed, memory and latency beside other programs that do the same work, in one run.

    bench.py [files] [kafka] [--rows N] [--repeat N] [--no-build]

files: runs over a file, beside hand-written C. kafka: topics of a broker, beside kcat. Both, where neither is named.

The yardsticks, generate.py (the input; needs numpy) and reference.c, are looked for in $HITMON_SHARED/bench and in
../shared/bench beside the checkout; what needs a missing one is skipped by name. The input is kept in the temporary
directory for the next run. QUICK=1 takes a million rows and the best of three instead of ten million and of five, and
shorter streams.

hitmon's time is that of the whole process, from start to exit. The reference's is its counting loop alone, as it prints
it, with the file already in memory: the comparison is in the reference's favour.

Exits 1 where the runs disagree on a product. A missed target is shown in the table and does not fail: it says as much
about the machine as about the program.
"""
import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import kafka
from brokers import Tansu
from files import FileBench, compiled_reference, lint_time
from inputs import count_rows, shared_folder, telescope
from measure import IS_QUICK, ROOT, Disagreement, build, show, skip

KAFKA_ROWS = 1_000_000
# Of a topic that takes long enough for the start of the program not to count.
LONG_KAFKA_ROWS = 10_000_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Measure hitmon's speed, memory and latency beside other programs that do the same work.")
    rows, repeats = (1_000_000, 3) if IS_QUICK else (10_000_000, 5)
    parser.add_argument("parts", nargs="*", choices=["files", "kafka", []], help="what to measure; both if none is named")
    parser.add_argument("--rows", type=int, default=rows, help="rows of the input file")
    parser.add_argument("--repeat", type=int, help="the best of so many runs counts")
    parser.add_argument("--no-build", action="store_true", help="measure the program as it is")
    options = parser.parse_args()
    if options.rows < 1000 or (options.repeat or 1) < 1:
        parser.error("take at least 1000 rows and one run")
    if not options.no_build:
        build()
    cache = Path(tempfile.gettempdir()) / "hitmon-bench"
    cache.mkdir(exist_ok=True)
    try:
        if not options.parts or "files" in options.parts:
            measure_files(options.rows, options.repeat or repeats, cache)
        if not options.parts or "kafka" in options.parts:
            measure_kafka(options.repeat or 3, cache)
    except Disagreement as disagreement:
        sys.exit(f"bench: the runs disagree: {disagreement}")


def measure_files(rows: int, repeats: int, cache: Path) -> None:
    """Measures runs over a file, and shows the table."""
    yardsticks = shared_folder()
    table = []
    if path := telescope(yardsticks, rows, cache):
        # Reading it once puts it into the page cache: the disk is not what is measured.
        rows = count_rows(path)
        print(f"{path}: {rows} rows, {path.stat().st_size / 1e6:.0f} MB; best of {repeats}", file=sys.stderr)
        bench = FileBench(path, rows, repeats, cache)
        try:
            table = bench.measure(compiled_reference(yardsticks, cache))
        finally:
            bench.results.unlink(missing_ok=True)
    table.append(lint_time(repeats))
    show(table, "the reference")


def measure_kafka(repeats: int, cache: Path) -> None:
    """Measures topics of brokers, and shows the table."""
    if not shutil.which("kcat"):
        return skip("Kafka: there is no kcat (make setup installs it)")
    path = telescope(shared_folder(), KAFKA_ROWS, cache)
    if path is None:
        return
    subprocess.run([ROOT / "scripts/brokers"], check=True)
    if not Tansu.is_there():
        skip("Tansu: it could not be fetched")
    long = None if IS_QUICK else telescope(shared_folder(), LONG_KAFKA_ROWS, cache)
    show(kafka.measure(path, long, repeats, IS_QUICK), "kcat")


if __name__ == "__main__":
    main()
