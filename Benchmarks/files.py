"""Everything that is measured over files: what is taken from where, and in which order."""
from pathlib import Path

import formats
import histograms
import memory
import peers
import start
from expressions import expressions
from inputs import count_rows, telescope
from measure import IS_QUICK
from speed import Speed, compiled_reference
from table import Section

ROWS = 1_000_000 if IS_QUICK else 10_000_000
# The targets are for files of so many rows: what a run does once weighs more in a shorter one.
TARGET_ROWS = 10_000_000
# Of a run that takes long with few rows.
FEW_ROWS = 1_000_000


def measure(repeats: int, cache: Path) -> list[Section]:
    """The tables."""
    sections = []
    if path := telescope(ROWS, cache):
        # Reading it once puts it into the page cache: the disk is not what is measured.
        rows = count_rows(path)
        speed = Speed(path, rows, repeats, cache, has_targets=rows >= TARGET_ROWS * 0.99)
        sections.append(speed.measure(compiled_reference(cache)))
        if not IS_QUICK:
            sections += peers.measure(path, rows, speed.best_with_two_threads, cache)
        sections.append(formats.measure(speed))
    if few := telescope(FEW_ROWS, cache):
        sections.append(histograms.measure(few, count_rows(few), repeats, cache))
    sections += memory.measure(ROWS, cache)
    sections.append(start.measure(cache))
    sections += expressions(cache)
    return sections
