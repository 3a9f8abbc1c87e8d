"""Explores all states of a model. It finds what breaks a property, and states from which no way leads to a good end."""

from __future__ import annotations

import itertools
import time
from array import array
from collections.abc import Hashable, Iterable
from typing import NamedTuple, Protocol


class Violation(Exception):
    """Says which property does not hold."""


class Step(NamedTuple):
    # What happens; empty unless a trace is wanted.
    words: str
    to: Hashable
    # Whether it is a fault, or luck: the way to a good end must do without.
    is_fault: bool = False


class Model(Protocol):
    def initial(self) -> Hashable: ...

    def is_done(self, state: Hashable) -> bool:
        """Whether the state is a good end, if no fault comes any more."""

    def steps(self, state: Hashable, told: bool) -> Iterable[Step]:
        """What may happen next. `told`: with words. A step that breaks a property leads to a `Violation`."""


class Outcome(NamedTuple):
    states: int
    seconds: float
    # The property that does not hold, or "stuck".
    fault: str = ""
    trace: tuple[str, ...] = ()
    is_whole: bool = True

    @property
    def kind(self) -> str:
        if self.fault:
            return "stuck" if self.fault == "stuck" else "broken"
        return "holds" if self.is_whole else "not explored to its end"


def explore(model: Model, most_states: int) -> Outcome:
    begin = time.monotonic()
    first = model.initial()
    ids: dict[Hashable, int] = {first: 0}
    states = [first]
    parents = array("l", [-1])
    # The steps without a fault: from where, and to where.
    sources, targets = array("l"), array("l")
    done = []

    def outcome(fault: str = "", state: int = 0, last: Hashable = None, is_whole: bool = True) -> Outcome:
        trace = trace_to(model, states, parents, state, last) if fault else ()
        return Outcome(len(states), time.monotonic() - begin, fault, trace, is_whole)

    # The list grows while it is gone through, so states come in the order of their distance from the first.
    for k, state in enumerate(states):
        if model.is_done(state):
            done.append(k)
        for _, to, is_fault in model.steps(state, False):
            j = ids.get(to)
            if j is None:
                if isinstance(to, Violation):
                    return outcome(str(to), k, to)
                j = ids[to] = len(states)
                states.append(to)
                parents.append(k)
            if not is_fault:
                sources.append(k)
                targets.append(j)
        if len(states) > most_states:
            return outcome(is_whole=False)
    stuck = first_without_end(len(states), sources, targets, done)
    return outcome() if stuck is None else outcome("stuck", stuck)


def first_without_end(count: int, sources: array[int], targets: array[int], done: list[int]) -> int | None:
    """The first state from which no steps without a fault lead to a state that is done."""
    # The steps to state j are at places[j] up to places[j + 1].
    places = array("l", [0]) * (count + 1)
    for j in targets:
        places[j + 1] += 1
    for j in range(count):
        places[j + 1] += places[j]
    back = array("l", [0]) * len(sources)
    free = array("l", places)
    for k, j in zip(sources, targets, strict=True):
        back[free[j]] = k
        free[j] += 1
    good = bytearray(count)
    for k in done:
        good[k] = 1
    work = list(done)
    while work:
        j = work.pop()
        for place in range(places[j], places[j + 1]):
            k = back[place]
            if not good[k]:
                good[k] = 1
                work.append(k)
    first = good.find(0)
    return first if first >= 0 else None


def trace_to(
    model: Model, states: list[Hashable], parents: array[int], state: int, last: Hashable
) -> tuple[str, ...]:
    """The shortest way to a state, in words, and the step that breaks a property there."""
    way = [state]
    while parents[way[-1]] >= 0:
        way.append(parents[way[-1]])
    words = []
    for k, j in itertools.pairwise(reversed(way)):
        words.append(next(step.words for step in model.steps(states[k], True) if step.to == states[j]))
    if isinstance(last, Violation):
        words.append(next(step.words for step in model.steps(states[state], True) if isinstance(step.to, Violation)))
    return tuple(words)
