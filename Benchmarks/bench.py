#!/usr/bin/env python3
"""Measure hitmon's speed and memory beside hand-written C, on one file, in one run.

    bench.py [--rows N] [--repeat N] [--no-build]

The yardsticks, generate.py (the input; needs numpy) and reference.c, are looked for in $HITMON_SHARED/bench and in
../shared/bench beside the checkout; what needs a missing one is skipped by name. The input is kept in the temporary
directory for the next run. QUICK=1 takes a million rows and the best of three instead of ten million and of five.

hitmon's time is that of the whole process, from start to exit. The reference's is its counting loop alone, as it prints
it, with the file already in memory: the comparison is in the reference's favour.

Exits 1 where the runs disagree on a product. A missed target is shown in the table and does not fail: it says as much
about the machine as about the program.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".build/release/hitmon"
REQUIRED = ROOT / "Benchmarks/pipelines/required.yaml"
ALL = ROOT / "Benchmarks/pipelines/all.yaml"
MAIN = ROOT / "pipelines/dt-chambers.yaml"
IS_QUICK = os.environ.get("QUICK", "") not in ("", "0")

SPEED_TARGET = 10.0  # million rows/s: products 1 to 4, one thread
MEMORY_TARGET = 150.0  # MB resident in the same run
TARGET_ROWS = 10_000_000  # what the targets are for: writing the message weighs more in a shorter run


@dataclass(frozen=True)
class Usage:
    """What one run of a program took."""

    seconds: float
    megabytes: float
    output: str


@dataclass
class Measurement:
    """One line of the table: the best of several runs."""

    name: str
    value: float
    unit: str
    target: str = ""
    ratio: str = ""


class Disagreement(Exception):
    """Two runs over the same file counted different things."""


def shared_folder() -> Path | None:
    """The folder with the yardsticks, if there is one."""
    given = os.environ.get("HITMON_SHARED")
    folders = [Path(given)] if given else []
    folders.append(ROOT.parent / "shared")
    return next((folder / "bench" for folder in folders if (folder / "bench").is_dir()), None)


def run(command: list[str | Path]) -> Usage:
    """Runs a program to its end and gives its time, its peak resident memory and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=err, cwd=ROOT)
        # wait4 instead of wait: it tells this child's memory apart from that of all children so far.
        _, status, resources = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            sys.exit(f"bench: {' '.join(map(str, command))} exited {process.returncode}:\n{err.read().decode()}")
        return Usage(seconds, resources.ru_maxrss * 1024 / 1e6, out.read().decode())


def build() -> None:
    """Builds the optimised program; quick where nothing has changed."""
    subprocess.run(["swift", "build", "-c", "release", "--product", "hitmon"], cwd=ROOT, check=True)


def telescope(yardsticks: Path | None, rows: int, cache: Path) -> Path | None:
    """The input file, made unless an earlier run left it; None where it cannot be made."""
    path = cache / f"telescope-{rows}.txt"
    if path.exists():
        return path
    generator = yardsticks / "generate.py" if yardsticks else None
    if generator is None or not generator.exists():
        return skip("the telescope file: generate.py is missing (set HITMON_SHARED)")
    if subprocess.run([sys.executable, "-c", "import numpy"], capture_output=True).returncode != 0:
        return skip("the telescope file: generate.py needs numpy (apt-get install python3-numpy)")
    print(f"making {path}", file=sys.stderr)
    # Under another name until it is whole, so that an interrupted run leaves nothing that looks complete.
    partial = path.with_suffix(".partial")
    run([sys.executable, generator, partial, "--rows", str(rows), "--seed", "1"])
    partial.rename(path)
    return path


def compiled_reference(yardsticks: Path | None, cache: Path) -> Path | None:
    """The reference program, compiled for this machine; None where it cannot be."""
    source = yardsticks / "reference.c" if yardsticks else None
    if source is None or not source.exists():
        return skip("the reference: reference.c is missing (set HITMON_SHARED)")
    program = cache / "reference"
    try:
        done = subprocess.run(["cc", "-O3", "-march=native", source, "-o", program], capture_output=True, text=True)
    except FileNotFoundError:
        return skip("the reference: there is no C compiler cc")
    return program if done.returncode == 0 else skip(f"the reference: cc failed: {done.stderr.strip()}")


def skip(what: str) -> None:
    """Says what is left out, and why."""
    print(f"skipped: {what}", file=sys.stderr)


def reference_line(output: str) -> tuple[float, dict[str, Any]]:
    """Million rows/s of the reference, and what it counted."""
    speed = re.search(r"^reference +\d+ rows +([\d.]+) M rows/s", output, re.MULTILINE)
    counts = re.search(r"hits (\d+)  chamber hits ([\d ]+?)  orbits with one wire in chamber 0: (\d+)", output)
    if not speed or not counts:
        sys.exit(f"bench: the reference printed something else:\n{output}")
    counted = {
        "hits": int(counts[1]),
        "chamber hits": [int(word) for word in counts[2].split()],
        "orbits with one wire": int(counts[3]),
    }
    return float(speed[1]), counted


def products(results: Path) -> dict[str, Any]:
    """What a run counted: its counts and every histogram, of its one window."""
    lines = results.read_text().splitlines()
    if len(lines) != 1:
        raise Disagreement(f"{results.name} has {len(lines)} windows instead of one")
    message = json.loads(lines[0])
    return {"counts": message["counts"], **message["histograms"]}


def as_reference(found: dict[str, Any]) -> dict[str, Any]:
    """The part of a run's products that the reference counts too."""
    occupancy = [found[f"occupancy/{chamber}"] for chamber in range(4)]
    return {
        "hits": found["counts"]["hits"],
        "chamber hits": [sum(h["bin_counts"]) + int(h["underflow"] + h["overflow"]) for h in occupancy],
        "orbits with one wire": found["active_per_orbit/0"]["bin_counts"][0],
    }


def compare(name: str, found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Raises Disagreement naming the first product of `expected` that `found` has otherwise."""
    for key, value in expected.items():
        if found.get(key) != value:
            raise Disagreement(f"{name}: {key} is {str(found.get(key))[:100]} instead of {str(value)[:100]}")


def alternate(candidates: list[Callable[[], float]], repeats: int) -> list[float]:
    """The largest value of each candidate; they take turns, so that a slow spell of the machine meets all of them."""
    best = [0.0] * len(candidates)
    for turn in range(repeats):
        for index, candidate in enumerate(candidates):
            best[index] = max(best[index], candidate())
        print(f"  {turn + 1} of {repeats}", file=sys.stderr)
    return best


class Bench:
    """All measurements over one file."""

    def __init__(self, path: Path, rows: int, repeats: int, cache: Path) -> None:
        self.path = path
        self.rows = rows
        self.repeats = repeats
        self.results = cache / "results.jsonl"
        self.megabytes: dict[tuple[Path, int], float] = {}
        self.found: dict[Path, dict[str, Any]] = {}
        self.reference_counts: dict[str, Any] | None = None

    def hitmon(self, pipeline: Path, threads: int) -> float:
        """Million rows/s of one run; its products must be those of every run before it."""
        options = ["--input", self.path, "--results", self.results, "--threads", str(threads), "--quiet"]
        usage = run([PROGRAM, "run", pipeline, *options])
        key = (pipeline, threads)
        self.megabytes[key] = max(self.megabytes.get(key, 0), usage.megabytes)
        found = products(self.results)
        name = f"{pipeline.stem}, {threads} threads"
        compare(name, found, self.found.setdefault(pipeline, found))
        for other in self.found.values():
            compare(f"{name}, against another pipeline", found, {key: other[key] for key in other if key in found})
        if self.reference_counts is not None:
            compare(f"{name}, against the reference", as_reference(found), self.reference_counts)
        return self.rows / usage.seconds / 1e6

    def reference(self, program: Path) -> float:
        """Million rows/s of one run of the reference."""
        speed, counted = reference_line(run([program, self.path]).output)
        self.reference_counts = counted
        return speed

    def measure(self, program: Path | None) -> list[Measurement]:
        """Runs everything and gives the lines of the table."""
        runs = [(REQUIRED, 1), (ALL, 1), (REQUIRED, 2), (ALL, 2)]
        candidates = [lambda key=key: self.hitmon(*key) for key in runs]
        if program:
            candidates.insert(0, lambda: self.reference(program))
        best = alternate(candidates, self.repeats)
        reference = best.pop(0) if program else None
        speeds = dict(zip(runs, best))

        def line(name: str, key: tuple[Path, int], target: str = "") -> Measurement:
            ratio = f"{speeds[key] / reference:.2f}" if reference else ""
            return Measurement(name, speeds[key], "M rows/s", target, ratio)

        table = []
        if reference:
            table.append(Measurement("reference, hand-written C, products 1-4", reference, "M rows/s", "", "1.00"))
        table += [
            line("products 1-4, one thread", (REQUIRED, 1), self.verdict(speeds[REQUIRED, 1], SPEED_TARGET, True)),
            line("products 1-4, two threads", (REQUIRED, 2)),
            line("all six products, one thread", (ALL, 1)),
            line("all six products, two threads", (ALL, 2)),
            Measurement("two threads over one, products 1-4", speeds[REQUIRED, 2] / speeds[REQUIRED, 1], "times"),
            Measurement("two threads over one, all six", speeds[ALL, 2] / speeds[ALL, 1], "times"),
        ]
        memory = self.megabytes
        table += [
            Measurement(
                "peak memory, products 1-4, one thread", memory[REQUIRED, 1], "MB",
                self.verdict(memory[REQUIRED, 1], MEMORY_TARGET, False)),
            Measurement("peak memory, products 1-4, two threads", memory[REQUIRED, 2], "MB"),
            Measurement("peak memory, all six, one thread", memory[ALL, 1], "MB"),
            Measurement("peak memory, all six, two threads", memory[ALL, 2], "MB"),
        ]
        return table

    def verdict(self, value: float, target: float, at_least: bool) -> str:
        """The target, and whether it is met; nothing for an input that it is not for."""
        if self.rows < TARGET_ROWS * 0.99:
            return ""
        is_met = value >= target if at_least else value <= target
        return f"{'at least' if at_least else 'at most'} {target:g}: {'met' if is_met else 'MISSED'}"



def lint_time(repeats: int) -> Measurement:
    """The shortest time that checking the main pipeline takes, start of the program included."""
    seconds = min(run([PROGRAM, "lint", MAIN]).seconds for _ in range(repeats))
    return Measurement("lint of pipelines/dt-chambers.yaml", seconds * 1000, "ms")


def show(table: list[Measurement]) -> None:
    """Prints the table in columns."""
    rows = [("what", "measured", "", "target", "of the reference")]
    rows += [(m.name, f"{m.value:.3g}" if m.value < 10 else f"{m.value:.1f}", m.unit, m.target, m.ratio) for m in table]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for name, value, unit, target, ratio in rows:
        print(
            f"{name:<{widths[0]}}  {value:>{widths[1]}} {unit:<{widths[2]}}  {target:<{widths[3]}}  {ratio}".rstrip())


def count_rows(path: Path) -> int:
    """Lines of a file without its header, read in pieces."""
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b"")) - 1


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure hitmon's speed and memory beside hand-written C.")
    rows, repeats = (1_000_000, 3) if IS_QUICK else (10_000_000, 5)
    parser.add_argument("--rows", type=int, default=rows, help="rows of the input file")
    parser.add_argument("--repeat", type=int, default=repeats, help="the best of so many runs counts")
    parser.add_argument("--no-build", action="store_true", help="measure the program as it is")
    options = parser.parse_args()
    if options.rows < 1000 or options.repeat < 1:
        parser.error("take at least 1000 rows and one run")
    if not options.no_build:
        build()
    cache = Path(tempfile.gettempdir()) / "hitmon-bench"
    cache.mkdir(exist_ok=True)
    yardsticks = shared_folder()
    table = []
    if path := telescope(yardsticks, options.rows, cache):
        # Reading it once puts it into the page cache: the disk is not what is measured.
        rows = count_rows(path)
        print(f"{path}: {rows} rows, {path.stat().st_size / 1e6:.0f} MB; best of {options.repeat}", file=sys.stderr)
        bench = Bench(path, rows, options.repeat, cache)
        try:
            table = bench.measure(compiled_reference(yardsticks, cache))
        except Disagreement as disagreement:
            sys.exit(f"bench: the runs disagree: {disagreement}")
        finally:
            bench.results.unlink(missing_ok=True)
    table.append(lint_time(options.repeat))
    show(table)


if __name__ == "__main__":
    main()
