"""Files of results: what they held is whole until something takes its place."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections.abc import Iterable

from hitmon.kernel import HitmonError


class OutputFile:
    """A file of results, or ``-`` for standard output, as the program itself writes them.

    Args:
        path: links are followed.
        append: whether results go behind what the file holds, or replace it when the first are there.
        taken: files that must not be written, by their paths: inputs, and what the pipeline is read from.
    """

    def __init__(self, path: str, append: bool = False, taken: Iterable[str] = ()) -> None:
        self.name = path
        self._append = append
        self._is_new = False
        self._has_begun = False
        self._line_end = b""
        self._path = os.path.realpath(path)
        # Pipes, devices and descriptors take bytes as they come.
        self._is_file = path != "-" and not path.startswith("/dev/") and (
            os.path.isfile(self._path) or not os.path.exists(self._path)
        )
        if path == "-":
            self._file = sys.stdout.buffer
            return
        try:
            self._is_new = self._is_file and not os.path.exists(self._path)
            self._file = open(self._path, "ab" if self._is_file else "wb")
        except OSError as error:
            raise HitmonError(f"cannot write {path}: {(error.strerror or '').lower()}") from None
        if not self._is_file:
            return
        for other in taken:
            if os.path.exists(other) and os.path.samefile(other, self._path):
                raise HitmonError(f"cannot write {path}: it is the same file as {other}, which is read; give another file")
        self._lock()
        if append:
            self._line_end = _line_end(self._path, path)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HitmonError(f"cannot write {self.name}: another program writes to it now") from None
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
            raise HitmonError(f"cannot write {self.name}: {(error.strerror or '').lower()}") from None
        held.close()

    def close(self) -> None:
        if self.name == "-":
            return
        if self._is_new and not self._has_begun:
            os.unlink(self._path)
        elif self._is_file and not self._has_begun and not self._append and os.path.getsize(self._path) > 0:
            print(f"warning: no window was published: {self.name} is as it was before the run", file=sys.stderr)
        self._file.close()


def _line_end(path: str, name: str) -> bytes:
    """The line end that the last message of a file lacks. Throws where the last line is not a message."""
    with open(path, "rb") as file:
        file.seek(max(0, os.path.getsize(path) - 1))
        if file.read() in (b"", b"\n"):
            return b""
        file.seek(0)
        last = b""
        for last in file:
            pass
    try:
        if json.loads(last)["schema"].startswith("hitmon.results/"):
            return b"\n"
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise HitmonError(f"cannot append to {name}: its last line is not a whole message; give another path, or move it away")
