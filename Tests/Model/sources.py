"""One run that reads two topics, each with a group of its own, and how their claims go together. See InputClaims.swift,
Reader.begin, KafkaSource.read and restart, and Ownership.swift.

A message names all partitions of the run, so one claim covers both sources. Each has one partition at most. The thread
that reads gives each source its turn: first rebalances, then a loss of the claim, then an assignment or rows. Groups
and judges act between.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from enum import IntEnum
from typing import NamedTuple

from checker import Step, Violation
from logs import put

SOURCES = (0, 1)


class Right(IntEnum):
    """ResultLog.Right."""

    NONE = 0
    CLAIMED = 1
    HELD = 2


class Source(NamedTuple):
    # Whether the group has given it its partition, whether it has heard so, and whether it must rebalance.
    is_ours: bool = True
    is_assigned: bool = False
    rebalances: bool = False
    # Whether it reads the partition, and an assignment that the reader has yet to hear of.
    reads: bool = False
    pending: bool | None = None
    # InputClaims: whether claims name its partition, and the claim that it goes by.
    is_named: bool = False
    asked: int = 0
    has_begun: bool = False
    # The engine: the claim by whose record the partition is read; 0 for none.
    engine: int = 0


class State(NamedTuple):
    sources: tuple[Source, ...] = (Source(),) * len(SOURCES)
    # Whose turn it is, and what comes next in it.
    turn: int = 0
    stage: int = 0
    has_read: bool = False
    # InputClaims: the claim made last, whether it is good, and whether something may have been published in it.
    generation: int = 0
    is_good: bool = False
    is_used: bool = True
    # ResultLog, and LogJudge.
    right: Right = Right.NONE
    is_lost: bool = False
    # Ownership.
    is_waiting: bool = False
    loss: bool = False
    faults: int = 0


class Sources:
    def __init__(self, faults: int, heals: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> None:
        self.faults, self.heals, self.without = faults, heals, without

    def initial(self) -> State:
        return State(faults=self.faults)

    def is_done(self, state: Hashable) -> bool:
        """What is this run's is read, and published in the right of the claim made last."""
        assert isinstance(state, State)
        if any(s.pending is not None or s.rebalances or s.is_ours != s.is_assigned for s in state.sources):
            return False
        if not any(s.is_ours for s in state.sources):
            return True
        publishes = state.right == Right.HELD and not state.is_lost and not state.is_waiting and not state.loss
        return publishes and all(s.reads == s.is_ours and bool(s.engine) == s.is_ours for s in state.sources)

    def steps(self, state: Hashable, told: bool) -> Iterator[Step]:
        assert isinstance(state, State)
        try:
            yield from self.turn_steps(state)
        except Violation as violation:
            yield Step(f"source {state.turn} goes on", violation)
        if state.faults:
            yield from self.fault_steps(state._replace(faults=state.faults - 1))

    def fault_steps(self, state: State) -> Iterator[Step]:
        for i, source in enumerate(state.sources):
            words = "takes the partition away" if source.is_ours else "gives the partition back"
            moved = source._replace(is_ours=not source.is_ours, rebalances=source.is_assigned)
            yield Step(f"group {i} {words}", with_source(state, i, moved), True)
            if source.is_assigned and source.is_ours:
                after = with_source(state, i, source._replace(rebalances=True))
                yield Step(f"group {i} rebalances, and gives the same", after, True)
        if state.right != Right.NONE and not state.is_lost:
            yield Step("the judge finds the claim lost", state._replace(is_lost=True, loss=True), True)

    # KafkaSource

    def turn_steps(self, state: State) -> Iterator[Step]:
        i, source = state.turn, state.sources[state.turn]
        if state.stage == 0:
            after = state._replace(stage=1)
            yield Step(f"source {i} polls", after)
            if source.pending is None:
                rebalanced = self.rebalance(after, i)
                if rebalanced != after:
                    yield Step(f"source {i} polls, and hears of its group", rebalanced)
        elif state.stage == 1:
            after = state._replace(stage=2)
            takes = source.reads or "idle sources" not in self.heals
            if state.loss and not state.is_waiting and takes:
                # Ownership.takeLoss
                after = self.restart(after._replace(loss=False, is_waiting=True), i)
            yield Step(f"source {i} looks for a loss", after)
        else:
            after = state._replace(stage=0, turn=(i + 1) % len(SOURCES))
            if source.pending is not None:
                after = self.begin(after, i, source.pending)
            elif source.reads:
                after = checked(after._replace(has_read=True))
            yield Step(f"source {i} reads", after)

    def rebalance(self, state: State, i: int) -> State:
        source = state.sources[i]
        if source.rebalances:
            if not source.is_ours:
                # Lost: what is not safe is taken back.
                state = state._replace(right=Right.NONE, is_lost=True)
            revoked = source._replace(is_assigned=False, rebalances=False, reads=False, pending=False)
            if "revocations" in self.heals:
                # Claims name it no more, and the other source goes on alone.
                revoked = revoked._replace(is_named=False)
                state = state._replace(has_read=True)
            return with_source(state, i, revoked)
        if source.is_ours and not source.is_assigned:
            state, is_granted = self.claim(with_source(state, i, source._replace(is_assigned=True)), i)
            # Where it is not granted, nothing begins.
            return with_source(state, i, state.sources[i]._replace(reads=True, pending=True)) if is_granted else state
        return state

    def restart(self, state: State, i: int) -> State:
        if not state.sources[i].reads:
            return state
        state, is_granted = self.claim(state, i)
        return with_source(state, i, state.sources[i]._replace(reads=is_granted, pending=is_granted))

    # InputClaims

    def claim(self, state: State, i: int) -> tuple[State, bool]:
        source = state.sources[i]
        is_claimed = source.is_named and not state.is_used and source.asked != state.generation
        # Ownership.wait
        keeps_loss = is_claimed and "claims used again" in self.heals
        state = state._replace(is_waiting=True, loss=state.loss and keeps_loss)
        state = with_source(state, i, source._replace(is_named=True))
        if not is_claimed:
            state = self.claim_all(state, i)
        state = with_source(state, i, state.sources[i]._replace(asked=state.generation))
        return normal(state), state.is_good

    def claim_all(self, state: State, i: int) -> State:
        # The group of this source is asked alone.
        is_good = state.sources[i].is_ours
        if is_good and "own partitions" in self.without and any(s.is_named and not s.is_ours for s in state.sources):
            raise Violation("a partition is claimed that another instance has")
        return state._replace(
            sources=tuple(s._replace(has_begun=False) for s in state.sources), generation=state.generation + 1,
            is_good=is_good, is_used=not is_good, right=Right.CLAIMED if is_good else Right.NONE, is_lost=not is_good)

    # Reader

    def begin(self, state: State, i: int, reads: bool) -> State:
        if state.has_read:
            # Another engine: what was read is forgotten.
            state = state._replace(sources=tuple(s._replace(engine=0) for s in state.sources))
        for other in SOURCES:
            source = state.sources[other]
            is_outdated = source.is_named and source.asked != state.generation
            if other != i and (state.has_read or is_outdated):
                state = self.restart(state, other)
        source = state.sources[i]
        begun = source._replace(pending=None, has_begun=True, engine=source.asked if reads else 0)
        state = with_source(state._replace(has_read=False), i, begun)
        is_whole = not state.is_used and ("all sources" in self.without or all(
            s.asked == state.generation and s.has_begun for s in state.sources if s.is_named))
        if is_whole:
            right = Right.HELD if state.right == Right.CLAIMED else state.right
            state = state._replace(is_used=True, right=right, is_waiting=False)
        return state


def checked(state: State) -> State:
    """What is published now must be of one claim, and name all its partitions: the judge looks for the first one."""
    if state.right == Right.HELD and not state.is_lost and not state.is_waiting:
        if any(s.engine and s.engine != state.generation for s in state.sources):
            raise Violation("rows are published in the right of a claim that came later")
        if any(s.is_named and not s.engine for s in state.sources):
            raise Violation("a message does not name all partitions of its claim")
    return state


def with_source(state: State, i: int, source: Source) -> State:
    return state._replace(sources=put(state.sources, i, source))


def normal(state: State) -> State:
    """The same with the least numbers of claims."""
    numbers = sorted({0, state.generation, *(n for s in state.sources for n in (s.asked, s.engine))})
    rank = {number: k for k, number in enumerate(numbers)}
    return state._replace(
        generation=rank[state.generation],
        sources=tuple(s._replace(asked=rank[s.asked], engine=rank[s.engine]) for s in state.sources))
