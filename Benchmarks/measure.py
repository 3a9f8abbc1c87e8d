"""Programs that are run and timed, and the table of what was measured."""
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".build/release/hitmon"
IS_QUICK = os.environ.get("QUICK", "") not in ("", "0")


@dataclass(frozen=True)
class Usage:
    """What one run of a program took."""

    seconds: float
    megabytes: float
    output: str
    errors: str


@dataclass
class Measurement:
    """One line of the table: the best of several runs."""

    name: str
    value: float
    unit: str
    target: str = ""
    ratio: str = ""


class Disagreement(Exception):
    """Two runs over the same rows counted different things."""


def run(
    command: list[str | Path], environment: dict[str, str] | None = None, keeps_output: bool = True
) -> Usage:
    """Runs a program to its end and gives its time, its peak resident memory and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL,
            stdout=out if keeps_output else subprocess.DEVNULL, stderr=err, cwd=ROOT,
            env=os.environ | (environment or {}))
        # wait4 instead of wait: it tells this child's memory apart from that of all children so far.
        _, status, resources = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            sys.exit(f"bench: {' '.join(map(str, command))} exited {process.returncode}:\n{err.read().decode()}")
        return Usage(seconds, resources.ru_maxrss * 1024 / 1e6, out.read().decode(), err.read().decode())


def build() -> None:
    """Builds the optimised program; quick where nothing has changed."""
    subprocess.run(["swift", "build", "-c", "release", "--product", "hitmon"], cwd=ROOT, check=True)


def skip(what: str) -> None:
    """Says what is left out, and why."""
    print(f"skipped: {what}", file=sys.stderr)


def alternate(candidates: list[Callable[[], float]], repeats: int, best: Callable = max) -> list[float]:
    """The best value of each candidate; they take turns, so that a slow spell of the machine meets all of them."""
    values: list[list[float]] = [[] for _ in candidates]
    for turn in range(repeats):
        for index, candidate in enumerate(candidates):
            values[index].append(candidate())
        print(f"  {turn + 1} of {repeats}", file=sys.stderr)
    return [best(found) for found in values]


def verdict(value: float, target: float, at_least: bool) -> str:
    """The target, and whether it is met."""
    is_met = value >= target if at_least else value <= target
    return f"{'at least' if at_least else 'at most'} {target:g}: {'met' if is_met else 'MISSED'}"


def show(table: list[Measurement], yardstick: str) -> None:
    """Prints the table in columns; the last one is each line's ratio to the `yardstick`."""
    rows = [("what", "measured", "", "target", f"of {yardstick}")]
    rows += [(m.name, f"{m.value:.3g}" if m.value < 10 else f"{m.value:.1f}", m.unit, m.target, m.ratio) for m in table]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for name, value, unit, target, ratio in rows:
        print(
            f"{name:<{widths[0]}}  {value:>{widths[1]}} {unit:<{widths[2]}}  {target:<{widths[3]}}  {ratio}".rstrip())
