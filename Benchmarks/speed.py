"""Speed of runs over a text file, beside a program in C written by hand for the same products."""
import re
import sys
from pathlib import Path
from typing import Any

from measure import PROGRAM, ROOT, Usage, alternate, compiled, run
from products import compare, products
from table import Measurement, Section, verdict

REQUIRED = ROOT / "Benchmarks/pipelines/required.yaml"
ALL = ROOT / "Benchmarks/pipelines/all.yaml"

REQUIRED_TARGET = 1.0  # of the reference: products 1 to 4, one thread
ALL_TARGET = 0.6  # of the reference, which has only products 1 to 4
THREADS_TARGET = 1.8  # of one thread's speed


def compiled_reference(cache: Path) -> Path | None:
    """The reference program, compiled for this machine; None where it cannot be."""
    return compiled(ROOT / "Benchmarks/yardsticks/reference.c", cache)


def reference_line(output: str) -> tuple[list[float], dict[str, Any]]:
    """Million rows/s of the reference's two loops (counting newlines, then everything), and what it counted."""
    speeds = re.findall(r"^\w+ +\d+ rows +([\d.]+) M rows/s", output, re.MULTILINE)
    counts = re.search(r"hits (\d+)  chamber hits ([\d ]+?)  orbits with one wire in chamber 0: (\d+)", output)
    if len(speeds) != 2 or not counts:
        sys.exit(f"bench: the reference printed something else:\n{output}")
    counted = {
        "hits": int(counts[1]),
        "chamber hits": [int(word) for word in counts[2].split()],
        "orbits with one wire": int(counts[3]),
    }
    return [float(speed) for speed in speeds], counted


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
        """Million rows/s by the clock."""
        return self.rows / usage.seconds / 1e6

    def processor_rate(self, usage: Usage) -> float:
        """Million rows/s by seconds of the processor, for runs on one thread."""
        return self.rows / usage.processor_seconds / 1e6

    def reference(self, program: Path) -> float:
        """Million rows/s of the reference's loop, by seconds of the processor: of its own, the loop's share."""
        usage = run([program, self.path])
        (newlines, loop), self.reference_counts = reference_line(usage.output)
        share = (1 / loop) / (1 / newlines + 1 / loop)
        return self.rows / (usage.user_seconds * share) / 1e6

    def measure(self, program: Path | None) -> Section:
        """The table of text rows."""
        runs = [(REQUIRED, 1), (REQUIRED, 2), (ALL, 1), (ALL, 2)]
        usages: dict[tuple[Path, int], list[Usage]] = {key: [] for key in runs}

        def measured(key: tuple[Path, int]) -> float:
            usages[key].append(self.hitmon(*key))
            return self.rate(usages[key][-1])

        candidates = [lambda key=key: measured(key) for key in runs]
        if program:
            candidates.insert(0, lambda: self.reference(program))
        best = alternate(candidates, self.repeats)
        reference = best.pop(0) if program else None
        speeds = dict(zip(runs, best, strict=True))
        self.best_with_two_threads = speeds[REQUIRED, 2]

        def one(name: str, pipeline: Path, target: float) -> Measurement:
            speed = max(map(self.processor_rate, usages[pipeline, 1]))
            goal = self.goal(speed / reference, target, " of the reference") if reference else ""
            return Measurement(
                f"{name}, one thread", speed, "M rows/s", goal, f"{speed / reference:.2f}" if reference else "")

        def two(name: str, pipeline: Path) -> Measurement:
            ratio = f"{speeds[pipeline, 2] / reference:.2f}" if reference else ""
            return Measurement(f"{name}, two threads", speeds[pipeline, 2], "M rows/s", "", ratio)

        def threads(name: str, pipeline: Path) -> Measurement:
            gain = speeds[pipeline, 2] / speeds[pipeline, 1]
            return Measurement(f"two threads over one, {name}", gain, "times", self.goal(gain, THREADS_TARGET))

        rows = []
        if reference:
            rows.append(Measurement("reference, hand-written C, products 1-4", reference, "M rows/s", "", "1.00"))
        for name, pipeline, target in [
            ("products 1-4", REQUIRED, REQUIRED_TARGET), ("all six products", ALL, ALL_TARGET)
        ]:
            rows += [one(name, pipeline, target), two(name, pipeline), threads(name, pipeline)]
        note = (
            f"{self.rows:,} text rows, {self.path.stat().st_size / 1e6:.0f} MB; best of {self.repeats}. One thread and "
            "the reference by seconds of the processor, two threads and their gain by the clock")
        return Section("Text rows", note, rows, "the reference")

    def goal(self, value: float, target: float, name: str = "") -> str:
        """A target for long files, and whether it is met, if this is one."""
        return verdict(value, target, True, name) if self.has_targets else f"at least {target:g}{name}, of 10 M rows"
