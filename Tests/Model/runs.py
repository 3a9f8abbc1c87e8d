"""Runs that share an input and publish its windows to one log.

Windows of a span: `rows[p][offset]` is the window of a row. A window is published when its rows are read; `resume` is
the first offset of a row of a window that is still open. Windows that cut the input (`cuts`) take the one or two rows
that come next, as windows by arrival do.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

from checker import Step, Violation
from fold import Result, Snapshot, Tick
from logs import State
from members import Judge, Loss, Member, Phase, Position, positions
from world import World

# The last window that is published, and where to resume.
NOWHERE: Position = (-1, 0)


class Window(NamedTuple):
    number: int
    rows: int
    positions: tuple[Position, ...]


class Runs(World):
    def __init__(self, *rows: tuple[int, ...], cuts: bool = False, **options: Any) -> None:
        super().__init__(len(rows), NOWHERE, **options)
        self.input, self.cuts = rows, cuts
        self.bits: list[list[int]] = []
        self.window_bits: dict[tuple[int, int], int] = {}
        bit = 1
        for p, windows in enumerate(rows):
            self.bits.append([])
            for w in windows:
                self.bits[p].append(bit)
                self.window_bits[p, w] = self.window_bits.get((p, w), 0) | bit
                bit <<= 1
        self.all = bit - 1
        self.known_windows: dict[tuple[object, ...], list[Window]] = {}

    def is_done(self, state: Hashable) -> bool:
        assert isinstance(state, State)
        return state.rows == self.all

    def has_work(self, state: State, member: Member) -> bool:
        return any(not state.rows & bit for p in member.parts for bit in self.bits[p])

    def count_result(self, state: State, message: Result) -> int:
        """No row counts twice, no window comes twice or torn, no row is passed over."""
        bits = message.content
        if state.rows & bits:
            raise Violation("a row counts twice")
        rows = state.rows | bits
        for p, (last, resume) in zip(message.parts, message.positions, strict=True):
            window = self.window_bits.get((p, message.window), 0)
            if not self.cuts and bits & window and bits & window != window:
                raise Violation("a window is torn")
            for o, w in enumerate(self.input[p]):
                if (o < resume or not self.cuts and w <= last) and not rows & self.bits[p][o]:
                    raise Violation("a row is lost")
        return rows

    # Windows

    def windows(self, parts: tuple[int, ...], places: tuple[Position, ...]) -> list[Window]:
        """What a member may publish next."""
        key = (parts, places)
        found = self.known_windows.get(key)
        if found is None:
            found = self.cut_windows(parts, places) if self.cuts else self.span_window(parts, places)
            self.known_windows[key] = found
        return found

    def span_window(self, parts: tuple[int, ...], places: tuple[Position, ...]) -> list[Window]:
        known = list(zip(parts, places, strict=True))
        left = [w for p, (last, resume) in known for o, w in enumerate(self.input[p]) if o >= resume and w > last]
        if not left:
            return []
        number, bits, after = min(left), 0, []
        for p, (last, resume) in known:
            rows = self.input[p]
            if number > last:
                bits |= sum(self.bits[p][o] for o, w in enumerate(rows) if w == number and o >= resume)
            last = max(last, number)
            after.append((last, min([o for o, w in enumerate(rows) if w > last], default=len(rows))))
        return [Window(number, bits, tuple(after))]

    def cut_windows(self, parts: tuple[int, ...], places: tuple[Position, ...]) -> list[Window]:
        for i, p in enumerate(parts):
            _, resume = places[i]
            left = self.bits[p][resume : resume + 2]
            if left:
                after = [places[:i] + ((-1, resume + k),) + places[i + 1 :] for k in range(1, len(left) + 1)]
                return [Window(-1, sum(left[: k + 1]), place) for k, place in enumerate(after)]
        return []

    # Steps

    def steps(self, state: Hashable, told: bool) -> Iterator[Step]:
        assert isinstance(state, State)
        if self.is_done(state):
            return
        yield from super().steps(state, told)
        for i, member in enumerate(state.members):
            if member.waits_for_room:
                yield self.give_up(state, i, member)
        if state.budget.retentions:
            yield from self.retention_steps(state)

    def own_steps(self, state: State, i: int, member: Member, judge: Judge, told: bool) -> Iterator[Step]:
        if len(state.queues[i]) >= self.flight:
            if state.budget.waits and self.windows(member.parts, member.positions):
                budget = state.budget._replace(waits=state.budget.waits - 1)
                waits = member._replace(waits_for_room=member.epoch)
                yield Step(f"a thread of m{i} waits for room", self.change(state, i, waits, budget=budget), True)
        elif not member.waits_for_room:
            yield from self.publish(state, i, member, told)
            if state.budget.ticks:
                tick = Tick(member.epoch, member.number + 1, member.parts, (True,) * len(member.parts))
                budget = state.budget._replace(ticks=state.budget.ticks - 1)
                after = self.change(
                    state, i, member._replace(number=member.number + 1), sends=tick, budget=budget)
                yield Step(f"m{i} sends {self.words(tick)}", after, True)
        if member.phase == Phase.CLAIMED:
            begun = member._replace(phase=Phase.PUBLISHES, positions=judge.record, judge=judge._replace(record=()))
            yield Step(f"m{i} begins to read what it has claimed", self.change(state, i, begun))
        if state.budget.withdrawals:
            yield self.withdraw(state, i, member, judge)
        if state.budget.snapshots and 0 in member.parts:
            yield self.snapshot(state, i, judge)

    def publish(self, state: State, i: int, member: Member, told: bool) -> Iterator[Step]:
        for number, rows, places in self.windows(member.parts, member.positions):
            said = places
            if "last of each partition" in self.without:
                said = tuple((number, resume) for _, resume in places)
            message = Result(member.epoch, member.number + 1, member.parts, said, number, rows, state.clock)
            sent = member._replace(number=member.number + 1, positions=places)
            yield Step(f"m{i} sends {self.words(message)}" if told else "", self.change(state, i, sent, sends=message))

    def withdraw(self, state: State, i: int, member: Member, judge: Judge) -> Step:
        budget = state.budget._replace(withdrawals=state.budget.withdrawals - 1)
        again = self.again(member, member.parts, member.generation)
        if "new numbers" in self.without:
            again = member._replace(number=judge.counted, positions=positions(judge.fold, member.parts))
        after = self.change(state, i, again, takes_back=True, budget=budget)
        return Step(f"m{i} takes back what is not safe", after, True)

    def snapshot(self, state: State, i: int, judge: Judge) -> Step:
        upto = judge.next + ("as new as it says" in self.without)
        if "as old as it says" in self.without:
            upto = max(0, upto - 3)
        message = Snapshot(upto, judge.fold)
        budget = state.budget._replace(snapshots=state.budget.snapshots - 1)
        after = state._replace(strays=self.stray(state, message), budget=budget)
        return Step(f"m{i} writes {self.words(message)}", after, True)

    def retention_steps(self, state: State) -> Iterator[Step]:
        budget = state.budget._replace(retentions=state.budget.retentions - 1)
        for start in range(state.start + 1, len(state.log) + 1):
            left = [m for m in state.log[start:] if isinstance(m, Snapshot)]
            is_stated = any(snapshot.upto >= start for snapshot in left)
            if is_stated or "a snapshot is kept" in self.without or left and "all behind a snapshot" in self.without:
                yield Step(f"retention takes what is below {start}", state._replace(start=start, budget=budget), True)

    def give_up(self, state: State, i: int, member: Member) -> Step:
        """A thread that waited for room finds that the partitions are claimed again, or are to be: ResultLog.write
        behind ResultProducer.write. As built it gives up the claim made last, which need not be the one that it had."""
        judge = member.judge
        holds = member.phase == Phase.PUBLISHES and judge is not None and not judge.loss
        has_claim = member.phase in (Phase.WAITS, Phase.PUBLISHES)
        is_newer = member.epoch != member.waits_for_room
        member = member._replace(waits_for_room=0)
        if holds or judge is None or not has_claim or "waits" in self.heals and is_newer:
            return Step(f"a thread of m{i} waits no more", self.change(state, i, member))
        lost = member._replace(judge=judge._replace(loss=judge.loss or Loss.SILENT))
        return Step(f"a thread of m{i} gives up the claim", self.change(state, i, lost, takes_back=True))
