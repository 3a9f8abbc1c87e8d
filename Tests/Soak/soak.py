"""The soak: random scenarios with kills, stops, cuts and outages; what they publish is counted again row by row.

    make soak                    a few minutes, other seeds each time
    SOAK=2 make soak             two hours
    SEED=17 make soak            one scenario again
    soak.py short                the same scenarios each time, about a minute

Scenarios of even seeds use librdkafka's broker, those of odd seeds Tansu. After a violation .build/soak has the logs of
all instances, the topics, and what happened when. Exit codes: 0 all is well, 1 it is not.
"""

import collections
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import anew
import brokers
import instances
import scenario
from play import Play

ROOT = brokers.ROOT
KEPT = ROOT / ".build/soak"
# Minutes of `make soak`.
_MINUTES = 4
# How long faults are made in a scenario, in seconds. A part of what a seed means.
_SECONDS = 20.0
# Two of each broker, chosen so that all kinds of windows, groups and merging are among them, and topics made anew.
_SHORT = (2, 3, 4, 5, -2, -4)
# No scenario takes so long, in seconds, not even one that waits for all that may hang.
_LONGEST = 600
# What is printed first, also where there is none.
_TOTALS = ("scenarios", "violations", "kills", "stops", "cuts", "outages", "claims", "void", "results", "rows")


def play(seed: int) -> None:
    """Plays one scenario in this process, and prints what came of it as JSON."""
    folder = KEPT / f"seed-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if seed in anew.CASES:
        name, faults, totals = anew.name(seed), anew.play(seed, folder), collections.Counter[str]()
    else:
        drawn = scenario.draw(seed, "tansu" if seed % 2 else "embedded", _SECONDS)
        playing = Play(drawn, folder, instances.Shim())
        name, faults, totals = drawn.name, playing.run(), playing.totals
    if faults:
        (folder / "violations.txt").write_text("\n".join(faults) + "\n")
    else:
        shutil.rmtree(folder)
    print(json.dumps({"name": name, "faults": faults, "totals": totals, "folder": str(folder)}))


class Soak:
    """Plays scenarios, some at a time, each in a process of its own."""

    def __init__(self, seeds: "collections.abc.Iterator[int]", jobs: int, deadline: float) -> None:
        self.seeds = seeds
        self.jobs = jobs
        self.deadline = deadline
        self.violations = 0
        self.totals: dict[str, collections.Counter[str]] = {}
        self._running: dict[int, tuple[subprocess.Popen[str], float]] = {}

    def run(self) -> int:
        """Returns the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        try:
            while self._begin() or self._running:
                self._collect()
                time.sleep(0.1)
        except KeyboardInterrupt:
            for process, _ in self._running.values():
                _end(process)
        self._print()
        return 1 if self.violations else 0

    def _begin(self) -> bool:
        while len(self._running) < self.jobs and time.monotonic() < self.deadline:
            seed = next(self.seeds, None)
            if seed is None:
                return False
            command = [sys.executable, __file__, "play", str(seed)]
            # With a group of its own, so that all that it has started ends with it.
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
            self._running[seed] = (process, time.monotonic())
        return time.monotonic() < self.deadline

    def _collect(self) -> None:
        for seed, (process, begun) in list(self._running.items()):
            if process.poll() is None and time.monotonic() - begun < _LONGEST:
                continue
            del self._running[seed]
            _end(process)
            output = process.communicate()[0]
            self._take(seed, output, time.monotonic() - begun)

    def _take(self, seed: int, output: str, seconds: float) -> None:
        try:
            outcome = json.loads(output.splitlines()[-1])
        except (ValueError, IndexError):
            folder = str(KEPT / f"seed-{seed}")
            outcome = {"name": "", "faults": ["it did not come to its end"], "totals": {}, "folder": folder}
        kind = "tansu" if seed % 2 else "embedded"
        totals = self.totals.setdefault(kind, collections.Counter())
        totals.update(outcome["totals"])
        totals["scenarios"] += 1
        totals["violations"] += len(outcome["faults"])
        self.violations += len(outcome["faults"])
        verdict = "violated" if outcome["faults"] else "ok"
        print(f"seed {seed}: {outcome['name']}: {verdict} ({seconds:.0f} s)", flush=True)
        if outcome["faults"]:
            for fault in outcome["faults"][:5]:
                print(f"  {fault}")
            print(f"  {len(outcome['faults'])} violations; all of them, logs and topics are in {outcome['folder']}")
            print(f"  again: SEED={seed} make soak", flush=True)

    def _print(self) -> None:
        for kind, totals in sorted(self.totals.items()):
            rest = sorted(name for name in totals if name not in _TOTALS and totals[name])
            words = ", ".join(f"{totals[name]:,} {name}" for name in (*_TOTALS, *rest))
            print(f"{kind}: {words}")


def _end(process: "subprocess.Popen[str]") -> None:
    """Ends a scenario with its brokers and instances; most often it has ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def main() -> int:
    """Reads what to do."""
    words = sys.argv[1:]
    if words[:1] == ["play"]:
        play(int(words[1]))
        return 0
    KEPT.mkdir(parents=True, exist_ok=True)
    there = brokers.kinds()
    jobs = int(os.environ.get("JOBS", "2"))
    deadline = float("inf")
    if words == ["short"]:
        wanted = list(_SHORT)
    elif os.environ.get("SEED"):
        wanted = [int(os.environ["SEED"])]
    else:
        wanted = [*anew.CASES, *random.sample(range(1_000_000), 100_000)]
        hours = os.environ.get("SOAK")
        deadline = time.monotonic() + (float(hours) * 3600 if hours else _MINUTES * 60)
    if "tansu" not in there:
        print("soak: no Tansu; only scenarios with librdkafka's broker are played")
        wanted = [seed for seed in wanted if seed % 2 == 0]
    return Soak(iter(wanted), jobs, deadline).run()


if __name__ == "__main__":
    sys.exit(main())
