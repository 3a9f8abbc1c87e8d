"""Which messages of a log of results count, as the program itself decides it: docs/delivery.md.

The log is partition 0 of a topic of results. Beside results it has claims: who publishes from there on.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NoReturn

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
FARTHEST = 1 << 62
#: So many objects and arrays may lie in one another.
_DEEPEST = 128


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


def parse(value: bytes) -> Any:
    """The content of a message. Raises ValueError if it is not JSON in UTF-8, or too deep to be read."""
    text = value.decode()
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError(f"more than {_DEEPEST} objects and arrays in one another") from None
    except json.JSONDecodeError:
        raise
    except ValueError:
        # Python makes no whole number of some thousand digits. It may be in a field that nobody needs.
        return json.loads(text, parse_constant=_refuse, parse_int=lambda one: int(one) if len(one) < 99 else math.inf)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"JSON has no {constant}")


def read(message: object) -> Entry | None:
    """What a message says. None if it is neither a result nor a claim, or if the program itself does not read it.

    All readers must skip the same messages: a message that one of them counts and another skips makes those after it
    void for the other.
    """
    if not isinstance(message, dict):
        return None
    try:
        if message.get("schema") == RESULTS:
            return _result(_head(message))
        return _claim(message) if message.get("schema") == CLAIM else None
    except (KeyError, OverflowError, ValueError):
        return None


def _head(message: Message) -> Message:
    """A result up to its histograms, if all that a reader needs comes before them: the program reads no further."""
    head: Message = {}
    is_in_order = next(iter(message)) == "schema"
    for name, value in message.items():
        if name == "histograms" and {"schema", "pipeline", "window", "counts", "source"} <= head.keys() and (
            is_in_order or "claim" in head
        ):
            break
        head[name] = value
    return head


def _result(message: Message) -> Entry:
    _check(message)
    found = _fields(message, _RESULT)
    window, source, claim = found["window"], found["source"], found.get("claim")
    if "counts" not in found:
        raise ValueError
    cut, is_span = {key: window[key] for key in ("kind", "of") if key in window}, window["kind"] == "span"
    if is_span:
        edges = window.get("start"), window.get("end")
        if "length" in window:
            cut["length"] = window["length"]
        elif all(isinstance(edge, float) for edge in edges):
            cut["length"] = edges[1] - edges[0]
    lasts, marks = source.get("last", {}), source.get("marks", {})
    positions: dict[str, Any] = {}
    for name, resume in source.get("resume", {}).items():
        positions[name] = {"resume": resume, "read": source.get("read", {}).get(name, resume)}
        positions[name] |= {"last": lasts.get(name, window["index"])} if is_span else {}
        positions[name] |= ({"mark": marks[name]} if name in marks else {}) | {"cut": cut}
    topic, epoch, number, parts = source.get("topic", ""), None, 0, None
    if claim is not None:
        epoch, number = claim.get("epoch", 0), claim.get("number", 0)
        if "covers" in claim:
            covers = claim["covers"]
            parts = topic, positions
            topic, states = covers.get("input", ""), covers.get("partitions", {})
            positions = {name: _position(state) for name, state in states.items() if "resume" in state}
    return Entry(
        found["pipeline"], found.get("run", ""), "result", topic, epoch, number, positions, bool(lasts), parts)


def _claim(message: Message) -> Entry:
    _check(message)
    found = _fields(message, {"pipeline": _text, "run": _text, "claim": _said, "snapshot": _snapshot})
    pipeline, run = found["pipeline"], found.get("run", "")
    # Of a message with both the later one decides.
    kind = next((name for name in reversed(message) if name in ("claim", "snapshot")), "")
    said = found[kind]
    if kind == "snapshot":
        return Entry(pipeline, run, "snapshot", upto=said["upto"], inputs=said["inputs"])
    topic, epoch = said["input"], said["epoch"]
    if "after" in said:
        return Entry(pipeline, run, "claim", topic, epoch, partitions=said["after"])
    return Entry(pipeline, run, "tick", topic, epoch, said["number"], said["idle"])


def _check(value: object, depth: int = 0) -> None:
    """Raises ValueError if objects lie too deep in one another, or if a text has half of a pair of UTF-16."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, (dict, list)):
        if depth == _DEEPEST:
            raise ValueError
        for one in value:
            _check(one, depth + 1)
        for one in value.values() if isinstance(value, dict) else ():
            _check(one, depth + 1)


# What the fields of messages hold. Each reader raises ValueError for a value of another kind. To Python true and false
# are whole numbers, to JSON they are not.

_Reader = Callable[[Any], Any]


def _fields(value: object, known: Mapping[str, _Reader]) -> dict[str, Any]:
    """The fields of an object that are known, each as its reader reads it."""
    if not isinstance(value, dict):
        raise ValueError
    return {name: reader(value[name]) for name, reader in known.items() if name in value}


def _object(known: Mapping[str, _Reader]) -> _Reader:
    return lambda value: _fields(value, known)


def _named(reader: _Reader) -> _Reader:
    """An object of values by name."""

    def values(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError
        return {name: reader(one) for name, one in value.items()}

    return values


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _whole(value: object) -> int:
    if type(value) is not int or not -(1 << 63) <= value < 1 << 63:
        raise ValueError
    return value


def _place(value: object) -> int:
    if abs(whole := _whole(value)) > FARTHEST:
        raise ValueError
    return whole


def _number(value: object) -> float:
    if type(value) not in (int, float) or not math.isfinite(number := float(value)):  # type: ignore[arg-type]
        raise ValueError
    return number


def _edge(value: object) -> str | float:
    return value if isinstance(value, str) else _number(value)


def _range(value: object) -> list[int]:
    if not isinstance(value, list) or len(value) != 2 or _place(value[0]) > _place(value[1]):
        raise ValueError
    return value


def _ranges(value: object) -> list[list[int]]:
    if not isinstance(value, list):
        raise ValueError
    return [_range(one) for one in value]


def _mark(value: object) -> list[Any]:
    """The offset of a message, and its digest in hexadecimal digits."""
    if not isinstance(value, list) or len(value) != 2 or not re.fullmatch("[+-]?[0-9A-Fa-f]+", _text(value[1])):
        raise ValueError
    digest = int(value[1], 16)
    if not 0 <= digest < 1 << 64:
        raise ValueError
    return [_place(value[0]), f"{digest:x}"]


def _counts(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError
    for count in value.values():
        # A count that a later version adds may be anything.
        if type(count) is float or (type(count) is int and not 0 <= count < 1 << 64):
            raise ValueError
    return value


def _format(value: object) -> str:
    if value not in ("json", "uhi"):
        raise ValueError
    return str(value)


def _window(value: object) -> dict[str, Any]:
    found = _fields(value, _WINDOW)
    if "index" not in found or found["kind"] not in _KINDS:
        raise ValueError
    return found


def _cut(value: object) -> dict[str, Any] | None:
    """How an input is cut into windows. None if this version does not know the kind."""
    found = _fields(value, {"kind": _text, "of": _text, "length": _number})
    return found if found.get("kind") in _KINDS else None


def _state(value: object) -> dict[str, Any]:
    """A partition of a snapshot, with the fields that are known."""
    found = _fields(value, _STATE)
    state: dict[str, Any] = {}
    if "epoch" in found or "number" in found:
        state |= {"epoch": found.get("epoch", 0), "number": found.get("number", 0)}
    if found.get("idle"):
        state["idle"] = True
    if "resume" in found:
        position = {"read": found["resume"]} | found
        state |= {key: position[key] for key in _POSITION if position.get(key) is not None}
    return state


_KINDS = ("every", "rows", "span", "all")
_STATE = {
    "epoch": _place, "number": _place, "idle": _truth, "resume": _place, "read": _place, "last": _place, "cut": _cut,
    "mark": _mark,
}
_WINDOW = {
    "index": _place, "kind": _text, "of": _text, "start": _edge, "end": _edge, "length": _number,
}
_RESULT = {
    "format": _format, "pipeline": _text, "run": _text, "partial": _truth, "error": _text, "window": _window,
    "counts": _counts,
    "claim": _object({
        "epoch": _place, "number": _place,
        "covers": _object({"input": _text, "partitions": _named(_state)}),
    }),
    "source": _object({
        "name": _text, "topic": _text, "partitions": _whole, "offsets": _named(_range), "resume": _named(_place),
        "read": _named(_place), "last": _named(_place), "marks": _named(_mark), "gaps": _named(_ranges),
    }),
}
_inputs = _named(_named(_state))
_said = _object({
    "epoch": _place, "number": _place, "input": _text, "idle": _named(_truth), "after": _named(_place),
})
_snapshot = _object({"upto": _place, "last_order": _place, "inputs": _inputs})


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
    if not entry.has_last and "last" in said and "last" in state and _is_same(said["cut"], state.get("cut")):
        # Earlier versions do not say which window of each partition was the last. An instance that has taken partitions
        # over publishes windows of theirs that others had published of its own: those stay published.
        return {**said, "last": max(said["last"], state["last"]), "read": max(said["read"], state["read"])}
    return dict(said)


def _is_same(cut: dict[str, Any], other: dict[str, Any] | None) -> bool:
    """Whether the windows of both cuts have the same numbers. Ends of windows far from 0 are rounded."""
    if other is None or any(cut.get(key) != other.get(key) for key in ("kind", "of")):
        return False
    length, theirs = cut.get("length"), other.get("length")
    if length is None or theirs is None:
        return length is theirs
    return bool(abs(length - theirs) <= 1e-3 * abs(length))


class Filter:
    """Tells which results of a log count, or of a file of its messages, of any pipelines.

    Args:
        is_cut: whether there may be messages before the first one. Then the first message of each partition is
            believed, up to a snapshot that says what there was before.
    """

    def __init__(self, is_cut: bool = True) -> None:
        self._is_cut = is_cut
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
        return self._admits(entry)

    def _admits(self, entry: Entry) -> bool:
        verdict = self._folds.setdefault(entry.pipeline, Fold(entry.pipeline, is_cut=self._is_cut)).add(entry)
        if entry.kind == "result" and verdict == "void":
            self.void += 1
        return entry.kind == "result" and verdict == "good"

    def accepted(
        self, log: Sequence[tuple[int, int, Message]], others: Sequence[tuple[int, int, Message]] = (), start: int = 0,
    ) -> list[Message]:
        """The results that count. Raises if there is a result of another version: no result is left out unsaid.

        Args:
            log: offset, time and content of each message of the log.
            others: the same of the other partitions of the topic. Versions without claims let the key choose the
                partition, and have written before the log has its first claim.
            start: the offset from which the log was read.
        """
        own = [(offset, time, message, entry) for offset, time, message in log if (entry := self._entry(message))]
        claimed: dict[str, int] = {}
        snapshots: dict[str, Entry] = {}
        for offset, time, _, entry in own:
            if entry.kind != "result":
                claimed.setdefault(entry.pipeline, time)
            if entry.kind == "snapshot" and start <= entry.upto <= offset:
                snapshots.setdefault(entry.pipeline, entry)
        found = []
        for _, time, message in sorted(others, key=lambda one: one[1]):
            entry = self._entry(message)
            # Older versions that go on beside a claim publish nothing that counts.
            if entry and (entry.pipeline not in claimed or time < claimed[entry.pipeline]) and self._admits(entry):
                found.append(message)
        for offset, _, message, entry in own:
            snapshot = snapshots.get(entry.pipeline)
            if snapshot and offset >= snapshot.upto:
                self._folds[entry.pipeline] = Fold(entry.pipeline, snapshot.inputs)
                del snapshots[entry.pipeline]
            if self._admits(entry):
                found.append(message)
        return found

    def _entry(self, message: Message) -> Entry | None:
        """What a message of a topic says; None if it is to be skipped. Something else may lie on a topic."""
        schema = message.get("schema")
        if isinstance(schema, str) and schema.startswith("hitmon.results/") and schema != RESULTS:
            self.admits(message)
        return read(message)


def stamped(message: bytes, epoch: int, number: int) -> bytes:
    """A result with the claim that it belongs to, and its number in it."""
    head = b'{"schema":"%b",' % RESULTS.encode()
    if not message.startswith(head):
        raise HitmonError(f"the program wrote no message of the schema `{RESULTS}`: is it of this version?")
    return b'%b"claim":{"epoch":%d,"number":%d},%b' % (head, epoch, number, message[len(head) :])
