"""Which messages of a log of results count, by the rules of the promise. It shares no code with the engine.

For each pipeline, input and partition the log has an epoch and a number. A claim is good if `after` names the epochs in
force and its own epoch is higher. A result or a tick is good if its epoch is in force for all of its partitions and its
number is the next one. A message without a claim is good while nobody has claimed its partitions.
"""

import dataclasses
from typing import Any

Message = dict[str, Any]
Key = tuple[str, str, str]

GOOD, VOID, OTHER = "good", "void", "other"


@dataclasses.dataclass
class State:
    """What the log says of a partition of an input."""

    epoch: int = 0
    number: int = 0
    # As the newest good message says it: resume, read, last.
    position: dict[str, Any] = dataclasses.field(default_factory=dict)


class Fold:
    """Takes the messages of a log in the order of offsets."""

    def __init__(self) -> None:
        self.states: dict[Key, State] = {}
        self.claims = 0

    def take(self, message: Message) -> str:
        """Says whether the next message counts."""
        pipeline = str(message.get("pipeline", ""))
        claim = message.get("claim")
        if message.get("schema") == "hitmon.claim/1":
            if claim is None:
                return OTHER
            if "after" in claim:
                return self._claim(pipeline, claim)
            return self._next(claim, {(pipeline, claim["input"], name): {} for name in claim["idle"]})
        if message.get("schema") != "hitmon.results/1":
            return OTHER
        positions = _positions(pipeline, message)
        if claim is not None:
            return self._next(claim, positions)
        if any(self.states.get(key, State()).epoch for key in positions):
            return VOID
        for key, position in positions.items():
            self.states[key] = State(position=position)
        return GOOD

    def _claim(self, pipeline: str, claim: Message) -> str:
        after = {(pipeline, claim["input"], name): epoch for name, epoch in claim["after"].items()}
        epoch = claim["epoch"]
        if not after:
            return VOID
        for key, before in after.items():
            if self.states.get(key, State()).epoch != before or epoch <= before:
                return VOID
        for key in after:
            state = self.states.setdefault(key, State())
            state.epoch, state.number = epoch, 0
        self.claims += 1
        return GOOD

    def _next(self, claim: Message, positions: dict[Key, Message]) -> str:
        if not positions:
            return VOID
        for key in positions:
            state = self.states.get(key, State())
            if (state.epoch, state.number + 1) != (claim.get("epoch", 0), claim.get("number")) or not state.epoch:
                return VOID
        for key, position in positions.items():
            self.states[key].number = claim["number"]
            if position:
                self.states[key].position = position
        return GOOD

    def differences(self, pipeline: str, snapshot: Message) -> list[str]:
        """What a snapshot that covers all messages so far says otherwise."""
        faults = []
        told = {
            (pipeline, name, partition): state
            for name, partitions in snapshot["inputs"].items() for partition, state in partitions.items()}
        for key in {*told, *(key for key in self.states if key[0] == pipeline)}:
            state, other = self.states.get(key, State()), told.get(key, {})
            own = {"epoch": state.epoch, "number": state.number, **state.position}
            for field, value in own.items():
                if other.get(field, 0 if field in ("epoch", "number") else None) != value:
                    faults.append(f"{key[1]}/{key[2]}: {field} {other.get(field)}, the log says {value}")
        return faults


def _positions(pipeline: str, message: Message) -> dict[Key, Message]:
    """What a result says of its partitions: how far it is covered, and which window was the last."""
    source = message["source"]
    covers = (message.get("claim") or {}).get("covers")
    if covers:
        return {
            (pipeline, covers["input"], name): {field: at[field] for field in ("resume", "read") if field in at}
            for name, at in covers["partitions"].items()}
    positions = {}
    for name, resume in source["resume"].items():
        position = {"resume": resume, "read": source.get("read", {}).get(name, resume)}
        if name in source.get("last", {}):
            position["last"] = source["last"][name]
        positions[(pipeline, source.get("topic", ""), name)] = position
    return positions
