"""Messages of a topic as ``hitmon kernel --blocks`` reads them (docs/partials.md)."""

from __future__ import annotations

import array
import dataclasses
import struct
import sys
from collections.abc import Iterable
from typing import Any

_HEAD = struct.Struct("<4sIqqqQQII")
_NONE = -(1 << 63)


@dataclasses.dataclass(frozen=True)
class Start:
    """Where the reading of a partition goes on, and what earlier runs have published of it."""

    offset: int
    #: Offsets below were read by an earlier run.
    read_before: int = 0
    #: The last event window published.
    published: int | None = None


def block(partition: int, start: Start, count: int, offsets: bytes, ends: bytes, values: bytes, keyed: bool) -> bytes:
    """A block of messages whose offsets, ends and values lie one behind the other, as in an Arrow array."""
    published = _NONE if start.published is None else start.published
    head = _HEAD.pack(
        b"HMB1", partition, start.offset, start.read_before, published, count, len(values), int(keyed), 0
    )
    return b"".join((head, offsets, ends, values))


def block_of(partition: int, start: Start, messages: Iterable[tuple[int, bytes | None]], keyed: bool) -> bytes:
    """A block of messages, each its offset and its value."""
    offsets, ends, values = array.array("q"), array.array("i", [0]), []
    place = 0
    for offset, value in messages:
        offsets.append(offset)
        if value:
            values.append(value)
            place += len(value)
        ends.append(place)
    if sys.byteorder == "big":
        offsets.byteswap()
        ends.byteswap()
    return block(partition, start, len(offsets), offsets.tobytes(), ends.tobytes(), b"".join(values), keyed)


def block_of_arrow(partition: int, start: Start, offsets: Any, values: Any, keyed: bool) -> bytes:
    """A block of two Arrow arrays: 64-bit offsets, and binary values."""
    count = len(offsets)
    if count == 0 or offsets.null_count or values.null_count:
        return block_of(partition, start, zip(offsets.to_pylist(), values.to_pylist(), strict=True), keyed)
    places = memoryview(offsets.buffers()[1])[offsets.offset * 8 : (offsets.offset + count) * 8]
    _, where, data = values.buffers()
    ends = array.array("i", bytes(memoryview(where)[values.offset * 4 : (values.offset + count + 1) * 4]))
    first, last = ends[0], ends[-1]
    if first:
        ends = array.array("i", (end - first for end in ends))
    data_bytes = bytes(memoryview(data)[first:last]) if data is not None else b""
    return block(partition, start, count, bytes(places), ends.tobytes(), data_bytes, keyed)
