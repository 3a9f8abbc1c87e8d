"""Speed of runs over a text file, beside a program in C written by hand for the same products."""
import re
import sys
from pathlib import Path
from typing import Any

from measure import PROGRAM, ROOT, Usage, alternate, compiled, run, skip
from products import compare, products
from table import Measurement, Section, verdict

REQUIRED = ROOT / "Benchmarks/pipelines/required.yaml"
ALL = ROOT / "Benchmarks/pipelines/all.yaml"

REQUIRED_TARGET = 1.0  # of the reference: products 1 to 4, one thread
ALL_TARGET = 0.6  # of the reference, which has only products 1 to 4
THREADS_TARGET = 1.8  # of one thread's speed


def compiled_reference(yardsticks: Path | None, cache: Path) -> Path | None:
    """The reference program, compiled for this machine; None where it cannot be."""
    source = yardsticks / "reference.c" if yardsticks else None
    if source is None or not source.exists():
        return skip("the reference: reference.c is missing (set HITMON_SHARED)")
    return compiled(source, cache)


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


class Speed:
    """Runs over the rows of one file, whose products must all agree."""

    def __init__(self, path: Path, rows: int, repeats: int, cache: Path, has_targets: bool) -> None:
        self.path = path
        self.rows = rows
        self.repeats = repeats
        self.cache = cache
        self.has_targets = has_targets
        self.results = cache / "results.jsonl"
        self.megabytes: dict[tuple[Path, int], float] = {}
        self.found: dict[str, dict[str, Any]] = {}
        self.reference_counts: dict[str, Any] | None = None
        self.best_with_two_threads = 0.0

    def hitmon(self, pipeline: Path, threads: int | None, path: Path | None = None) -> Usage:
        """One run, with as many threads as hitmon likes or so many; its products must be those of all runs before."""
        options = ["--input", path or self.path, "--results", self.results, "--quiet"]
        options += ["--threads", str(threads)] if threads else []
        usage = run([PROGRAM, "run", pipeline, *options])
        found = products(self.results)
        self.results.unlink()
        name = f"{pipeline.stem}, {(path or self.path).name}, {threads or 'all'} threads"
        for other, expected in self.found.items():
            common = {key: expected[key] for key in expected if key in found}
            compare(f"{name}, against {other}", found, common)
        self.found.setdefault(pipeline.stem, found)
        if self.reference_counts is not None:
            compare(f"{name}, against the reference", as_reference(found), self.reference_counts)
        return usage

    def rate(self, usage: Usage) -> float:
        """Million rows/s."""
        return self.rows / usage.seconds / 1e6

    def reference(self, program: Path) -> float:
        """Million rows/s of one run of the reference."""
        speed, counted = reference_line(run([program, self.path]).output)
        self.reference_counts = counted
        return speed

    def measure(self, program: Path | None) -> Section:
        """The table of text rows."""
        runs = [(REQUIRED, 1), (REQUIRED, 2), (ALL, 1), (ALL, 2)]
        candidates = [lambda key=key: self.rate(self.hitmon(*key)) for key in runs]
        if program:
            candidates.insert(0, lambda: self.reference(program))
        best = alternate(candidates, self.repeats)
        reference = best.pop(0) if program else None
        speeds = dict(zip(runs, best))
        self.best_with_two_threads = speeds[REQUIRED, 2]

        def line(name: str, key: tuple[Path, int], target: float | None = None) -> Measurement:
            ratio = speeds[key] / reference if reference else None
            goal = self.goal(ratio, target, " of the reference") if ratio and target else ""
            return Measurement(name, speeds[key], "M rows/s", goal, f"{ratio:.2f}" if ratio else "")

        def threads(name: str, pipeline: Path) -> Measurement:
            gain = speeds[pipeline, 2] / speeds[pipeline, 1]
            return Measurement(f"two threads over one, {name}", gain, "times", self.goal(gain, THREADS_TARGET))

        rows = [Measurement("reference, hand-written C, products 1-4", reference, "M rows/s", "", "1.00")] if reference else []
        rows += [
            line("products 1-4, one thread", (REQUIRED, 1), REQUIRED_TARGET),
            line("products 1-4, two threads", (REQUIRED, 2)),
            line("all six products, one thread", (ALL, 1), ALL_TARGET),
            line("all six products, two threads", (ALL, 2)),
            threads("products 1-4", REQUIRED),
            threads("all six products", ALL),
        ]
        note = f"{self.rows:,} text rows, {self.path.stat().st_size / 1e6:.0f} MB; best of {self.repeats}"
        return Section("Text rows", note, rows, "the reference")

    def goal(self, value: float, target: float, name: str = "") -> str:
        """A target for long files, and whether it is met, if this is one."""
        return verdict(value, target, True, name) if self.has_targets else f"at least {target:g}{name}, of 10 M rows"
