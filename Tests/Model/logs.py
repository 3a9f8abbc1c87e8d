"""What models of a log have in common: its state, and what becomes of a message that lands."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple, TypeVar

from checker import Violation
from fold import Claim, Fold, Message, Partition, Result, Snapshot, take
from members import Delivery, Judge, Loss, Member, Phase, Position, behind_claim, earlier, judged, read_on, skim

T = TypeVar("T")


class Known(NamedTuple):
    """A message that is sent again and is on the log: the broker says so, and not at which offset."""

    message: Message


class Budget(NamedTuple):
    """How many faults of each kind there may be."""

    crashes: int = 0
    moves: int = 0
    # Requests that are repeated: the acknowledgement is lost, or the request hangs.
    copies: int = 0
    # Requests that are repeated to a broker that knows them: it answers without an offset.
    known: int = 0
    # Ticks, and times that a producer sends all again.
    ticks: int = 0
    resends: int = 0
    # Messages that land before the one before them, whose request has failed.
    overtakes: int = 0
    # Members that take back what is on its way, and claim the same partitions again.
    withdrawals: int = 0
    snapshots: int = 0
    # How often retention takes the beginning of the log.
    retentions: int = 0
    # Threads that wait for room for a message.
    waits: int = 0


class State(NamedTuple):
    # The member of each partition, -1 for none.
    assigned: tuple[int, ...]
    members: tuple[Member, ...]
    queues: tuple[tuple[Message | Known, ...], ...]
    strays: tuple[Message, ...]
    log: tuple[Message, ...]
    # The offset at which the log begins; in a model of mergers, the log of parts.
    start: int
    # What somebody knows who has read the whole log.
    truth: Fold
    # What counts, as bits: rows, or parts.
    rows: int
    budget: Budget
    # Counts messages that are sent, where somebody reads by times.
    clock: int = 0
    # What mergers read, where there are some.
    parts: tuple[Message, ...] = ()


class Log:
    def __init__(
        self, partitions: int, nowhere: Position, strays: int = 1, exact: bool = False, without: tuple[str, ...] = (),
        heals: tuple[str, ...] = (), **budget: int,
    ) -> None:
        """
        - nowhere: how far a partition is covered at first.
        - strays: how many of them are kept in mind.
        - exact: members do not read ahead, and void strays land too.
        - without: rules to leave out.
        - heals: faults of the code to take for mended.
        """
        self.parts = tuple(range(partitions))
        self.most_strays, self.heals, self.budget = strays, heals, Budget(**budget)
        self.without = frozenset(without)
        self.nothing: Fold = (Partition(position=nowhere),) * partitions
        self.by_time = "offsets" in without
        self.keeps_log = self.by_time or self.budget.snapshots > 0
        self.reads_ahead = not exact and not self.budget.known and not self.keeps_log and "jumps" not in without
        self.keeps_void = exact or bool(without)

    def is_done(self, state: Hashable) -> bool:
        raise NotImplementedError

    def count_result(self, state: State, message: Result) -> int:
        """What counts with a result that is good. Throws which property it breaks."""
        raise NotImplementedError

    def words(self, message: Message | Known) -> str:
        if isinstance(message, Known):
            return f"{self.words(message.message)}, which is known"
        if isinstance(message, Claim):
            return f"claim {message.epoch} of {message.parts} after {message.after}"
        if isinstance(message, Result):
            places = f"bits {message.content:b}, covers {message.positions}"
            return f"{message.epoch}#{message.number} of {message.parts}: window {message.window}, {places}"
        if isinstance(message, Snapshot):
            states = ", ".join(f"epoch {p.epoch} #{p.number} at {p.position}" for p in message.fold)
            return f"snapshot up to {message.upto}: {states}"
        return f"tick {message.epoch}#{message.number} of {message.parts}: idle {message.idle}"

    def stray(self, state: State, message: Message | Known) -> tuple[Message, ...]:
        """The strays, with one more; of too many the others have got lost."""
        if isinstance(message, Known):
            return state.strays
        if not self.keeps_void and is_void_for_good(state.truth, message):
            return state.strays
        return tuple(sorted((*state.strays, message)[-self.most_strays :], key=hash))

    def land(self, state: State, message: Message, owner: int | None) -> State | Violation:
        """A message lands. `owner`: the member that hears of it."""
        offset, rows, strays = len(state.log), state.rows, state.strays
        truth = take(state.truth, message, self.without)
        counts = truth is not None
        try:
            if isinstance(message, Result):
                if counts:
                    rows = self.count_result(state, message)
                else:
                    # A copy of it may have landed before.
                    there = state.truth[message.parts[0]]
                    counts = there.epoch == message.epoch and there.number >= message.number
                    if self.budget.resends and there.epoch == message.epoch and not counts:
                        raise Violation("a message lands before one with a lower number")
            if strays and truth and not self.keeps_void:
                strays = tuple(m for m in strays if not is_void_for_good(truth, m))
            state = state._replace(log=(*state.log, message), truth=truth or state.truth, rows=rows, strays=strays)
            member = None if owner is None else state.members[owner]
            if owner is None or member is None or member.judge is None:
                return self.trimmed(state)
            member = self.delivered(state, owner, member, member.judge, message, offset, counts)
            return self.change(state, owner, member)
        except Violation as violation:
            return violation

    def delivered(
        self, state: State, i: int, member: Member, judge: Judge, message: Message, offset: int, counts: bool
    ) -> Member:
        """The producer hears of a message: LogJudge.delivered."""
        delivery = Delivery(offset, 0 if isinstance(message, Claim) else -1, 0, counts)
        if isinstance(message, Result):
            if "judge" in self.without and not counts:
                raise Violation("a message is reported as counted, and is not")
            delivery = Delivery(offset, message.number, message.content, counts)
        # An end that was found before says nothing of this message.
        at_end = judge.at_end and "ends" not in self.heals
        judge = judge._replace(delivered=(*judge.delivered, delivery), at_end=at_end)
        if not member.follows and "jumps" in self.without:
            judge = judge._replace(next=offset)
        member = member._replace(judge=judge)
        if member.follows or judge.is_behind or judge.next != offset:
            if offset < 0:
                member = behind_claim(member._replace(judge=judged(judge, state.rows)), self.without)
            return member._replace(follows=True)
        return read_on(i, member, message, offset, state.rows, self.without)

    def acknowledge(self, state: State, i: int, message: Message) -> State | Violation:
        """The broker knows a message that is sent again, and does not say its offset."""
        member = state.members[i]
        if member.judge is None:
            return state
        counts = False
        if not isinstance(message, Snapshot):
            there = state.truth[message.parts[0]]
            is_there = isinstance(message, Claim) or there.number >= message.number
            counts = there.epoch == message.epoch and is_there
        try:
            return self.change(state, i, self.delivered(state, i, member, member.judge, message, -1, counts))
        except Violation as violation:
            return violation

    def find_end(self, state: State, i: int, member: Member, judge: Judge) -> State | Violation:
        """It is long after the end of the log was found: what was delivered without an offset is below it."""
        try:
            after = member._replace(judge=judged(judge, state.rows, is_end=True))
        except Violation as violation:
            return violation
        return self.change(state, i, behind_claim(after, self.without))

    def end(self, state: State, i: int, member: Member, budget: Budget) -> State:
        """The state when a member's run is over; the next one may begin."""
        assigned = tuple(-1 if m == i else m for m in state.assigned)
        out = Member(life=member.life + ("run names" not in self.without))
        return self.change(state, i, out, takes_back=True, assigned=assigned, budget=budget)

    def follow(self, state: State, i: int, member: Member, judge: Judge) -> State | Violation:
        """The thread that follows the log reads on."""
        if judge.unread:
            judge = judge._replace(loss=judge.unread, unread=Loss.NONE)
            return self.change(state, i, member._replace(judge=judge))
        # Where that is gone, reading goes on with the oldest message that is there, or the run ends.
        offset = max(judge.next, state.start)
        if offset > judge.next and "gaps" in self.heals:
            return self.end(state, i, member, state.budget)
        try:
            return self.change(state, i, read_on(i, member, state.log[offset], offset, state.rows, self.without))
        except Violation as violation:
            return violation

    def change(
        self, state: State, i: int, member: Member, sends: Message | None = None, takes_back: bool = False,
        assigned: tuple[int, ...] | None = None, budget: Budget | None = None,
    ) -> State:
        """The state with another member, which sends a message, or takes back what is on its way."""
        queue, strays, clock = state.queues[i], state.strays, state.clock
        if sends is not None:
            queue = (*queue, sends)
            clock += self.by_time
        if takes_back and queue:
            # The first may be under way; those behind it have not left.
            strays, queue = self.stray(state, queue[0]), ()
        members, queues = put(state.members, i, member), put(state.queues, i, queue)
        return self.trimmed(State(
            state.assigned if assigned is None else assigned, members, queues, strays, state.log, state.start,
            state.truth, state.rows, budget or state.budget, clock, state.parts))

    def trimmed(self, state: State) -> State:
        """The state without what makes no difference: judges of claims that are over, messages that all have read."""
        log = state.log
        if not log:
            return state
        members = list(state.members)
        low = len(log)
        is_same = True
        for i, member in enumerate(members):
            judge = member.judge
            if judge is None:
                continue
            if self.reads_ahead and judge.next < len(log):
                member = members[i] = skim(i, member, log, state.rows, self.without)
                is_same, judge = False, member.judge
            if judge and member.phase == Phase.READS and not judge.delivered and not state.queues[i]:
                member = members[i] = member._replace(judge=None)
                is_same, judge = False, None
            if judge and judge.next < low:
                low = judge.next
        if self.keeps_log:
            low = 0
        if is_same and not low:
            return state
        for i, member in enumerate(members):
            if low and member.judge:
                members[i] = earlier(member, member.judge, low)
        return state._replace(members=tuple(members), log=log[low:])


def is_void_for_good(truth: Fold, message: Message) -> bool:
    """Whether a message can count no more, whenever it lands."""
    if isinstance(message, Claim):
        return any(truth[p].epoch != epoch for p, epoch in zip(message.parts, message.after, strict=True))
    if isinstance(message, Snapshot):
        return False
    return any(truth[p].epoch != message.epoch or truth[p].number >= message.number for p in message.parts)


def put(values: tuple[T, ...], i: int, value: T) -> tuple[T, ...]:
    return values[:i] + (value,) + values[i + 1 :]
