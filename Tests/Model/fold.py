"""The messages of a log of results, and which of them count: the rules of Sources/Results/Log/ResultFold.swift.

`take` takes the names of rules to leave out, which shows what each rule is for. `vectors.py` compares it with the
verdicts that the Swift code is tested with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Partition(NamedTuple):
    """What a log says of a partition."""

    # -1 where the log is cut and says nothing yet.
    epoch: int = 0
    number: int = 0
    # How far it is covered: (last, resume) for runs, (last, resume, read) for mergers.
    position: tuple[int, ...] = ()
    idle: bool = False
    # Where the log is cut: its first message is believed, until a claim follows on it.
    unsure: bool = False


Fold = tuple[Partition, ...]


class Claim(NamedTuple):
    epoch: int
    parts: tuple[int, ...]
    after: tuple[int, ...]
    # Which process of which member writes it.
    run: tuple[int, int]
    sent: int = 0


class Result(NamedTuple):
    epoch: int
    number: int
    parts: tuple[int, ...]
    positions: tuple[tuple[int, ...], ...]
    window: int
    # What it counts, as bits: rows, or parts.
    content: int
    sent: int = 0


class Tick(NamedTuple):
    epoch: int
    number: int
    parts: tuple[int, ...]
    idle: tuple[bool, ...]


class Snapshot(NamedTuple):
    upto: int
    fold: Fold


Message = Claim | Result | Tick | Snapshot
Rules = frozenset[str]
ALL_RULES: Rules = frozenset()


def take(fold: Fold, message: Message, without: Rules = ALL_RULES) -> Fold | None:
    """The fold behind a message; None where the message is void."""
    if isinstance(message, Snapshot):
        return fold
    if not message.parts:
        return None
    if isinstance(message, Claim):
        return take_claim(fold, message, without)
    for i, p in enumerate(message.parts):
        state = fold[p]
        if state.epoch < 0 or "every partition" in without and i > 0:
            continue
        if state.unsure and (message.epoch, message.number) > (state.epoch, state.number):
            continue
        if "epochs" not in without and (state.epoch != message.epoch or message.epoch <= 0):
            return None
        if "numbers" not in without and state.number + 1 != message.number:
            return None
    changed = list(fold)
    for i, p in enumerate(message.parts):
        state = fold[p]
        position, idle = state.position, state.idle
        if isinstance(message, Result):
            position = message.positions[i]
        else:
            idle = message.idle[i]
        changed[p] = Partition(message.epoch, message.number, position, idle, state.unsure or state.epoch < 0)
    return tuple(changed)


def take_claim(fold: Fold, message: Claim, without: Rules) -> Fold | None:
    changed = list(fold)
    for p, before in zip(message.parts, message.after, strict=True):
        state = fold[p]
        # Without "order" epochs are mere names: a model may use those again that are in use nowhere.
        follows = state.epoch == before or state.unsure and before > state.epoch
        is_next = follows and (message.epoch > before or "order" in without)
        if state.epoch >= 0 and "after" not in without and not is_next:
            return None
        is_idle = state.idle and "a claim ends idleness" in without
        is_unsure = (state.unsure or state.epoch < 0) and max(0, state.epoch) != before
        changed[p] = Partition(message.epoch, 0, state.position, is_idle, is_unsure)
    return tuple(changed)


def take_all(fold: Fold, messages: Iterable[Message], without: Rules = ALL_RULES) -> Fold:
    for message in messages:
        fold = take(fold, message, without) or fold
    return fold


def begin(log: Sequence[Message], start: int, nothing: Fold, without: Rules = ALL_RULES) -> Fold:
    """Reads a log whose messages below `start` are gone, as LogReader.fold does: from the newest snapshot of which
    everything behind is there. `nothing` is the fold of an empty log."""
    for offset in range(len(log) - 1, start - 1, -1):
        message = log[offset]
        if not isinstance(message, Snapshot) or message.upto > offset:
            continue
        if message.upto >= start or "all behind a snapshot" in without:
            return take_all(message.fold, log[max(start, message.upto) :], without)
    if start > 0:
        nothing = tuple(partition._replace(epoch=-1) for partition in nothing)
    return take_all(nothing, log[start:], without)
