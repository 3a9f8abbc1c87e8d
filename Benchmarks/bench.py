#!/usr/bin/env python3
"""Measure hitmon's speed, memory and latency beside other programs that do the same work, in one run.

    bench.py [files] [s3] [kafka] [scale] [page] [--repeat N] [--no-build]

files: runs over files, beside hand-written C and what users would run instead. s3: objects of a bucket, beside curl.
kafka: topics of a broker, beside kcat. scale: Spark and Dask, beside jobs of their own. page: the live page in headless
Chromium. All of them, where none is named. What was measured is printed, and written to docs/benchmarks.md, where what
was not measured stays as it is.

The input comes from the simulated telescope (Benchmarks/Telescope), and is kept in the temporary directory for the next
run. Benchmarks/yardsticks has the program in C and the jobs of other programs. QUICK=1 takes a million rows instead of
ten million, shorter streams and fewer repeats, leaves out other programs and, unless it is named, the page, and writes
nothing.

hitmon's time is that of the whole process, from start to exit; on one thread it is the processor's, which other work
does not change. The reference's is its counting loop alone, with the file already in memory: the comparison is in the
reference's favour.

Exits 1 where the runs disagree on a product, or a part could not be measured; the others are written all the same. A
missed target is shown in the table and does not fail: it says as much about the machine as about the program.
"""
import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import files
import kafka
import page
import report
import s3
import scale
from brokers import Tansu
from inputs import telescope
from measure import IS_QUICK, ROOT, Disagreement, build, skip, skipped
from others import Others
from report import Part
from table import Section

KAFKA_ROWS = 1_000_000
# Of a topic that takes long enough for the start of the program not to count.
LONG_KAFKA_ROWS = 10_000_000


def measure_files(repeats: int | None, cache: Path) -> list[Section]:
    """Runs over files."""
    return files.measure(repeats or (3 if IS_QUICK else 5), cache)


def measure_s3(repeats: int | None, cache: Path) -> list[Section]:
    """Objects of a bucket."""
    path = telescope(s3.QUICK_ROWS if IS_QUICK else s3.ROWS, cache)
    return s3.measure(path, repeats or (2 if IS_QUICK else 5)) if path else []


def measure_kafka(repeats: int | None, cache: Path) -> list[Section]:
    """Topics of brokers."""
    if not shutil.which("kcat"):
        skip("Kafka: there is no kcat (make setup installs it)")
        return []
    path = telescope(KAFKA_ROWS, cache)
    if path is None:
        return []
    subprocess.run([ROOT / "scripts/brokers"], check=True)
    if not Tansu.is_there():
        skip("Tansu: it could not be fetched")
    long = None if IS_QUICK else telescope(LONG_KAFKA_ROWS, cache)
    return kafka.measure(path, long, repeats or (1 if IS_QUICK else 3), IS_QUICK)


def measure_scale(repeats: int | None, cache: Path) -> list[Section]:
    """Engines."""
    subprocess.run([ROOT / "scripts/scale-packages"], check=True)
    path = telescope(scale.QUICK_ROWS if IS_QUICK else scale.ROWS, cache)
    return scale.measure(path, repeats or (1 if IS_QUICK else 3), cache) if path else []


def measure_page(repeats: int | None, cache: Path) -> list[Section]:
    """The live page, and what it costs the run that serves it."""
    subprocess.run([ROOT / "scripts/python-packages"], check=True)
    return page.measure(IS_QUICK, telescope(page.ROWS, cache), repeats or (2 if IS_QUICK else 5))


# Each part gives its tables.
PARTS: dict[str, Callable[[int | None, Path], list[Section]]] = {
    "files": measure_files, "s3": measure_s3, "kafka": measure_kafka, "scale": measure_scale,
    "page": measure_page,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Measure hitmon's speed, memory and latency beside other programs that do the same work.")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; everything if none is named")
    parser.add_argument("--repeat", type=int, help="the best of so many runs counts")
    parser.add_argument("--no-build", action="store_true", help="measure the program as it is")
    options = parser.parse_args()
    if (options.repeat or 1) < 1:
        parser.error("take at least one run")
    parts = options.parts or list(PARTS)
    if not options.no_build:
        build()
        build("Telescope")
        if "s3" in parts:
            build("Reader")
    cache = Path(tempfile.gettempdir()) / "hitmon-bench"
    cache.mkdir(exist_ok=True)
    measured, failures = {}, []
    if IS_QUICK and not options.parts:
        parts = [name for name in parts if name not in ("page", "scale")]
        skip("the page and the engines: they take minutes of their own (ARGS=page, ARGS=scale)")
    for name in parts:
        others, before = Others(), len(skipped)
        try:
            sections = PARTS[name](options.repeat, cache)
        except Disagreement as disagreement:
            failures.append(f"{name}: the runs disagree: {disagreement}")
            continue
        except (RuntimeError, OSError) as error:
            failures.append(f"{name}: {error}")
            continue
        measured[name] = Part(sections, others.share(), skipped[before:])
        for section in sections:
            print(section.text())
        print(f"{measured[name].disturbance}\n", flush=True)
    if not IS_QUICK:
        report.write(measured, cache)
    if failures:
        sys.exit("\n".join(f"bench: {failure}" for failure in failures))


if __name__ == "__main__":
    main()
