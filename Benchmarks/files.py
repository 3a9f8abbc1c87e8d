"""Speed and memory of runs over a file, beside a program in C written by hand for the same products."""
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from measure import PROGRAM, ROOT, Measurement, alternate, run, skip, verdict
from products import compare, products

REQUIRED = ROOT / "Benchmarks/pipelines/required.yaml"
ALL = ROOT / "Benchmarks/pipelines/all.yaml"
MAIN = ROOT / "pipelines/dt-chambers.yaml"

SPEED_TARGET = 10.0  # million rows/s: products 1 to 4, one thread
MEMORY_TARGET = 150.0  # MB resident in the same run
TARGET_ROWS = 10_000_000  # what the targets are for: writing the message weighs more in a shorter run


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


def as_reference(found: dict[str, Any]) -> dict[str, Any]:
    """The part of a run's products that the reference counts too."""
    occupancy = [found[f"occupancy/{chamber}"] for chamber in range(4)]
    return {
        "hits": found["counts"]["hits"],
        "chamber hits": [sum(h["bin_counts"]) + int(h["underflow"] + h["overflow"]) for h in occupancy],
        "orbits with one wire": found["active_per_orbit/0"]["bin_counts"][0],
    }


class FileBench:
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
            line("products 1-4, one thread", (REQUIRED, 1), self.target(speeds[REQUIRED, 1], SPEED_TARGET, True)),
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
                self.target(memory[REQUIRED, 1], MEMORY_TARGET, False)),
            Measurement("peak memory, products 1-4, two threads", memory[REQUIRED, 2], "MB"),
            Measurement("peak memory, all six, one thread", memory[ALL, 1], "MB"),
            Measurement("peak memory, all six, two threads", memory[ALL, 2], "MB"),
        ]
        return table

    def target(self, value: float, target: float, at_least: bool) -> str:
        """The target, and whether it is met; nothing for an input that it is not for."""
        if self.rows < TARGET_ROWS * 0.99:
            return ""
        return verdict(value, target, at_least)


def lint_time(repeats: int) -> Measurement:
    """The shortest time that checking the main pipeline takes, start of the program included."""
    seconds = min(run([PROGRAM, "lint", MAIN]).seconds for _ in range(repeats))
    return Measurement("lint of pipelines/dt-chambers.yaml", seconds * 1000, "ms")
