"""The side of a program that computes columns for hitmon.

A pipeline declares it:

    external: {command: [python3, calibrate.py], in: [wire, time], out: {time_c: f64 ns}}

and this is the whole of calibrate.py:

    from hitmon.external import batches

    for batch in batches():
        batch.out["time_c"] = batch["time"] - 0.5 * batch["wire"]

With numpy columns are arrays; without it they are lists. It needs nothing else, and runs without being installed if the
folder that `hitmon` lies in is on PYTHONPATH. What such a program prints goes to hitmon's log, as what it writes to
standard error does. docs/external.md describes the frames.
"""

from __future__ import annotations

import os
import struct
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

try:
    import numpy
except ImportError:  # numpy makes it fast and is not needed
    numpy = None

__all__ = ["Batch", "Column", "Refused", "batches"]

VERSION = 1

_HEAD = struct.Struct("<4sB3xII")
_MAGIC = b"HMX1"
_LONGEST = 1 << 30

# For each type of the hello its name, numpy's and array's names of it, its bytes, and the value that means "unknown".
_TYPES: dict[int, tuple[str, str, str, int, float]] = {
    1: ("i32", "<i4", "i", 4, -(2**31)),
    2: ("i64", "<i8", "q", 8, -(2**63)),
    3: ("f64", "<f8", "d", 8, float("nan")),
    4: ("bool", "u1", "B", 1, 2),
}


class Refused(Exception):
    """What `check` raises where the program cannot work with the columns it gets: the run ends with this sentence."""


class Column:
    """A column as the hello declares it: its name, its type (`i32`, `i64`, `f64` or `bool`) and its unit."""

    def __init__(self, name: str, code: int, unit: str) -> None:
        self.name, self.unit = name, unit
        self.type, self._numpy, self._array, self.size, self.unknown = _TYPES[code]

    def __repr__(self) -> str:
        return f"Column({self.name}: {self.type}{' ' + self.unit if self.unit else ''})"

    def read(self, payload: bytes, offset: int, rows: int) -> Any:
        """The column's values in a frame."""
        if numpy is not None:
            return numpy.frombuffer(payload, self._numpy, rows, offset)
        values: array[Any] = array(self._array)
        values.frombytes(payload[offset : offset + rows * self.size])
        if sys.byteorder == "big":
            values.byteswap()
        return values.tolist()

    def write(self, values: Any, rows: int) -> bytes:
        """Bytes of the values; a single value is that of all rows, and None is unknown."""
        if numpy is not None:
            return self._write_arrays(values, rows)
        if not isinstance(values, (list, tuple, array)):
            values = [values] * rows
        if len(values) != rows:
            raise ValueError(f"`{self.name}` has {len(values)} values, and the batch has {rows} rows")
        column: array[Any] = array(self._array, (self.unknown if value is None else value for value in values))
        if sys.byteorder == "big":
            column.byteswap()
        return column.tobytes()

    def _write_arrays(self, values: Any, rows: int) -> bytes:
        values = self._fill(values)
        column = numpy.broadcast_to(numpy.asarray(values), (rows,)) if numpy.ndim(values) == 0 else values
        column = numpy.asarray(column)
        if column.shape != (rows,):
            raise ValueError(f"`{self.name}` has the shape {column.shape}, and the batch has {rows} rows")
        if column.dtype.kind == "f" and self.type != "f64":
            raise TypeError(f"`{self.name}` is {self.type}, and the values are floats: round them")
        return bytes(column.astype(self._numpy).tobytes())

    def _fill(self, values: Any) -> Any:
        if values is None:
            return self.unknown
        if isinstance(values, (list, tuple)):
            return [self.unknown if value is None else value for value in values]
        return values


class Batch:
    """Rows of a batch. `batch["wire"]` is a column that goes in; `batch.out["time_c"] = ...` is one that comes out.

    `len(batch)` is the number of rows. What is unknown in a column that goes in is NaN, the smallest integer, or 2 for
    a `bool`; `batch.known("wire")` tells. A column that is not set comes out as unknown. `batch.refuse(sentence)` ends
    the run with that sentence, where a restart of the program would be of no use.
    """

    def __init__(
        self, inputs: Sequence[Column], outputs: Sequence[Column], payload: bytes, refuse: Callable[[object], NoReturn]
    ) -> None:
        self.refuse = refuse
        self.rows: int = struct.unpack_from("<I", payload)[0]
        self._columns = {column.name: column for column in inputs}
        self.out: dict[str, Any] = {}
        self._outputs = outputs
        self._values: dict[str, Any] = {}
        offset = 8
        for column in inputs:
            self._values[column.name] = column.read(payload, offset, self.rows)
            offset += _padded(self.rows * column.size)

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def known(self, name: str) -> Any:
        """For each row whether the column has a value."""
        values, column = self._values[name], self._columns[name]
        if numpy is not None:
            return ~numpy.isnan(values) if column.type == "f64" else values != column.unknown
        return [value == value and value != column.unknown for value in values]

    def payload(self) -> bytes:
        """The answer: every column that is declared, in order."""
        for name in self.out:
            if all(column.name != name for column in self._outputs):
                names = ", ".join(f"`{column.name}`" for column in self._outputs)
                raise KeyError(f"the pipeline wants no column `{name}` of this program: it wants {names}")
        parts = [struct.pack("<II", self.rows, 0)]
        for column in self._outputs:
            values = column.write(self.out.get(column.name), self.rows)
            parts += [values, bytes(_padded(len(values)) - len(values))]
        return b"".join(parts)


def _padded(size: int) -> int:
    return (size + 7) & ~7


class _Pipe:
    """Frames from standard input, and frames to standard output, which nothing else may use."""

    def __init__(self, source: int | None = None, target: int | None = None) -> None:
        self.source = source if source is not None else os.dup(0)
        if target is None:
            sys.stdout.flush()
            target = os.dup(1)
            # What the program prints would be taken for a frame.
            os.dup2(2, 1)
        self.target = target

    def read(self, size: int) -> bytes | None:
        parts, left = [], size
        while left:
            part = os.read(self.source, left)
            if not part:
                return None
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def receive(self) -> tuple[str, int, bytes] | None:
        """The next frame: its kind, number and payload; None at the end."""
        head = self.read(_HEAD.size)
        if head is None:
            return None
        magic, kind, size, number = _HEAD.unpack(head)
        if magic != _MAGIC or size > _LONGEST:
            raise SystemExit("what came on standard input is no frame of hitmon: start it by way of a pipeline")
        payload = self.read(size)
        return None if payload is None else (chr(kind), number, payload)

    def send(self, kind: str, number: int, payload: bytes) -> None:
        rest = memoryview(_HEAD.pack(_MAGIC, ord(kind), len(payload), number) + payload)
        while rest:
            rest = rest[os.write(self.target, rest) :]


def _columns(payload: bytes) -> tuple[list[Column], list[Column]]:
    version, inputs, outputs, _, _ = struct.unpack_from("<HHHHI", payload)
    if version != VERSION:
        raise Refused(f"hitmon speaks version {version} of the frames, and this module version {VERSION}")
    columns: list[Column] = []
    offset = 12
    for _ in range(inputs + outputs):
        code, _, name, unit = struct.unpack_from("<BBHH", payload, offset)
        offset += 6
        text = payload[offset : offset + name + unit]
        columns.append(Column(text[:name].decode(), code, text[name:].decode()))
        offset += name + unit
    return columns[:inputs], columns[inputs:]


def batches(
    check: Callable[[list[Column], list[Column]], object] | None = None,
    source: int | None = None,
    target: int | None = None,
) -> Iterator[Batch]:
    """Batches of rows, one after the other, until the run ends; each is answered when the next one is asked for.

    `check(inputs, outputs)` gets the columns before the first batch, and may raise `Refused`. `source` and `target` are
    descriptors in place of standard input and output.
    """
    pipe = _Pipe(source, target)
    number = 0

    def refuse(sentence: object) -> NoReturn:
        pipe.send("E", number, str(sentence).encode())
        raise SystemExit(1)

    try:
        frame = pipe.receive()
        if frame is None:
            return
        inputs, outputs = _columns(frame[2])
        if check is not None:
            check(inputs, outputs)
        pipe.send("H", 0, struct.pack("<HH", VERSION, 0))
        while (frame := pipe.receive()) is not None:
            kind, number, payload = frame
            if kind != "B":
                continue
            batch = Batch(inputs, outputs, payload, refuse)
            yield batch
            pipe.send("R", number, batch.payload())
    except Refused as refused:
        refuse(refused)
    except BrokenPipeError:
        # hitmon is gone.
        return
