"""The rows that everything is measured with: made once, and kept in the temporary directory."""
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from measure import ROOT, compiled, skip

TELESCOPE = ROOT / ".build/release/Telescope"


def telescope(rows: int, cache: Path) -> Path | None:
    """Rows of the simulated telescope, made unless an earlier run left them; None where they cannot be made."""
    if not TELESCOPE.exists():
        return skip("the telescope file: there is no .build/release/Telescope (leave out --no-build)")
    return made(cache / f"simulated-{rows}.txt", [TELESCOPE, str(rows)])


def later(path: Path, times: int, cache: Path) -> Path | None:
    """A file so many times as long, whose rows go on where those of `path` end; None where there is no C compiler."""
    result = path.with_stem(f"{path.stem}-times-{times}")
    if result.exists():
        return result
    program = compiled(ROOT / "Benchmarks/kernels/later.c", cache)
    if program is None:
        return skip(f"{result.name}: it could not be made")
    print(f"making {result}", file=sys.stderr)
    orbits = [int(line.split(b",")[3]) for line in ends(path)]
    # Rows move in the order of the file: a thousand orbits more are clear of them.
    step = orbits[1] - orbits[0] + 1000
    partial = result.with_suffix(".partial")
    shutil.copyfile(path, partial)
    with partial.open("ab") as out:
        for time in range(1, times):
            subprocess.run([program, path, str(time * step)], stdout=out, check=True)
    partial.rename(result)
    return result


def ends(path: Path) -> tuple[bytes, bytes]:
    """The first and the last row."""
    with path.open("rb") as file:
        next(file)
        first = next(file)
        file.seek(-4096, os.SEEK_END)
        return first, file.read().splitlines()[-1]


def made(result: Path, command: list[str | Path]) -> Path:
    """A file with what a program prints; made unless an earlier run left it."""
    if not result.exists():
        print(f"making {result}", file=sys.stderr)
        partial = result.with_suffix(".partial")
        with partial.open("wb") as out:
            subprocess.run([str(word) for word in command], stdout=out, check=True)
        partial.rename(result)
    return result


def count_rows(path: Path) -> int:
    """Lines of a file without its header, read in pieces."""
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b"")) - 1


def without_header(path: Path) -> Path:
    """The rows alone, as kcat is to send them."""
    return derived(path, "rows", lambda line: line)


def keyed(path: Path) -> Path:
    """The rows with their key before them, `ORBIT_CNT|row`, as `kcat -K '|'` takes them."""
    return derived(path, "keyed", lambda line: line.split(b",")[3] + b"|" + line)


def derived(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """A file with each row of `path` changed, without the header; made unless an earlier run left it."""
    result = path.with_stem(f"{path.stem}-{name}")
    if result.exists():
        return result
    partial = result.with_suffix(".partial")
    with path.open("rb") as rows, partial.open("wb") as out:
        next(rows)
        out.writelines(map(change, rows))
    partial.rename(result)
    return result
