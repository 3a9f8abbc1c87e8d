#!/usr/bin/env python3
"""Explores all states of small models of how results are delivered, as the code is built.

    Tests/Model/delivery.py            what `make test` runs
    Tests/Model/delivery.py --deep     larger models
    Tests/Model/delivery.py -v         with the shortest trace to each state that is not good
    Tests/Model/delivery.py WORDS      only the models whose names have these words

The properties:

- Each row counts once, and none is lost. No window of a partition comes twice or torn.
- A run reports as counted what counts, and as void what does not.
- From every state the end can be reached without another fault.

Each rule is left out once, and something must break: this shows what the rule is for. Faults that the code had stand
apart, with and without their mends.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import vectors
from checker import Model, Outcome, explore
from mergers import Mergers
from runs import Runs
from sources import Sources


class Case(NamedTuple):
    name: str
    expected: str
    model: Callable[[], Model]


HOLDS, BROKEN, STUCK = "holds", "broken", "stuck"
Section = tuple[str, list[Case]]

# The windows of the rows of each partition.
# In PAST a row of window 1 lies behind one of window 2.
PAST = ((0,), (0, 2, 1))
BACK = ((0,), (1, 0))
TWO = ((0,), (0,))
# One partition.
ONE = ((0, 1),)
LONG = ((0, 1, 2),)

# The parts of each partition, in the order in which they come.
PARTS = ("claim, 0, 1", "claim, 0, 1")
LATE = ("claim, 0, 1", "claim, idle, 0")
VOID = ("claim, 0, copy, claim, former 1, 1", "claim, 1")
CUT = ("claim, 0, snapshot, claim, former 1, 1, 2",)
MENDED = ("revocations", "idle sources", "claims used again")


def less(*fixes: str) -> tuple[str, ...]:
    return tuple(fix for fix in MENDED if fix not in fixes)


RULES: Section = ("The protocol as built", [
    Case("2 members, 1 crash, 2 in flight", HOLDS, lambda: Runs(*PAST, crashes=1, flight=2)),
    Case("2 members, 1 move", HOLDS, lambda: Runs(*PAST, moves=1)),
    Case("2 members, 1 move, 1 sent again, 2 in flight", HOLDS, lambda: Runs(*BACK, moves=1, copies=1, flight=2)),
    Case("2 members, 1 move, 1 taken back", HOLDS, lambda: Runs(*BACK, moves=1, withdrawals=1)),
    Case("2 members, 2 moves", HOLDS, lambda: Runs(*TWO, moves=2)),
    Case("2 members, 1 crash, 1 move, 1 sent again", HOLDS, lambda: Runs(*ONE, crashes=1, moves=1, copies=1, flight=2)),
    Case("3 members, 1 crash, 1 move", HOLDS, lambda: Runs((0,), members=3, crashes=1, moves=1)),
    Case("windows that cut the input, 1 move, 1 sent again, 1 taken back", HOLDS, lambda: Runs(
        (0, 0, 0), cuts=True, moves=1, copies=1, withdrawals=1)),
    Case("judges step by step: 1 crash, 1 move", HOLDS, lambda: Runs((0,), exact=True, crashes=1, moves=1)),
    Case("judges step by step: 1 move, 1 sent again", HOLDS, lambda: Runs(
        *ONE, exact=True, moves=1, copies=1, flight=2)),
    Case("a group that takes commits of former members, 1 move", HOLDS, lambda: Runs(
        *TWO, moves=1, group="open", counts_epochs=False)),
    Case("no group, 2 runs by mistake, 1 sent again", HOLDS, lambda: Runs(
        *PAST, group="none", copies=1, withdrawals=1)),
    Case("no group, 2 runs by mistake, 1 crash", HOLDS, lambda: Runs(*PAST, group="none", crashes=1)),
    Case("1 move, 1 tick, 1 sent again", HOLDS, lambda: Runs(*ONE, moves=1, ticks=1, copies=1, flight=2)),
    Case("1 move, 1 lands before its turn", HOLDS, lambda: Runs(*LONG, moves=1, overtakes=1, copies=1, flight=2)),
    Case("snapshots, also late ones", HOLDS, lambda: Runs(*ONE, moves=1, snapshots=1)),
    Case("mergers: 1 crash, 1 sent again, 2 in flight", HOLDS, lambda: Mergers(*PARTS, crashes=1, copies=1, flight=2)),
    Case("mergers: 1 move", HOLDS, lambda: Mergers(*PARTS, moves=1)),
    Case("mergers: a group that takes all commits, 1 move", HOLDS, lambda: Mergers(
        "claim, 0, 1", moves=1, group="open", counts_epochs=False)),
    Case("mergers: idle partition, late part, 1 move", HOLDS, lambda: Mergers(*LATE, moves=1)),
    Case("mergers: void parts, 1 crash", HOLDS, lambda: Mergers(*VOID, crashes=1)),
    Case("mergers: parts are cut, a snapshot is left", HOLDS, lambda: Mergers(*CUT, crashes=1, retentions=1)),
])

LEFT_OUT: Section = ("With one rule left out", [
    Case("epochs are not compared", BROKEN, lambda: Runs(*PAST, moves=1, without=("epochs",))),
    Case("numbers are not compared", BROKEN, lambda: Runs(*PAST, copies=1, flight=2, without=("numbers",))),
    Case("a message counts if its first partition is in force", BROKEN, lambda: Runs(
        *TWO, assigned=(0, 0), moves=1, without=("every partition",))),
    Case("a claim does not name its predecessors", BROKEN, lambda: Runs(*ONE, moves=1, without=("after",))),
    Case("the group is not asked; who loses a claim claims again", HOLDS, lambda: Runs(
        *ONE, moves=1, counts_epochs=False, without=("question",))),
    Case("the group is not asked, and nobody claims again", STUCK, lambda: Runs(
        *ONE, moves=1, without=("question", "again"))),
    Case("nobody claims again, the group takes all commits", STUCK, lambda: Runs(
        *ONE, moves=1, group="open", counts_epochs=False, without=("again",))),
    Case("the state is that from before the claim", BROKEN, lambda: Runs(
        *PAST, moves=1, without=("state at the claim",))),
    Case("one last window stands for all partitions", BROKEN, lambda: Runs(
        (0,), (2, 1), moves=1, withdrawals=1, without=("last of each partition",))),
    Case("the log is read by times", BROKEN, lambda: Runs(*ONE, moves=1, withdrawals=1, without=("offsets",))),
    Case("numbers are used again after a withdrawal", BROKEN, lambda: Runs(
        (0, 0, 0), cuts=True, members=1, withdrawals=1, without=("new numbers",))),
    Case("old windows are published in the right of a claim", BROKEN, lambda: Runs(
        *PAST, withdrawals=1, without=("begun",))),
    Case("two processes have the same name", BROKEN, lambda: Runs(*PAST, crashes=1, without=("run names",))),
    Case("what is delivered is taken to count", BROKEN, lambda: Runs(*ONE, moves=1, without=("judge",))),
    Case("messages of others between deliveries are not read", BROKEN, lambda: Runs(*ONE, moves=1, without=("jumps",))),
    # What is folded again is void, unless messages lie in another order than that of their numbers.
    Case("a snapshot is newer than it says, messages in order", HOLDS, lambda: Runs(
        *ONE, crashes=1, snapshots=1, without=("as old as it says",))),
    Case("a snapshot is older than it says", BROKEN, lambda: Runs(
        *ONE, moves=1, snapshots=1, without=("as new as it says",))),
    Case("a snapshot is used though messages behind it are gone", BROKEN, lambda: Runs(
        *ONE, moves=1, snapshots=1, retentions=1, heals=("gaps",), without=("all behind a snapshot",))),
    Case("retention takes the newest snapshot too", BROKEN, lambda: Runs(
        *ONE, moves=1, snapshots=1, retentions=1, heals=("gaps",), without=("a snapshot is kept",))),
    Case("mergers count what is below `read` again", BROKEN, lambda: Mergers(*LATE, crashes=1, without=("read",))),
    Case("mergers resume behind parts of windows that wait", BROKEN, lambda: Mergers(
        *PARTS, crashes=1, without=("resume",))),
    Case("mergers take void parts", BROKEN, lambda: Mergers(*VOID, without=("the fold of parts",))),
    Case("mergers drop late parts", BROKEN, lambda: Mergers(*LATE, without=("late parts",))),
    Case("mergers hear of no idle partition", STUCK, lambda: Mergers("claim, 0, 1", "claim")),
    Case("mergers do not wait for all partitions", BROKEN, lambda: Mergers(*PARTS, without=("whole windows",))),
    Case("a partition stays idle when it is claimed", BROKEN, lambda: Mergers(
        "claim, 0, 1", "claim, idle, claim, 0, 1", without=("a claim ends idleness",))),
    Case("retention of parts takes the snapshot of what is merged", BROKEN, lambda: Mergers(
        "claim, 0, claim, former 1, 1, 2", crashes=1, retentions=1, without=("a snapshot is kept",))),
    Case("two sources: results begin before both have begun", BROKEN, lambda: Sources(
        3, heals=MENDED, without=("all sources",))),
])

FAULTS: Section = ("Faults that the code had, and how they are mended", [
    Case("a tick is sent again before results with lower numbers", BROKEN, lambda: Runs(
        *ONE, members=1, ticks=1, resends=1, flight=3)),
    Case("  mended: in the order of numbers", HOLDS, lambda: Runs(
        *ONE, members=1, ticks=1, resends=1, flight=3, heals=("order",))),
    Case("no offset, and an end of the log that was found before", BROKEN, lambda: Runs(
        *ONE, members=1, withdrawals=1, known=1)),
    Case("  mended: the end is found again", HOLDS, lambda: Runs(*ONE, moves=1, known=1, heals=("ends",))),
    Case("parts that a version before has merged are late", BROKEN, lambda: Mergers("claim, 0, 1", given_out=0)),
    Case("a snapshot forgets what a version before has merged", BROKEN, lambda: Mergers(
        "claim, 0, 1", given_out=0, crashes=1, snapshots=1, heals=("old parts",))),
    Case("  both mended", HOLDS, lambda: Mergers(
        "claim, 0, 1", given_out=0, crashes=1, snapshots=1, heals=("old parts", "last order"))),
    Case("a thread that waited for room gives up a newer claim", STUCK, lambda: Runs(
        *LONG, moves=1, withdrawals=1, waits=1)),
    Case("  mended: it gives up its own", HOLDS, lambda: Runs(
        *LONG, moves=1, withdrawals=1, waits=1, heals=("waits",))),
    Case("a judge reads on behind what retention took", BROKEN, lambda: Runs(
        *ONE, moves=1, snapshots=1, retentions=1)),
    Case("  mended: the run ends", HOLDS, lambda: Runs(
        (0,), moves=1, snapshots=1, retentions=1, heals=("gaps",))),
    Case("two sources: a loss goes to one without partitions", STUCK, lambda: Sources(2, heals=less("idle sources"))),
    Case("two sources: a claim that is used again forgets its loss", STUCK, lambda: Sources(
        2, heals=less("claims used again"))),
    Case("two sources: claims go on naming what was revoked", BROKEN, lambda: Sources(2, heals=less("revocations"))),
    Case("  all three mended", HOLDS, lambda: Sources(4, heals=MENDED)),
    Case("two sources: only one group is asked", BROKEN, lambda: Sources(2, heals=MENDED, without=("own partitions",))),
])

DEEP: Section = ("Larger models", [
    Case("2 members, 1 crash, 1 move", HOLDS, lambda: Runs(*TWO, crashes=1, moves=1)),
    Case("2 members, 2 crashes", HOLDS, lambda: Runs(*TWO, crashes=2)),
    Case("2 members, 2 moves, windows of the past", HOLDS, lambda: Runs(*BACK, moves=2)),
    Case("2 members, 1 move, all else, 2 strays", HOLDS, lambda: Runs(
        *ONE, crashes=1, moves=1, copies=2, withdrawals=1, strays=2, flight=2)),
    Case("3 members, 2 partitions, 1 crash", HOLDS, lambda: Runs(*TWO, members=3, crashes=1)),
    Case("3 members, 2 partitions, 1 move", HOLDS, lambda: Runs(*BACK, members=3, moves=1)),
    Case("judges step by step: 1 crash, 1 move, 2 windows", HOLDS, lambda: Runs(
        *ONE, exact=True, crashes=1, moves=1)),
    Case("judges step by step: 2 partitions, 1 move", HOLDS, lambda: Runs(*TWO, exact=True, moves=1, copies=1)),
    Case("judges step by step, no group", HOLDS, lambda: Runs(
        *ONE, exact=True, group="none", copies=1, withdrawals=1)),
    Case("no group, 3 runs by mistake", HOLDS, lambda: Runs(*PAST, members=3, group="none", copies=1)),
    Case("a group that takes all commits, 1 crash, 1 move", HOLDS, lambda: Runs(
        *ONE, crashes=1, moves=1, withdrawals=1, group="open", counts_epochs=False)),
    Case("snapshots and retention, 1 crash, 1 move", HOLDS, lambda: Runs(
        *ONE, crashes=1, moves=1, snapshots=1, retentions=1, heals=("gaps",))),
    Case("a snapshot is newer than it says, messages in disorder", BROKEN, lambda: Runs(
        (0,), (0, 1), crashes=1, overtakes=1, snapshots=1, flight=2, without=("as old as it says",))),
    Case("mergers: 3 of them, 1 move", HOLDS, lambda: Mergers(*PARTS, members=3, moves=1)),
    Case("mergers: idle, late and void parts, 1 crash", HOLDS, lambda: Mergers(
        "claim, 0, copy, claim, 1", "claim, idle, 0, claim, 1", crashes=1)),
    Case("mergers: 1 crash, 1 move", HOLDS, lambda: Mergers(*LATE, crashes=1, moves=1)),
    Case("two sources", HOLDS, lambda: Sources(8, heals=MENDED)),
])


SHORT = [RULES, LEFT_OUT, FAULTS]


def run(place: tuple[str, int]) -> Outcome:
    """A model is made of functions, which cannot be sent to another process: it finds the case by its place."""
    title, number = place
    found = next(cases for name, cases in (*SHORT, DEEP) if name == title)
    return explore(found[number].model(), most_states=20_000_000)


def main() -> int:
    parser = argparse.ArgumentParser(description="Explores all states of models of how results are delivered.")
    parser.add_argument("words", nargs="*", help="only the models whose names have these words")
    parser.add_argument("--deep", action="store_true", help="explore larger models, for hours")
    parser.add_argument("-v", "--verbose", action="store_true", help="print the shortest trace to what is not good")
    options = parser.parse_args()

    begin, total, wrong = time.monotonic(), 0, 0
    compared, differences = vectors.differences()
    print(f"Tests/Vectors/log.json: {compared} logs, {len(differences)} differences", *differences, sep="\n  ")
    wrong += bool(differences)
    words = " ".join(options.words)
    places = [
        (title, number) for title, cases in ([DEEP] if options.deep else SHORT)
        for number, case in enumerate(cases) if words in case.name]
    with multiprocessing.Pool() as pool:
        last = ""
        for (title, number), outcome in zip(places, pool.imap(run, places), strict=True):
            case = next(cases for name, cases in (*SHORT, DEEP) if name == title)[number]
            if title != last:
                print(title)
            last = title
            total += outcome.states
            is_wrong = outcome.kind != case.expected
            wrong += is_wrong
            result = f"{outcome.kind}: {outcome.fault}" if outcome.kind == BROKEN else outcome.kind
            said = f"  *** expected: {case.expected}" if is_wrong else ""
            figures = f"{outcome.states:>10,} states {outcome.seconds:>6.1f} s"
            print(f"  {case.name:<62}{figures}  {result}{said}", flush=True)
            if options.verbose or is_wrong:
                for step in outcome.trace:
                    print(f"      {step}")
    print(f"{total:,} states in {time.monotonic() - begin:.0f} s; {wrong} not as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
