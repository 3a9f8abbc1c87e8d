"""Programs that are run and timed."""
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".build/release/hitmon"
LAUNCHER = [sys.executable, "-I", "-S", str(ROOT / "Benchmarks/launch.py")]
IS_QUICK = os.environ.get("QUICK", "") not in ("", "0")


@dataclass(frozen=True)
class Usage:
    """What one run of a program took."""

    # From start to exit.
    seconds: float
    # Of all processors together, in the program and in the kernel.
    user_seconds: float
    system_seconds: float
    # Peak resident memory of the program itself.
    megabytes: float
    output: str
    errors: str

    @property
    def processor_seconds(self) -> float:
        """What a run on one thread takes on a machine of its own, whatever else this one does; for files in memory."""
        return self.user_seconds + self.system_seconds


class Disagreement(Exception):
    """Two runs over the same rows counted different things."""


class Ended(NamedTuple):
    """What the launcher said of a program at its end."""

    seconds: float
    user_seconds: float
    system_seconds: float
    megabytes: float
    # Negative: the signal that ended it.
    status: int


class Launched:
    """A program started by launch.py, which says what it took."""

    def __init__(self, command: list[str | Path], environment: dict[str, str] | None = None, *, out, err) -> None:
        self.report = tempfile.NamedTemporaryFile("r")
        self.launcher = subprocess.Popen(
            [*LAUNCHER, self.report.name, *map(str, command)], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            cwd=ROOT, env=os.environ | (environment or {}))

    def has_ended(self) -> bool:
        """Whether it is over."""
        return self.launcher.poll() is not None

    def signal(self, number: int) -> None:
        """Sends it a signal; nothing where it has ended."""
        while not self.lines() and not self.has_ended():
            time.sleep(0.01)
        if not self.has_ended():
            os.kill(int(self.lines()[0]), number)

    def wait(self) -> Ended:
        """Waits for its end."""
        self.launcher.wait()
        lines = self.lines()
        if len(lines) < 2:
            raise RuntimeError(f"{self.launcher.args[len(LAUNCHER) + 1]} could not be started")
        seconds, user, system, kibibytes, status = lines[1].split()
        return Ended(
            float(seconds), float(user), float(system), int(kibibytes) * 1024 / 1e6,
            os.waitstatus_to_exitcode(int(status)))

    def lines(self) -> list[str]:
        """What the launcher has reported so far."""
        return Path(self.report.name).read_text().splitlines()


def run(
    command: list[str | Path], environment: dict[str, str] | None = None, keeps_output: bool = True
) -> Usage:
    """Runs a program to its end and gives its time, its peak resident memory and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        launched = Launched(command, environment, out=out if keeps_output else subprocess.DEVNULL, err=err)
        *took, status = launched.wait()
        out.seek(0)
        err.seek(0)
        if status != 0:
            sys.exit(f"bench: {' '.join(map(str, command))} exited {status}:\n{err.read().decode()}")
        return Usage(*took, out.read().decode(), err.read().decode())


def build(product: str = "hitmon") -> None:
    """Builds the optimised program, as make does; quick where nothing has changed."""
    subprocess.run(
        ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", product], cwd=ROOT, check=True)


def compiled(source: Path, cache: Path, *options: str) -> Path | None:
    """A program in C, compiled for this machine as well as the compiler can; None where it cannot be."""
    program = cache / source.stem
    command = ["cc", "-O3", "-march=native", *options, str(source), "-o", str(program), "-lm"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        return skip(f"{source.name}: there is no C compiler cc")
    return program if done.returncode == 0 else skip(f"{source.name}: cc failed: {done.stderr.strip()}")


def skip(what: str) -> None:
    """Says what is left out, and why."""
    skipped.append(what)
    print(f"skipped: {what}", file=sys.stderr)


# All that was left out, for the written report.
skipped: list[str] = []


def alternate(
    candidates: list[Callable[[], float]], repeats: int, best: Callable = max, quiet: bool = False
) -> list[float]:
    """The best value of each candidate; they take turns, so that a slow spell of the machine meets all of them."""
    values: list[list[float]] = [[] for _ in candidates]
    for turn in range(repeats):
        for index, candidate in enumerate(candidates):
            values[index].append(candidate())
        if not quiet:
            print(f"  {turn + 1} of {repeats}", file=sys.stderr)
    return [best(found) for found in values]
