"""Files of results: what they held is whole until something takes its place."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import sys
from collections.abc import Iterable
from typing import BinaryIO

from hitmon.kernel import HitmonError


class OutputFile:
    """A file of results, or ``-`` for standard output, as the program itself writes them.

    Args:
        path: links are followed.
        append: whether results go behind what the file holds, or replace it when the first are there.
        taken: files that must not be written, by their paths: inputs, and what the pipeline is read from.
        written: the other files that the run writes.
    """

    def __init__(
        self, path: str, append: bool = False, taken: Iterable[str] = (), written: Iterable[OutputFile] = ()
    ) -> None:
        self.name = "standard output" if path == "-" else path
        self._append = append
        self._is_new = False
        self._has_begun = False
        self._line_end = b""
        self._path = ""
        #: Pipes, devices and descriptors take bytes as they come.
        self._is_file = False
        self._is_owned = path != "-"
        try:
            self._file = sys.stdout.buffer if path == "-" else self._open(path)
        except OSError as error:
            raise self._failure((error.strerror or "").lower()) from None
        try:
            self._check(taken, written)
            if not self._is_file:
                return
            self._lock()
            if append:
                self._line_end = _line_end(self._path, path)
        except HitmonError:
            if self._is_owned:
                self._file.close()
            raise

    def _failure(self, words: str) -> HitmonError:
        return HitmonError(f"cannot write {self.name}: {words}")

    def _open(self, path: str) -> BinaryIO:
        place = _place(path)
        if isinstance(place, int):
            # Opened by such a name, a file would be written from its start, and a pipe has no name of its own.
            return open(_writable(place), "wb")
        try:
            mode = os.stat(place).st_mode
        except FileNotFoundError:
            self._is_new = True
        else:
            if stat.S_ISBLK(mode):
                raise self._failure("it is a disk, not a file")
            if not stat.S_ISREG(mode):
                return open(place, "wb")
        self._is_file = True
        self._path = os.path.realpath(place)
        return open(self._path, "ab")

    def _identity(self) -> os.stat_result | None:
        """Terminals, devices such as /dev/null and sockets have none: they may be read and written at once."""
        try:
            status = os.fstat(self._file.fileno())
        except (OSError, ValueError):
            return None  # The standard output of a notebook.
        return None if stat.S_ISCHR(status.st_mode) or stat.S_ISSOCK(status.st_mode) else status

    def _check(self, taken: Iterable[str], written: Iterable[OutputFile]) -> None:
        mine = self._identity()
        if mine is None:
            return
        for other in taken:
            if os.path.exists(other) and os.path.samestat(os.stat(other), mine):
                raise self._failure(f"it is the same file as {other}, which is read; give another file")
        for file in written:
            its = file._identity()
            if its is None or not os.path.samestat(its, mine):
                continue
            if file.name == self.name:
                raise self._failure(
                    "it is written already, by a sink of the pipeline or another option; give another file")
            raise self._failure(f"it is the same file as {file.name}, which is written already; give another file")

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._failure("another program writes to it now") from None
        except OSError:
            pass  # A file system without locks.

    def write(self, lines: bytes) -> None:
        """Writes whole lines. They are in the file when this returns."""
        if not self._has_begun and self._is_file:
            self._begin(lines)
        else:
            self._file.write(lines)
            self._file.flush()
        self._has_begun = True

    def _begin(self, lines: bytes) -> None:
        folder, name = os.path.split(self._path)
        if self._append or os.path.getsize(self._path) == 0 or not os.access(folder, os.W_OK | os.X_OK):
            if not self._append:
                self._file.truncate(0)
            self._file.write(self._line_end + lines)
            self._file.flush()
            return
        draft = os.path.join(folder, f".{name[:200]}.{os.getpid()}.draft")
        held = self._file
        mode = os.fstat(held.fileno()).st_mode & 0o7777
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            self._file = open(os.open(draft, flags, mode), "ab")
            os.fchmod(self._file.fileno(), mode)
            self._lock()
            self._file.write(lines)
            self._file.flush()
            os.fsync(self._file.fileno())
            os.replace(draft, self._path)
        except OSError as error:
            if os.path.lexists(draft) and self._file is not held:
                os.unlink(draft)
            self._file = held
            raise self._failure((error.strerror or "").lower()) from None
        held.close()

    def close(self) -> None:
        if not self._is_owned:
            return
        if self._is_new and not self._has_begun:
            os.unlink(self._path)
        elif self._is_file and not self._has_begun and not self._append and os.path.getsize(self._path) > 0:
            print(f"warning: no window was published: {self.name} is as it was before the run", file=sys.stderr)
        self._file.close()


def _place(path: str) -> int | str:
    """The descriptor that a path stands for, or the name that its links lead to; no file need be there."""
    # As many links as the system itself follows.
    for _ in range(40):
        number = _descriptor(path)
        if number is not None:
            return number
        if not os.path.islink(path):
            return path
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _descriptor(path: str) -> int | None:
    named = {"/dev/stdout": 1, "/dev/stderr": 2}
    if path in named:
        return named[path]
    folder, number = os.path.split(path)
    return int(number) if folder in ("/dev/fd", "/proc/self/fd") and number.isdecimal() else None


def _writable(number: int) -> int:
    """A descriptor of its own for what another one writes to: the two have one place in the file."""
    if fcntl.fcntl(number, fcntl.F_GETFL) & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR) == os.O_RDONLY:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return os.dup(number)


def _line_end(path: str, name: str) -> bytes:
    """The line end that the last message of a file lacks. Throws where the last line is not a message."""
    with open(path, "rb") as file:
        file.seek(max(0, os.path.getsize(path) - 1))
        if file.read() in (b"", b"\n"):
            return b""
        file.seek(0)
        last = b""
        for line in file:
            last = line
    try:
        if json.loads(last)["schema"].startswith("hitmon.results/"):
            return b"\n"
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise HitmonError(
        f"cannot append to {name}: its last line is not a whole message; give another path, or move it away")
