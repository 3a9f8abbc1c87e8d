"""A run that publishes to a log of results, and its judge. See ResultLog.swift and LogJudge.swift."""

from __future__ import annotations

from collections.abc import Hashable
from enum import IntEnum
from typing import NamedTuple

from checker import Violation
from fold import Claim, Fold, Message, Result, Rules, take


class Generation(IntEnum):
    NEVER = 0  # the group does not know the member
    FORMER = 1  # the group has gone on, and the member has not heard of it
    PRESENT = 2


class Phase(IntEnum):
    NOTHING = 0
    READS = 1  # waits for what is on its way, then reads the log
    ASKS = 2  # has read the log, and asks the group next
    WAITS = 3  # for its claim
    CLAIMED = 4  # its claim is good, its rows are of the time before; only where a rule is left out
    PUBLISHES = 5
    ENDED = 6  # with an error


class Loss(IntEnum):
    """How a claim was lost."""

    NONE = 0
    TAKEN = 1
    MISSING = 2
    SILENT = 3  # another thread has given it up, and tells nobody


Position = tuple[int, ...]


class Delivery(NamedTuple):
    """A message that the broker has acknowledged and the judge has not judged."""

    # -1 where the broker has not said it.
    offset: int
    # 0 for a claim, -1 for a tick.
    number: int
    content: int
    # The truth.
    counts: bool


class Judge(NamedTuple):
    # The offset behind the last message that was folded.
    next: int
    fold: Fold
    # Whether there are messages that the judge has not read yet, where a model reads ahead.
    is_behind: bool = False
    # The claim made last.
    epoch: int = 0
    parts: tuple[int, ...] = ()
    is_good: bool | None = None
    record: tuple[Position, ...] = ()
    # The number of the last message of the claim that counts.
    counted: int = 0
    delivered: tuple[Delivery, ...] = ()
    loss: Loss = Loss.NONE
    # Whether it was at the end of the log when it last read.
    at_end: bool = False
    # What the judge will find when it reads on, where a model reads ahead; see `skim`.
    unread: Loss = Loss.NONE


class Member(NamedTuple):
    generation: Generation = Generation.NEVER
    parts: tuple[int, ...] = ()
    phase: Phase = Phase.NOTHING
    # Of the claim made last, and of its last message.
    epoch: int = 0
    number: int = 0
    # How far windows are published, by partition.
    positions: tuple[Position, ...] = ()
    # Of a merger: what it knows of the parts.
    work: Hashable = None
    # The epochs that it has read, until it claims.
    after: tuple[int, ...] = ()
    judge: Judge | None = None
    # Whether the process has read the log before, and whether it reads the log as it grows.
    has_read: bool = False
    follows: bool = False
    # The claim in whose right a thread wants to publish that waits for room.
    waits_for_room: int = 0
    # Counts the processes: each has a name of its own.
    life: int = 0

    def run(self, i: int) -> tuple[int, int]:
        """The name of the process."""
        return (i, self.life)

    def without_partitions(self, generation: Generation) -> Member:
        return Member(generation, has_read=self.has_read, life=self.life)


def positions(fold: Fold, parts: tuple[int, ...]) -> tuple[Position, ...]:
    return tuple(fold[p].position for p in parts)


def read_on(i: int, member: Member, message: Message, offset: int, rows: int, without: Rules) -> Member:
    """Hands a member the next message of the log: LogJudge.take. `rows` are those that count by now, as bits."""
    judge = member.judge
    assert judge is not None
    fold = take(judge.fold, message, without)
    is_good, record, counted, loss = judge.is_good, judge.record, judge.counted, judge.loss
    if fold is None:
        fold = judge.fold
    elif isinstance(message, Claim):
        if message.run == member.run(i) and message.epoch == judge.epoch:
            is_good, record = True, positions(fold, judge.parts)
    elif isinstance(message, Result) and message.epoch == judge.epoch and judge.parts[0] in message.parts:
        counted = message.number
    if is_good and not loss and any(fold[p].epoch != judge.epoch for p in judge.parts):
        loss = Loss.TAKEN
    judge = Judge(
        offset + 1, fold, judge.is_behind, judge.epoch, judge.parts, is_good, record, counted, judge.delivered, loss,
        unread=judge.unread)
    if judge.delivered:
        judge = judged(judge, rows)
    return behind_claim(member._replace(judge=judge), without)


def is_folded(delivery: Delivery, judge: Judge) -> bool:
    """Whether a message is below the place that is folded: LogJudge.isFolded."""
    if delivery.offset >= 0:
        return delivery.offset < judge.next
    if delivery.number == 0:
        return judge.is_good is not None
    return 0 < delivery.number <= judge.counted


def judged(judge: Judge, rows: int, is_end: bool = False) -> Judge:
    """Judges what was delivered below the place that is folded: LogJudge.judge. The reports must be true. `is_end`: the
    log has been read to its end since, as far as the judge knows."""
    is_good, loss = judge.is_good, judge.loss
    delivered = judge.delivered
    while delivered and (is_folded(delivered[0], judge) or is_end and delivered[0].offset < 0):
        _, number, content, counts = delivered[0]
        delivered = delivered[1:]
        if number == 0:
            is_good = is_good or False
        elif number < 0:
            continue
        elif number <= judge.counted:
            if content & ~rows:
                raise Violation("a message is reported as counted, and is not")
        else:
            if counts:
                raise Violation("a message is reported as void, and counts")
            loss = loss or Loss.MISSING
    return judge._replace(is_good=is_good, delivered=delivered, loss=loss)


def behind_claim(member: Member, without: Rules) -> Member:
    """Goes on once a member knows whether its claim is good."""
    judge = member.judge
    if member.phase != Phase.WAITS or judge is None or judge.is_good is None:
        return member
    if not judge.is_good:
        return member._replace(phase=Phase.READS, judge=None)
    if "begun" in without and member.positions:
        return member._replace(phase=Phase.CLAIMED, number=0)
    record = member.positions if "state at the claim" in without else judge.record
    return member._replace(phase=Phase.PUBLISHES, number=0, positions=record, judge=judge._replace(record=()))


def skim(i: int, member: Member, log: tuple[Message, ...], rows: int, without: Rules) -> Member:
    """Reads ahead, so that the log need not be kept. Only the loss of its claim makes a difference to what the member
    does: this it learns later, when it reads on. A member that does not follow the log notes that it is behind."""
    judge = member.judge
    while judge is not None and judge.next < len(log):
        member = read_on(i, member, log[judge.next], judge.next, rows, without)
        after = member.judge
        if after is not None:
            is_behind = not member.follows
            if after.loss and not judge.loss:
                after = after._replace(loss=Loss.NONE, unread=judge.unread or after.loss, is_behind=is_behind)
                member = member._replace(judge=after)
            elif is_behind != after.is_behind:
                after = after._replace(is_behind=is_behind)
                member = member._replace(judge=after)
        judge = after
    return member


def earlier(member: Member, judge: Judge, by: int) -> Member:
    """A member whose log has lost its first messages, which the member has read."""
    delivered = judge.delivered
    if delivered:
        delivered = tuple(d._replace(offset=d.offset - by) for d in delivered)
    return member._replace(judge=judge._replace(next=judge.next - by, delivered=delivered))
