#!/usr/bin/env python3
"""Count the instructions a row of each of the engine's kernels, and hold them against Benchmarks/instructions.txt.

    instructions.py [--accept] [--no-build]

Counts do not depend on what else the machine does, so they show what a timing on a busy machine cannot. callgrind
makes them, on rows that are always the same. It does not know AVX-512: decoding and expressions take their AVX2 level
there, and so the AVX-512 level is not guarded.

Exits 1 where a kernel takes over 5 % more than the file says. --accept writes what was counted into the file: do it for
a change that is worth its price, and after one that made a kernel cheaper. A count belongs to a compiler; with another
version of Swift than the file's nothing is judged.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from engine import PROGRAM, built
from measure import ROOT

THRESHOLDS = ROOT / "Benchmarks/instructions.txt"
ROOM = 0.05
# Some counts are small, and setting up a batch is in all of them.
LEAST_ROOM = 0.1
AVX2 = "2"

WORDS = {"format": "words", "fields": {
    "TDC_MEAS": 5, "BX_COUNTER": 12, "ORBIT_CNT": 32, "TDC_CHANNEL": 9, "FPGA": 3, "HEAD": 3}}
CHAMBERS = [
    {"chamber": 2 * board + half, "when": f"FPGA == {board} and TDC_CHANNEL in {64 * half}..{64 * half + 63}",
     "wire": f"TDC_CHANNEL - {64 * half}" if half else "TDC_CHANNEL"}
    for board in range(2) for half in range(2)]
ONE = {"channel": {"of": "TDC_CHANNEL", "bins": "128 from 0 to 128"}}
ORBIT = {"by": "ORBIT_CNT", "disorder": 2000}


def pipeline(histograms: dict = ONE, **sections) -> dict:
    """A pipeline over words."""
    return {"pipeline": "kernels", "record": WORDS, "window": "all", "histograms": histograms, **sections}


def several(count: int, form: dict, **sections) -> dict:
    """A pipeline with so many histograms of a form, which differ in their bins: `{}` in the form."""
    texts = [json.dumps(form).replace("{}", str(64 + number)) for number in range(count)]
    return pipeline({f"h{number}": json.loads(text) for number, text in enumerate(texts)}, **sections)


def grouped(histograms: dict, **functions) -> dict:
    """A pipeline with chambers and orbits."""
    return pipeline(histograms, chambers=CHAMBERS, groups={"orbit": {**ORBIT, **functions}})


HITS = {"hits": {"of": "orbit.hits", "bins": "integers 1..40"}}
CHANNELS = {"of": "TDC_CHANNEL", "bins": "{} from 0 to 128"}
TIMES = {"of": "time", "bins": "{} from 0 to 89100"}
TIME = {"columns": {"time": "25 * BX_COUNTER + 25 / 30 * TDC_MEAS"}}

# Pipelines over words: what a kernel costs is the difference of two, for each of what one has more than the other.
PIPELINES = {
    "none": pipeline({"hits": {"count": "hits"}}),
    "channel": pipeline(),
    "filter": pipeline(cleansing=[{"keep": "HEAD == 2"}]),
    "chambers": pipeline({"wire": {"of": "wire", "bins": "128 from 0 to 128"}}, chambers=CHAMBERS),
    "eleven": several(11, CHANNELS),
    "one per chamber": several(1, {**CHANNELS, "per": "chamber"}, chambers=CHAMBERS),
    "eleven per chamber": several(11, {**CHANNELS, "per": "chamber"}, chambers=CHAMBERS),
    "time": several(1, TIMES, **TIME),
    "eleven times": several(11, TIMES, **TIME),
    "one map": several(1, {"of": ["TDC_CHANNEL", "BX_COUNTER"], "bins": ["{} from 0 to 128", "64 from 0 to 3564"]}),
    "six maps": several(6, {"of": ["TDC_CHANNEL", "BX_COUNTER"], "bins": ["{} from 0 to 128", "64 from 0 to 3564"]}),
    "one profile": several(1, {"profile": "TDC_MEAS", "against": "TDC_CHANNEL", "bins": "{} from 0 to 128"}),
    "six profiles": several(6, {"profile": "TDC_MEAS", "against": "TDC_CHANNEL", "bins": "{} from 0 to 128"}),
    "orbits": grouped(HITS, hits="count"),
    "distinct": grouped(
        {**HITS, "wires": {"of": "orbit.active", "bins": "16 from 1 to 17", "per": "chamber"}},
        hits="count", active={"distinct": "wire", "per": "chamber"}),
    "deferred": grouped(
        {**HITS, "late": {"of": "BX_COUNTER", "bins": "64 from 0 to 3564", "where": "orbit.hits > 3"}}, hits="count"),
}
# Pipelines that are shipped or measured, as they are.
SHIPPED = {"products 1-4": "Benchmarks/pipelines/required.yaml", "all six products": "Benchmarks/pipelines/all.yaml"}


@dataclass(frozen=True)
class Difference:
    """What one pipeline has more than another."""

    more: str
    less: str
    times: int = 1


KERNELS = {
    "filter": Difference("filter", "channel"),
    "chamber map": Difference("chambers", "channel"),
    "histogram of integers": Difference("eleven", "channel", 10),
    "histogram of integers for each chamber": Difference("eleven per chamber", "one per chamber", 10),
    "derived time and its histogram": Difference("time", "none"),
    "histogram of floats": Difference("eleven times", "time", 10),
    "two-dimensional histogram": Difference("six maps", "one map", 5),
    "profile": Difference("six profiles", "one profile", 5),
    "groups": Difference("orbits", "chambers"),
    "distinct wires of a group": Difference("distinct", "orbits"),
    "rows that wait for their group": Difference("deferred", "orbits"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Count the instructions a row of each of the engine's kernels.")
    parser.add_argument("--accept", action="store_true", help="write what was counted as what is allowed")
    parser.add_argument("--no-build", action="store_true", help="count with the program as it is")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        print("instructions: skipped: there is no valgrind (make setup installs it)")
        return
    if not options.no_build:
        built()
    level, counts = counted()
    if level != AVX2:
        print("instructions: skipped: this processor has no AVX2, for which the counts are")
        return
    said = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout
    compiler = re.search(r"Swift version (\S+)", said)
    version = f"Swift {compiler[1] if compiler else 'unknown'}"
    if options.accept:
        accept(version, counts)
    else:
        judge(version, counts)


@dataclass(frozen=True)
class Count:
    """Instructions a row: of the kernel, and of the whole run that has it so many times."""

    own: float
    whole: float
    times: int = 1

    def has_grown(self, since: "Count") -> bool:
        """Whether it takes more than it may.

        A difference also grows where what it is taken from shrinks, which is no fault: the whole must have grown too.
        """
        room = max(ROOM * since.own, LEAST_ROOM)
        return self.own > since.own + room and self.whole > since.whole + room * self.times / 2


def counted() -> tuple[str, dict[str, Count]]:
    """The level of decoding, and the count of each kernel."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = []
        for name, declared in PIPELINES.items():
            path = Path(folder, f"{name.replace(' ', '-')}.yaml")
            path.write_text(json.dumps(declared))
            arguments.append(f"words:{path}")
        arguments += [f"text:{path}" for path in SHIPPED.values()]
        # valgrind stumbles over the debugger's part of programs that are newer than itself; the names are enough.
        program = Path(folder, "EngineBenchmark")
        subprocess.run(["strip", "--strip-debug", PROGRAM, "-o", program], check=True)
        command = [
            "valgrind", "--tool=callgrind", "--dump-before=*Mark*pass*", f"--callgrind-out-file={folder}/counts",
            str(program), "count", *arguments]
        # Without a seed of its own a dictionary is the same in every run.
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, env=os.environ | {"SWIFT_DETERMINISTIC_HASHING": "1"})
        if done.returncode != 0:
            sys.exit(f"instructions: {' '.join(command)} exited {done.returncode}:\n{done.stdout}{done.stderr}")
        (_, level), *parts = [line.split("\t") for line in done.stdout.splitlines()]
        found = {}
        for number, (name, rows) in enumerate(parts):
            # The first dump is what was before the first mark; then each part is followed by what is between parts.
            dump = Path(folder, f"counts.{2 * number + 2}").read_text()
            found[name] = int(re.search(r"^(?:summary|totals): (\d+)", dump, re.MULTILINE)[1]) / int(rows)
        pipelines = dict(zip([*PIPELINES, *SHIPPED], list(found)[-len(arguments):], strict=True))
        counts = {name: Count(count, count) for name, count in found.items() if not name.startswith("pipeline ")}
        for name, kernel in KERNELS.items():
            whole = found[pipelines[kernel.more]]
            counts[name] = Count((whole - found[pipelines[kernel.less]]) / kernel.times, whole, kernel.times)
        for name in SHIPPED:
            counts[f"{name} of text"] = Count(found[pipelines[name]], found[pipelines[name]])
        return level, counts


def accept(version: str, counts: dict[str, Count]) -> None:
    """Writes the file."""
    width = max(map(len, counts))
    lines = [
        f"# Instructions a row: of the kernel, of the run with it; by make kernels ARGS=--accept, AVX2, {version}"]
    lines += [f"{name:<{width}}  {count.own:8.2f}  {count.whole:8.2f}" for name, count in counts.items()]
    THRESHOLDS.write_text("\n".join(lines) + "\n")
    print(f"written: {THRESHOLDS.relative_to(ROOT)}")


def judge(version: str, counts: dict[str, Count]) -> None:
    """Prints the counts beside those of the file; exits 1 where one has grown."""
    header, *lines = THRESHOLDS.read_text().splitlines()
    allowed = {}
    for line in lines:
        name, own, whole = line.rsplit(maxsplit=2)
        allowed[name] = Count(float(own), float(whole))
    if missing := set(counts) ^ set(allowed):
        sys.exit(f"instructions: {THRESHOLDS.name} is of other kernels ({', '.join(sorted(missing))}): {HOW}")
    grown, width = [], max(map(len, counts))
    for name, count in counts.items():
        before = allowed[name]
        change = f"{count.own / before.own - 1:+.1%}" if before.own > 0 else ""
        mark = ""
        if count.has_grown(before):
            mark = "  GREW"
            grown.append(f"{name}: {count.own:.2f} instructions a row instead of {before.own:.2f} ({change})")
        print(f"{name:<{width}}  {count.own:8.2f}  {before.own:8.2f}  {change:>7}{mark}")
    if not header.endswith(version):
        print(f"instructions: not judged: {THRESHOLDS.name} is of another compiler than {version}")
    elif grown:
        sys.exit("\n".join(["instructions: these kernels grew:", *grown, HOW]))


HOW = "if that is worth it: make kernels ARGS=--accept, and commit Benchmarks/instructions.txt"


if __name__ == "__main__":
    main()
