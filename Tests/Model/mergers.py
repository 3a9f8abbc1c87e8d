"""Mergers: members whose input is the log of parts, and whose windows are whole ones. See LiveMerger.swift and
PartsMerger.swift.

The owners of the input's partitions are no members here. Each writes to the log of parts what its script says, one
message after the other. How the messages of several lie between each other, and when they come, is explored.

    claim, idle, busy    a claim, and ticks
    0, 1, ..             the part of that window
    copy                 the message before, once more: void
    former 1             a part of that window by the owner before: void
    snapshot             of the log of parts; in the first script only
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

from checker import Step, Violation
from fold import Claim, Fold, Message, Partition, Result, Snapshot, Tick, begin, take, take_all
from logs import State
from members import Judge, Member, Position
from world import World


class Waiting(NamedTuple):
    window: int
    parts: int
    # The offset of its first part.
    first: int


class Work(NamedTuple):
    next: int
    fold: Fold
    last: int
    read_before: int
    # The last window of each partition.
    done: tuple[int, ...]
    waiting: tuple[Waiting, ...] = ()
    # What came too late for its window, as bits.
    late: int = 0


class Mergers(World):
    def __init__(self, *scripts: str, given_out: int = -1, **options: Any) -> None:
        """`given_out`: the last window that a version before has given out, which claimed nothing."""
        super().__init__(1, (given_out, 0, 0), **options)
        self.given_out = given_out
        # The partition and the window of each part that counts, by its bit; and the bits of void ones.
        self.known: dict[int, tuple[int, int]] = {}
        self.void = 0
        self.scripts = [self.messages(p, script.split(", ")) for p, script in enumerate(scripts)]
        self.no_parts: Fold = (Partition(),) * len(scripts)
        self.reading = self.without & {"a claim ends idleness"}

    def messages(self, p: int, script: list[str]) -> list[Message | None]:
        """The messages of a script. None stands for a snapshot: it says what is there when it comes."""
        epoch = number = 0
        bit = 1 << 8 * p
        found: list[Message | None] = []
        for word in script:
            if word == "claim":
                found.append(Claim(epoch + 1, (p,), (epoch,), (p, epoch)))
                epoch, number = epoch + 1, 0
            elif word in ("idle", "busy"):
                number += 1
                found.append(Tick(epoch, number, (p,), (word == "idle",)))
            elif word in ("copy", "snapshot"):
                found.append(found[-1] if word == "copy" else None)
            else:
                window, is_former = int(word.split()[-1]), word.startswith("former")
                number += not is_former
                of = (epoch - 1, number + 1) if is_former else (epoch, number)
                found.append(Result(*of, (p,), ((window,),), window, bit))
                if is_former:
                    self.void |= bit
                else:
                    self.known[bit] = (p, window)
                bit <<= 1
        return found

    def initial(self) -> State:
        """The first claims are there, and the windows that a version before has given out."""
        parts: list[Message] = []
        for script in self.scripts:
            for message in script:
                if message is None or isinstance(message, Result) and message.window > self.given_out:
                    break
                parts.append(message)
        rows = sum(message.content for message in parts if isinstance(message, Result))
        return super().initial()._replace(parts=tuple(parts), rows=rows)

    # The log of parts

    def steps(self, state: Hashable, told: bool) -> Iterator[Step]:
        assert isinstance(state, State)
        if self.is_done(state):
            return
        for p, script in enumerate(self.scripts):
            landed = sum(p == (0 if isinstance(m, Snapshot) else m.parts[0]) for m in state.parts)
            if landed < len(script):
                message = script[landed] or Snapshot(len(state.parts), take_all(self.no_parts, state.parts))
                words = f"of partition {p} comes {self.words(message)}" if told else ""
                yield Step(words, state._replace(parts=(*state.parts, message)))
        if state.budget.retentions:
            yield from self.retention_steps(state)
        yield from super().steps(state, told)

    def retention_steps(self, state: State) -> Iterator[Step]:
        budget = state.budget._replace(retentions=state.budget.retentions - 1)
        _, resume, _ = state.truth[0].position
        for start in range(state.start + 1, resume + 1):
            is_stated = any(isinstance(m, Snapshot) and m.upto >= start for m in state.parts[start:resume])
            if is_stated or "a snapshot is kept" in self.without:
                yield Step(f"retention takes parts below {start}", state._replace(start=start, budget=budget), True)

    def counting(self, parts: tuple[Message, ...]) -> Iterator[tuple[int, int, int]]:
        """The offset, the window and the bit of each part that counts."""
        fold = self.no_parts
        for offset, message in enumerate(parts):
            after = take(fold, message)
            if after and isinstance(message, Result):
                yield offset, message.window, message.content
            fold = after or fold

    # Properties

    def is_done(self, state: Hashable) -> bool:
        """All parts have come, and all windows. What came too late for the last one waits for the next."""
        assert isinstance(state, State)
        if len(state.parts) < sum(map(len, self.scripts)):
            return False
        last, _, read = state.truth[0].position
        return all(
            state.rows & bit or window <= last and offset >= read
            for offset, window, bit in self.counting(state.parts))

    def has_work(self, state: State, member: Member) -> bool:
        return not self.is_done(state)

    def count_result(self, state: State, message: Result) -> int:
        """Each part counts once if it is not void, and none is passed over. Windows come once, in order, and when all
        partitions are done with them."""
        rows, bits = state.rows, message.content
        last, resume, read = message.positions[0]
        if rows & bits:
            raise Violation("a part counts twice")
        if bits & self.void:
            raise Violation("a part counts that is void")
        if last <= state.truth[0].position[0]:
            raise Violation("a window comes twice")
        done = [-1] * len(self.scripts)
        for _, _, bit in self.counting(state.parts[:read]):
            p, window = self.known[bit]
            done[p] = max(done[p], window)
        for known, partition in zip(done, take_all(self.no_parts, state.parts[:read]), strict=True):
            if known < last and not partition.idle:
                raise Violation("a window does not wait for all partitions")
        rows |= bits
        for offset, window, bit in self.counting(state.parts):
            if not rows & bit and (offset < resume or offset < read and window <= last):
                raise Violation("a part is lost")
        return rows

    # Merging

    def own_steps(self, state: State, i: int, member: Member, judge: Judge, told: bool) -> Iterator[Step]:
        work = member.work
        if not isinstance(work, Work):
            work = self.begun(state, member.positions[0])
        if work.waiting and self.is_whole(work, work.waiting[0].window):
            if len(state.queues[i]) < self.flight:
                yield self.give_out(state, i, member, work)
        else:
            for count in range(1, len(state.parts) - work.next + 1):
                read = member._replace(work=self.add(work, state.parts[work.next : work.next + count]))
                yield Step(f"m{i} reads {count} parts" if told else "", self.change(state, i, read))
        if state.budget.snapshots:
            yield self.snapshot(state, i, judge)

    def snapshot(self, state: State, i: int, judge: Judge) -> Step:
        """As built it does not say which window a version before gave out last."""
        fold = judge.fold
        if fold[0].position == self.nothing[0].position and "last order" not in self.heals:
            fold = (fold[0]._replace(position=(-1, 0, 0)),)
        message = Snapshot(judge.next, fold)
        budget = state.budget._replace(snapshots=state.budget.snapshots - 1)
        after = state._replace(strays=self.stray(state, message), budget=budget)
        return Step(f"m{i} writes {self.words(message)}", after, True)

    def begun(self, state: State, position: Position) -> Work:
        """MergerTurn.begin."""
        last, resume, read = position
        if last == self.given_out and resume == 0 and "old parts" in self.heals:
            # The version before has accounted for its parts, though it says so nowhere.
            read = sum(isinstance(m, Result) and m.window <= last for m in state.parts) + len(self.scripts)
        resume = max(resume, state.start)
        fold = begin(state.parts[:resume], state.start, self.no_parts)
        if "read" in self.without:
            read = resume
        return Work(resume, fold, last, read, (-1,) * len(self.scripts))

    def is_whole(self, work: Work, window: int) -> bool:
        if "whole windows" in self.without:
            return True
        return all(
            done >= window or partition.idle for done, partition in zip(work.done, work.fold, strict=True))

    def add(self, work: Work, parts: tuple[Message, ...]) -> Work:
        """PartsMerger.add, message by message."""
        place, fold, last, read_before, known_done, known_waiting, late = work
        done, waiting = list(known_done), {w.window: w for w in known_waiting}
        for message in parts:
            after = take(fold, message, self.reading)
            if isinstance(message, Result) and (after or "the fold of parts" in self.without):
                window, p = message.window, message.parts[0]
                done[p] = max(done[p], window)
                if window > last:
                    before = waiting.get(window, Waiting(window, 0, place))
                    waiting[window] = before._replace(parts=before.parts | message.content)
                elif place >= read_before and "late parts" not in self.without:
                    late |= message.content
            fold = after or fold
            place += 1
        return Work(place, fold, last, read_before, tuple(done), tuple(sorted(waiting.values())), late)

    def give_out(self, state: State, i: int, member: Member, work: Work) -> Step:
        """PartsMerger.takeWhole."""
        window, waiting = work.waiting[0], work.waiting[1:]
        resume = min([w.first for w in waiting], default=work.next)
        if "resume" in self.without:
            resume = work.next
        position = (window.window, resume, work.next)
        content = window.parts | work.late
        message = Result(member.epoch, member.number + 1, (0,), (position,), window.window, content)
        after = work._replace(last=window.window, waiting=waiting, late=0)
        sent = member._replace(number=member.number + 1, work=after)
        return Step(f"m{i} sends {self.words(message)}", self.change(state, i, sent, sends=message))
