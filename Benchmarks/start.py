"""How long the program takes before it is of use: checking a pipeline, and the first row."""
import re
from pathlib import Path

from histograms import pipeline
from measure import IS_QUICK, PROGRAM, ROOT, Usage, alternate, run
from table import Measurement, Section, verdict

MAIN = ROOT / "pipelines/dt-chambers.yaml"
LINT_TARGET = 30.0  # ms
FIRST_ROW_TARGET = 60.0  # ms
LONG_LINT_TARGET = 100.0  # ms
LONG_BYTES = 40_000
REPEATS = 10 if IS_QUICK else 30


def measure(cache: Path) -> Section:
    """The table."""
    row, results, long = cache / "row.txt", cache / "results.jsonl", cache / "long.yaml"
    row.write_text("2,0,5,100,10,3\n")
    # As many histograms as come to so many bytes.
    text = next(text for text in map(pipeline, range(200, 10_000, 20)) if len(text) >= LONG_BYTES)
    # With a bin for each integer: lint has nothing to say, and exits with 0.
    long.write_text(re.sub(r"bins: \d+ from 0 to (\d+)}", r"bins: \1 from 0 to \1}", text))

    def milliseconds(usage: Usage) -> float:
        return usage.seconds * 1000

    lint, first, long_lint = alternate([
        lambda: milliseconds(run([PROGRAM, "lint", MAIN])),
        lambda: milliseconds(run(
            [PROGRAM, "run", MAIN, "--input", row, "--window", "all", "--results", results, "--quiet"])),
        lambda: milliseconds(run([PROGRAM, "lint", long])),
    ], REPEATS, min, quiet=True)
    results.unlink()
    return Section("Start", f"from the start of the program to its end; best of {REPEATS}", [
        Measurement("lint of pipelines/dt-chambers.yaml", lint, "ms", verdict(lint, LINT_TARGET, False)),
        Measurement(
            "run of it over one row, its result written", first, "ms", verdict(first, FIRST_ROW_TARGET, False)),
        Measurement(
            f"lint of {long.stat().st_size / 1000:.0f} kB of YAML", long_lint, "ms",
            verdict(long_lint, LONG_LINT_TARGET, False)),
    ])
