"""Counting in parts with the program ``hitmon``: its ``kernel`` and ``merge`` commands, and nothing else."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Sequence
from typing import Any


class HitmonError(RuntimeError):
    """What the program said when it failed."""


def program() -> str:
    """The program: ``$HITMON``, the one in this package, on the PATH, or built in the folder that this package lies in."""
    named = os.environ.get("HITMON")
    if named and os.access(named, os.X_OK):
        return named
    here = pathlib.Path(__file__).resolve()
    for path in (
        here.parent / "bin/hitmon",
        *(folder / ".build/release/hitmon" for folder in here.parents),
        *(folder / ".build/debug/hitmon" for folder in here.parents),
    ):
        if os.access(path, os.X_OK) and path.is_file():
            return str(path)
    found = shutil.which("hitmon")
    if found:
        return found
    raise HitmonError("there is no program hitmon: put it on the PATH, or its path into HITMON")


@dataclasses.dataclass(frozen=True)
class Piece:
    """A stretch of a file: the rows that begin in its bytes; ``end`` None for all to the end."""

    path: str
    order: int
    start: int = 0
    end: int | None = None


PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


def pieces(paths: Sequence[str], size: int = 64 << 20) -> list[Piece]:
    """Cuts files into stretches of about ``size`` bytes; packed ones and objects of a store stay whole."""
    result = []
    for order, path in enumerate(paths):
        if "://" in path:
            result.append(Piece(path, order))
            continue
        with open(path, "rb") as file:
            is_packed = file.read(4).startswith(PACKED)
        length = os.path.getsize(path)
        count = 1 if is_packed else max(1, round(length / size))
        cuts = [length * index // count for index in range(count + 1)]
        for index in range(count):
            end = None if index == count - 1 else cuts[index + 1]
            result.append(Piece(path, order, cuts[index], end))
    return result


@dataclasses.dataclass(frozen=True)
class Kernel:
    """A pipeline whose input is counted in parts.

    It can be sent to other machines: they need the program, and the pipeline at the same path, or ``texts`` with it.
    """

    pipeline: str
    window: str | None = None
    overrides: tuple[str, ...] = ()
    #: The program; None for the one that :func:`program` finds where it runs.
    program: str | None = None

    def _command(self, name: str, *words: str) -> list[str]:
        command = [self.program or program(), name, self.pipeline, *words]
        if self.window:
            command += ["--window", self.window]
        for override in self.overrides:
            command += ["--set", override]
        return command

    def describe(self) -> dict[str, Any]:
        """What the pipeline reads and writes, and how its windows are cut. Throws where it has errors."""
        return json.loads(_run(self._command("kernel", "--describe")))

    def count(self, piece: Piece, *words: str) -> bytes:
        """Counts a stretch of a file; gives the partial result."""
        where = ["--input", piece.path, "--order", str(piece.order)]
        if piece.start > 0 or piece.end is not None:
            where += ["--bytes", f"{piece.start}-{'' if piece.end is None else piece.end}"]
        return _run(self._command("kernel", *where, *words))

    def count_rows(self, rows: bytes | Iterable[bytes], partition: str, offset: int = 0, *words: str) -> bytes:
        """Counts whole rows that begin ``offset`` bytes behind the beginning of a file called ``partition``."""
        where = ["--partition", partition, "--offset", str(offset)]
        return _run(self._command("kernel", *where, *words), rows)

    def count_blocks(self, blocks: bytes | Iterable[bytes], partitions: int, *words: str) -> bytes:
        """Counts messages of a topic that has so many partitions, in blocks (see :mod:`hitmon.blocks`)."""
        return _run(self._command("kernel", "--blocks", "--partitions", str(partitions), *words), blocks)

    def merge(self, partials: Iterable[bytes], *words: str) -> bytes:
        """Puts partial results together; gives result messages, one a line, as bytes."""
        with _files(partials) as paths:
            return _run(self._command("merge", *paths, *words))

    def join(self, partials: Iterable[bytes]) -> bytes:
        """Makes one partial result of some."""
        with _files(partials) as paths:
            return _run(self._command("merge", "--partial", *paths))

    def step(self, partials: Iterable[bytes], *words: str) -> tuple[bytes, bytes]:
        """Puts partial results together as far as windows are complete; gives messages and what is left."""
        with _files(partials) as paths:
            rest = paths[0] + ".rest"
            messages = _run(self._command("merge", *paths, "--rest", rest, *words))
            return messages, pathlib.Path(rest).read_bytes()


class _files:
    """Partial results as files, removed afterwards."""

    def __init__(self, partials: Iterable[bytes]) -> None:
        self._partials = partials

    def __enter__(self) -> list[str]:
        shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self._folder = tempfile.TemporaryDirectory(prefix="hitmon-", dir=shared)
        paths = []
        for index, partial in enumerate(self._partials):
            path = os.path.join(self._folder.name, f"part{index}")
            pathlib.Path(path).write_bytes(partial)
            paths.append(path)
        if not paths:
            raise HitmonError("there is no partial result to merge")
        return paths

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def _run(command: Sequence[str], rows: bytes | Iterable[bytes] | None = None) -> bytes:
    """Runs the program; gives what it writes. Warnings of it go to standard error."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if rows is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise HitmonError(f"cannot start {command[0]}: {error.strerror}") from None
    with process:
        feed = None if rows is None else _Feed(process, rows)
        out, err = process.communicate()
        if feed:
            feed.end()
    words = err.decode(errors="replace").strip()
    if process.returncode != 0:
        raise HitmonError(words.removeprefix("error: ") or f"hitmon ended with {process.returncode}")
    if words:
        print(words, file=sys.stderr)
    return out


class _Feed(threading.Thread):
    """Writes rows to the program while what it writes is read."""

    def __init__(self, process: subprocess.Popen[bytes], rows: bytes | Iterable[bytes]) -> None:
        super().__init__(daemon=True)
        self._process, self._pipe = process, process.stdin
        self._rows = (rows,) if isinstance(rows, bytes) else rows
        self._problem: BaseException | None = None
        process.stdin = None  # communicate() leaves it alone
        self.start()

    def run(self) -> None:
        assert self._pipe is not None
        try:
            with self._pipe as pipe:
                for part in self._rows:
                    pipe.write(part)
        except BrokenPipeError:
            pass  # The program ended early, and says why.
        except BaseException as problem:
            self._problem = problem
            self._process.kill()

    def end(self) -> None:
        """Waits until all is written; raises what went wrong with the rows."""
        self.join()
        if self._problem:
            raise self._problem
