"""The program itself, as the command ``hitmon`` of the package: ``python -m hitmon run ...`` is the same."""

from __future__ import annotations

import os
import sys

from hitmon.kernel import HitmonError, program


def main() -> None:
    """Becomes the program. Engines that it starts are those of this Python."""
    try:
        path = program()
        if os.path.realpath(path) == os.path.realpath(sys.argv[0]):
            raise HitmonError(
                "this package has no program hitmon: put its path into HITMON, or make the package by `make wheel`")
    except HitmonError as error:
        sys.exit(f"error: {error}")
    os.environ.setdefault("HITMON_PYTHON", sys.executable)
    os.execv(path, [path, *sys.argv[1:]])


if __name__ == "__main__":
    main()
