"""Counting in parts with the program ``hitmon``: its ``kernel`` and ``merge`` commands, and nothing else."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any


class HitmonError(RuntimeError):
    """What the program said when it failed: trying again is of no use."""


class Died(RuntimeError):
    """The program was killed, by a signal or for want of memory: another try may go well."""


def program() -> str:
    """The program: ``$HITMON``, the one in this package, built in a folder that this package is in, or on the PATH."""
    named = os.environ.get("HITMON")
    if named and os.access(named, os.X_OK):
        return named
    here = pathlib.Path(__file__).resolve()
    for path in (
        here.parent / "bin/hitmon",
        *(folder / ".build/release/hitmon" for folder in here.parents),
        *(folder / ".build/debug/hitmon" for folder in here.parents),
        # Executors run a copy of this package, beside one that was installed with the program.
        *(pathlib.Path(folder) / "hitmon/bin/hitmon" for folder in sys.path),
    ):
        if os.access(path, os.X_OK) and path.is_file():
            return str(path)
    found = shutil.which("hitmon")
    if found:
        return found
    raise HitmonError("there is no program hitmon: put it on the PATH, or its path into HITMON")


@dataclasses.dataclass(frozen=True)
class Input:
    """A file or an object, and its bytes; None where nobody knows them."""

    name: str
    size: int | None
    #: The header line of the first file of the input, where it has one.
    header: str | None = None

    @property
    def is_object(self) -> bool:
        """Whether it lies in a store."""
        return "://" in self.name


@dataclasses.dataclass(frozen=True)
class Piece:
    """A stretch of a file: the rows that begin in its bytes; ``end`` None for all to the end. ``more`` are files that
    follow on it, all as a whole."""

    path: str
    order: int
    start: int = 0
    end: int | None = None
    more: tuple[str, ...] = ()
    #: The header line of the input's first file, for files that have none.
    header: str | None = None


#: What a partial result begins with.
MAGIC = b"HITMONP"
PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
#: A command line takes so many names.
MOST_NAMES = 1000


def pieces(inputs: Sequence[str | Input], size: int = 128 << 20) -> list[Piece]:
    """Cuts an input into pieces of about ``size`` bytes: large files into stretches, small ones together. Packed files
    and objects of a store stay whole."""
    result: list[Piece] = []
    held: list[str] = []
    held_bytes = 0
    header = next((one.header for one in inputs if isinstance(one, Input)), None)

    def give_out(behind: int) -> None:
        nonlocal held_bytes
        if held:
            result.append(Piece(held[0], behind - len(held), more=tuple(held[1:]), header=header))
        held.clear()
        held_bytes = 0

    for order, given in enumerate(inputs):
        one = given if isinstance(given, Input) else Input(given, None if "://" in given else os.path.getsize(given))
        length = size if one.size is None else one.size
        count = 1 if one.is_object else max(1, round(length / size))
        if count > 1:
            with open(one.name, "rb") as file:
                count = 1 if file.read(4).startswith(PACKED) else count
        if count > 1 or held_bytes + length > size or len(held) == MOST_NAMES:
            give_out(order)
        if count == 1:
            held.append(one.name)
            held_bytes += length
            continue
        cuts = [length * index // count for index in range(count + 1)]
        for index in range(count):
            end = None if index == count - 1 else cuts[index + 1]
            result.append(Piece(one.name, order, cuts[index], end, header=header))
    give_out(len(inputs))
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
    #: The declared source whose files are counted; None for files that the user names.
    source: str | None = None
    #: The version of the driver's program, and the fingerprint that the pipeline has there: a worker has the same.
    expected: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        # Workers have other folders of their own.
        object.__setattr__(self, "pipeline", os.path.abspath(self.pipeline))

    def _command(self, name: str, *words: str) -> list[str]:
        command = [self.program or program(), name, self.pipeline, *words]
        if self.window:
            command += ["--window", self.window]
        for override in self.overrides:
            command += ["--set", override]
        return command

    def describe(self, inputs: Sequence[str] = ()) -> dict[str, Any]:
        """What the pipeline reads and writes, and how its windows are cut. Throws where it has errors. With ``inputs``,
        or a declared source of files, also the files and objects that they stand for."""
        text = _run(self._command("kernel", "--describe", *self._where(inputs)))
        try:
            about = json.loads(text)
        except ValueError:
            about = None
        if not isinstance(about, dict):
            raise HitmonError(f"{self._place()} does not describe the pipeline: is it a program hitmon?")
        return about

    def agreed(self) -> Kernel:
        """The same, for workers that must have the program and the pipeline of this machine."""
        about = self.describe()
        return dataclasses.replace(self, expected=(about.get("version", ""), about["fingerprint"]))

    def _place(self) -> str:
        return f"{self.program or program()} on {socket.gethostname()}"

    def _partial(self, *words: str, rows: bytes | Iterable[bytes] | None = None) -> bytes:
        """What the program writes, which must be a partial result of the pipeline that the driver has."""
        if self.expected:
            _check(self)
        partial = _run(self._command(*words), rows)
        if not partial.startswith(MAGIC):
            what = "no partial result" if partial else "nothing"
            raise HitmonError(f"{self._place()} wrote {what} in place of a partial result: is it the driver's hitmon?")
        return partial

    def inputs(self, words: Sequence[str] = ()) -> list[Input]:
        """The files and objects that the user's words stand for, or those of the declared source."""
        said = self.describe(words)
        header = said.get("header")
        found = [Input(one["name"], one.get("bytes"), header) for one in said["inputs"]]
        for one in found:
            if one.size is None:
                raise HitmonError(f"engines read files and objects, and {one.name} is neither")
        # As the pipeline's.
        return [one if one.is_object else Input(os.path.abspath(one.name), one.size, header) for one in found]

    def _where(self, inputs: Sequence[str]) -> list[str]:
        return [*(["--input", *inputs] if inputs else []), *(["--source", self.source] if self.source else [])]

    def count(self, piece: Piece, *words: str) -> bytes:
        """Counts a piece of the input; gives the partial result."""
        where = [*self._where([piece.path, *piece.more]), "--order", str(piece.order)]
        if piece.start > 0 or piece.end is not None:
            where += ["--bytes", f"{piece.start}-{'' if piece.end is None else piece.end}"]
        if piece.header is not None:
            where.append(f"--header={piece.header}")
        return self._partial("kernel", *where, *words)

    def count_rows(self, rows: bytes | Iterable[bytes], partition: str, offset: int = 0, *words: str) -> bytes:
        """Counts whole rows that begin ``offset`` bytes behind the beginning of a file called ``partition``."""
        where = ["--partition", partition, "--offset", str(offset)]
        return self._partial("kernel", *where, *words, rows=rows)

    def count_blocks(self, blocks: bytes | Iterable[bytes], partitions: int, *words: str) -> bytes:
        """Counts messages of a topic that has so many partitions, in blocks (see :mod:`hitmon.blocks`)."""
        return self._partial("kernel", "--blocks", "--partitions", str(partitions), *words, rows=blocks)

    def merge(self, partials: Iterable[bytes], *words: str) -> bytes:
        """Puts partial results together; gives result messages, one a line, as bytes."""
        with _files(partials) as paths:
            return _run(self._command("merge", *paths, *words))

    def join(self, partials: Iterable[bytes]) -> bytes:
        """Makes one partial result of some."""
        with _files(partials) as paths:
            return self._partial("merge", "--partial", *paths)

    def step(self, partials: Iterable[bytes], *words: str) -> tuple[bytes, bytes]:
        """Puts partial results together as far as windows are complete; gives messages and what is left."""
        with _files(partials) as paths:
            rest = paths[0] + ".rest"
            messages = _run(self._command("merge", *paths, "--rest", rest, *words))
            return messages, pathlib.Path(rest).read_bytes()


@functools.lru_cache(maxsize=64)
def _check(kernel: Kernel) -> None:
    """Whether this machine counts as the driver does; asked once in a process."""
    assert kernel.expected is not None
    version, fingerprint = kernel.expected
    about = kernel.describe()
    if about.get("version", "") != version:
        raise HitmonError(
            f"{kernel._place()} is hitmon {about.get('version') or 'of an older version'}, and the driver's is "
            f"{version}: install the same on all machines")
    if about["fingerprint"] != fingerprint:
        raise HitmonError(
            f"{kernel.pipeline} on {socket.gethostname()} is another pipeline than the driver's, or its plugins are: "
            f"fingerprint {about['fingerprint']}, not {fingerprint}")


def settled(count: Callable[[], bytes]) -> bytes | HitmonError:
    """What a task came to. Errors that another try would not mend are handed back, not raised: engines would try again,
    and tell of the worker's stack instead of what is wrong."""
    try:
        return count()
    except HitmonError as error:
        return error


def whole(outcomes: Iterable[bytes | HitmonError]) -> list[bytes]:
    """The partial results of tasks; raises what went wrong with the first that has none."""
    found = []
    for outcome in outcomes:
        if isinstance(outcome, HitmonError):
            raise outcome
        found.append(outcome)
    return found


def shown(text: object, keep: str = "") -> str:
    """Text for a terminal: control characters in users' names are shown as escapes, as the program does."""
    return "".join(
        one if one in keep or unicodedata.category(one) not in ("Cc", "Zl", "Zp") and one not in TURNING
        else f"\\u{{{ord(one):X}}}"
        for one in str(text))


#: Characters that turn the direction of text round.
TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class _files:
    """Partial results as files, removed afterwards."""

    def __init__(self, partials: Iterable[bytes]) -> None:
        self._partials = partials

    def __enter__(self) -> list[str]:
        shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self._folder = tempfile.TemporaryDirectory(prefix="hitmon-", dir=shared)
        paths = []
        for index, partial in enumerate(self._partials):
            if not partial.startswith(MAGIC):
                raise HitmonError(f"part {index} of the input has no partial result: its program wrote none")
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
    if process.returncode < 0:
        raise Died(f"hitmon was ended by signal {-process.returncode}")
    # 3: all is done, and none of the rows could be decoded, which the words say.
    if process.returncode not in (0, 3):
        raise HitmonError(words.removeprefix("error: ") or f"hitmon ended with {process.returncode}")
    if words:
        print(shown(words, keep="\n\t"), file=sys.stderr)
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
