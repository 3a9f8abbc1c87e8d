"""Which messages of a log of results count, as the program itself decides it: docs/delivery.md.

The log is partition 0 of a topic of results. Beside results it has claims: who publishes from there on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from hitmon.kernel import HitmonError

RESULTS, CLAIM = "hitmon.results/1", "hitmon.claim/1"
#: The partition that is the log. Others of the topic may hold what earlier versions have written.
PARTITION = 0

Message = dict[str, Any]
Verdict = Literal["good", "void", "passed over"]
#: What a log says of each partition of each input, as snapshots write it.
Inputs = dict[str, dict[str, dict[str, Any]]]

_POSITION = ("resume", "read", "last", "mark", "cut")
#: A larger number could not be counted on from.
_FARTHEST = 1 << 62


@dataclasses.dataclass(frozen=True)
class Entry:
    """What a message says to those who fold the log."""

    pipeline: str
    run: str
    kind: Literal["result", "claim", "tick", "snapshot"]
    input: str = ""
    #: None for a result without a claim.
    epoch: int | None = None
    number: int = 0
    #: By partition: of a result its position, of a claim the epoch before it, of a tick whether it is idle.
    partitions: dict[str, Any] = dataclasses.field(default_factory=dict)
    #: A result that says itself which window was the last of each partition.
    has_last: bool = False
    #: Of a whole window: the input of its parts, and how far it covers each partition.
    parts: tuple[str, dict[str, Any]] | None = None
    #: Of a snapshot: what all messages below this offset add up to.
    upto: int = 0
    inputs: Inputs = dataclasses.field(default_factory=dict)


def read(message: object) -> Entry | None:
    """What a message says; None where it is neither a result nor a claim that this version knows."""
    if not isinstance(message, dict):
        return None
    try:
        if message.get("schema") == RESULTS:
            return _result(message)
        return _claim(message) if message.get("schema") == CLAIM else None
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return None


def _result(message: Message) -> Entry:
    source, window = message["source"], message["window"]
    if not isinstance(message["counts"], dict):
        raise ValueError
    index, is_span = _place(window["index"]), window["kind"] == "span"
    cut = _cut(window)
    if cut is None:
        raise ValueError
    start, end = window.get("start"), window.get("end")
    if is_span and isinstance(start, (int, float)) and isinstance(end, (int, float)):
        cut["length"] = float(window.get("length", float(end) - float(start)))
    reads, lasts = _places(source.get("read", {})), _places(source.get("last", {}))
    marks = {name: _mark(mark) for name, mark in source.get("marks", {}).items()}
    positions: dict[str, Any] = {}
    for name, resume in _places(source.get("resume", {})).items():
        positions[name] = {"resume": resume, "read": reads.get(name, resume)}
        positions[name] |= {"last": lasts.get(name, index)} if is_span else {}
        positions[name] |= ({"mark": marks[name]} if name in marks else {}) | {"cut": cut}
    topic, epoch, number, parts = _text(source.get("topic", "")), None, 0, None
    if "claim" in message:
        claim = message["claim"]
        epoch, number = _place(claim.get("epoch", 0)), _place(claim.get("number", 0))
        if "covers" in claim:
            covers = claim["covers"]
            states = {name: _state(state) for name, state in covers.get("partitions", {}).items()}
            parts = topic, positions
            topic = _text(covers.get("input", ""))
            positions = {name: _position(state) for name, state in states.items() if "resume" in state}
    pipeline, run = _text(message["pipeline"]), _text(message.get("run", ""))
    return Entry(pipeline, run, "result", topic, epoch, number, positions, bool(lasts), parts)


def _claim(message: Message) -> Entry:
    pipeline, run = _text(message["pipeline"]), _text(message.get("run", ""))
    if "snapshot" in message:
        said = message["snapshot"]
        return Entry(pipeline, run, "snapshot", upto=_place(said["upto"]), inputs=_inputs(said["inputs"]))
    claim = message["claim"]
    topic, epoch = _text(claim["input"]), _place(claim["epoch"])
    if "after" in claim:
        return Entry(pipeline, run, "claim", topic, epoch, partitions=_places(claim["after"]))
    idle = dict(claim["idle"])
    if not all(isinstance(one, bool) for one in idle.values()):
        raise ValueError
    return Entry(pipeline, run, "tick", topic, epoch, _place(claim["number"]), idle)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _place(value: object) -> int:
    if type(value) is not int or abs(value) > _FARTHEST:
        raise ValueError
    return value


def _places(values: Mapping[str, object]) -> dict[str, int]:
    return {name: _place(value) for name, value in values.items()}


def _mark(value: object) -> list[Any]:
    """The offset of a message, and its digest in hexadecimal digits."""
    if not isinstance(value, list) or len(value) != 2 or int(_text(value[1]), 16) >> 64:
        raise ValueError
    return [_place(value[0]), f"{int(value[1], 16):x}"]


def _state(said: Mapping[str, Any]) -> dict[str, Any]:
    """A partition of a snapshot, with the fields that are known."""
    state: dict[str, Any] = {}
    if "epoch" in said or "number" in said:
        state |= {"epoch": _place(said.get("epoch", 0)), "number": _place(said.get("number", 0))}
    if said.get("idle") is True:
        state["idle"] = True
    if "resume" in said:
        state |= {"resume": _place(said["resume"]), "read": _place(said.get("read", said["resume"]))}
        state |= _places({"last": said["last"]} if "last" in said else {})
        state |= {"mark": _mark(said["mark"])} if "mark" in said else {}
        cut = _cut(said["cut"]) if "cut" in said else None
        state |= {"cut": cut} if cut else {}
    return state


def _cut(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """How an input is cut into windows; None where the kind is one that this version does not know."""
    if said["kind"] not in ("every", "rows", "span", "all"):
        return None
    return {key: said[key] for key in ("kind", "of", "length") if key in said}


def _inputs(said: Mapping[str, Mapping[str, Any]]) -> Inputs:
    return {topic: {name: _state(state) for name, state in states.items()} for topic, states in said.items()}


def _position(state: Mapping[str, Any]) -> dict[str, Any]:
    return {key: state[key] for key in _POSITION if key in state}


class Fold:
    """Decides which messages of a pipeline count. All who take a log from the same beginning come to the same end.

    A claim is good if no other came between what its writer has read and itself. A result is good if its claim is in
    force for all of its partitions, and if its number is the next one. All else is void.

    Args:
        inputs: what the messages before the first that is taken add up to, as a snapshot says.
        is_cut: whether messages before the first are gone, and nothing says what they were: the first message of a
            partition is believed.
    """

    def __init__(self, pipeline: str, inputs: Inputs | None = None, is_cut: bool = False) -> None:
        self.pipeline = pipeline
        self.inputs: Inputs = _inputs(inputs or {})
        self._is_cut = is_cut
        #: Where the beginning is gone: partitions of which no claim was met that follows on what is known.
        self._unsure: set[tuple[str, str]] = set()

    def epoch(self, topic: str, partition: str) -> int:
        """The claim that is in force; 0 where nobody has claimed the partition."""
        return int(self.inputs.get(topic, {}).get(partition, {}).get("epoch", 0))

    def take(self, message: object) -> Verdict:
        """Takes the message that follows on those before."""
        entry = read(message)
        return self.add(entry) if entry else "passed over"

    def add(self, entry: Entry) -> Verdict:
        """The same of a message that is read."""
        if entry.pipeline != self.pipeline or entry.kind == "snapshot":
            return "passed over"
        states = self.inputs.get(entry.input, {})
        if entry.epoch is None:
            if any(states.get(name, {}).get("epoch", 0) > 0 for name in entry.partitions):
                return "void"
        elif not entry.partitions or not all(
            self._fits(entry, name, states.get(name), before) for name, before in entry.partitions.items()
        ):
            return "void"
        for name, said in entry.partitions.items():
            states = self.inputs.setdefault(entry.input, {})
            if entry.epoch is not None and self._is_cut and name not in states:
                self._unsure.add((entry.input, name))
            if entry.kind == "claim" and states.get(name, {}).get("epoch", 0) == said:
                self._unsure.discard((entry.input, name))
            states[name] = _after(states.get(name, {}), entry, said)
        if entry.parts:
            # A run that publishes here without merging goes on where whole windows end.
            topic, positions = entry.parts
            for name, position in positions.items():
                if self.epoch(topic, name) == 0:
                    self.inputs.setdefault(topic, {})[name] = dict(position)
        return "good"

    def _fits(self, entry: Entry, name: str, state: dict[str, Any] | None, before: Any) -> bool:
        """Whether a message is the next one of a partition."""
        if state is None and self._is_cut:
            return True
        epoch, number = (state or {}).get("epoch", 0), (state or {}).get("number", 0)
        is_unsure = (entry.input, name) in self._unsure
        if entry.kind == "claim":
            follows = epoch == before or (is_unsure and before > epoch)
            return bool(follows and entry.epoch is not None and entry.epoch > before)
        if is_unsure and (entry.epoch, entry.number) > (epoch, number):
            return True
        return bool(entry.epoch == epoch and epoch > 0 and entry.number == number + 1)

    @property
    def lasting(self) -> Inputs:
        """What somebody may go on with. Files are read once, and there may be thousands."""
        kept = {
            topic: {name: state for name, state in states.items() if topic or state.get("epoch", 0) > 0}
            for topic, states in self.inputs.items()
        }
        return {topic: states for topic, states in kept.items() if states}


def _after(state: dict[str, Any], entry: Entry, said: Any) -> dict[str, Any]:
    """What is known of a partition with a message that counts."""
    own = {"epoch": entry.epoch, "number": entry.number}
    if entry.kind == "claim":
        return own | _position(state)
    if entry.kind == "tick":
        return own | ({"idle": True} if said else {}) | _position(state)
    if entry.epoch is not None:
        return {**own, **({"idle": True} if state.get("idle") else {}), **said}
    if not entry.has_last and "last" in said and "last" in state and state.get("cut") == said["cut"]:
        # Earlier versions do not say which window of each partition was the last. An instance that has taken partitions
        # over publishes windows of theirs that others had published of its own: those stay published.
        return {**said, "last": max(said["last"], state["last"]), "read": max(said["read"], state["read"])}
    return dict(said)


class Filter:
    """Tells which results of a log count, or of a file of its messages: of any pipelines, and wherever it begins.

    The first message of each partition is believed, up to a snapshot that says what there was before.
    """

    def __init__(self) -> None:
        self._folds: dict[str, Fold] = {}
        #: How many results did not count.
        self.void = 0

    def admits(self, message: object) -> bool:
        """Whether a message is a result that counts. Raises where it is neither a result nor a claim."""
        entry = read(message)
        if entry is None:
            schema = message.get("schema") if isinstance(message, dict) else None
            if schema in (RESULTS, CLAIM):
                raise HitmonError(f"the message is no whole `{schema}`")
            has = f"the schema `{schema}`" if schema else "no `schema`"
            raise HitmonError(f"the message has {has}, and this program reads `{RESULTS}`")
        verdict = self._folds.setdefault(entry.pipeline, Fold(entry.pipeline, is_cut=True)).add(entry)
        if entry.kind == "result" and verdict == "void":
            self.void += 1
        return entry.kind == "result" and verdict == "good"

    def accepted(self, log: Sequence[tuple[int, Message]], before: Sequence[Message] = ()) -> list[Message]:
        """The results that count of a log, which has each message with its offset.

        ``before``: messages of other partitions of the topic, which came before.
        """
        found = [message for message in before if self._is_result(message) and self.admits(message)]
        snapshots: dict[str, Entry] = {}
        for _, message in log:
            entry = read(message) if "snapshot" in message else None
            if entry and entry.kind == "snapshot" and entry.upto >= log[0][0]:
                snapshots.setdefault(entry.pipeline, entry)
        for offset, message in log:
            snapshot = snapshots.get(str(message.get("pipeline")))
            if snapshot and offset >= snapshot.upto:
                self._folds[snapshot.pipeline] = Fold(snapshot.pipeline, snapshot.inputs)
                del snapshots[snapshot.pipeline]
            if (self._is_result(message) or read(message)) and self.admits(message):
                found.append(message)
        return found

    @staticmethod
    def _is_result(message: Message) -> bool:
        """Whether it is a result, of any version. Something else may lie on a topic; no result is left out unsaid."""
        return str(message.get("schema")).startswith("hitmon.results/")


def stamped(message: bytes, epoch: int, number: int) -> bytes:
    """A result with the claim that it belongs to, and its number in it."""
    head = b'{"schema":"%b",' % RESULTS.encode()
    if not message.startswith(head):
        raise HitmonError(f"the program wrote no message of the schema `{RESULTS}`: is it of this version?")
    return b'%b"claim":{"epoch":%d,"number":%d},%b' % (head, epoch, number, message[len(head) :])
