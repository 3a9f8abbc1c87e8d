"""What a plot more costs: one-dimensional histograms, many of each of twenty columns."""
from pathlib import Path

from measure import PROGRAM, Disagreement, alternate, run
from products import products
from table import Measurement, Section, verdict

SPEED_TARGET = 2.0  # million rows/s of one core, 200 histograms
COST_TARGET = 1.5  # ns a row for one more
MANY, FEWER = 200, 100

# A column that every histogram of it reads, how it is computed (empty: it is there), and its axis.
COLUMNS = [
    ("wire", "", "0 to 64"), ("TDC_CHANNEL", "", "0 to 128"), ("BX_COUNTER", "", "0 to 3564"), ("FPGA", "", "0 to 2"),
    ("TDC_MEAS", "", "0 to 30"), ("time", "", "0 ns to 89100 ns"), ("layer", "wire % 4", "0 to 4"),
    ("cell", "wire // 4", "0 to 16"), ("half", "TDC_CHANNEL // 64", "0 to 3"),
    ("coarse", "BX_COUNTER // 64", "0 to 56"), ("fine", "BX_COUNTER % 64", "0 to 64"),
    ("phase", "BX_COUNTER % 100", "0 to 100"),
    ("slot", "ORBIT_CNT % 1000", "0 to 1000"), ("place", "TDC_CHANNEL + 128 * FPGA", "0 to 256"),
    ("mirrored", "63 - wire", "0 to 64"), ("third", "BX_COUNTER // 3", "0 to 1188"), ("folded", "wire % 16", "0 to 16"),
    ("centred", "time - 44550 ns", "-44550 ns to 44550 ns"), ("scaled", "time * 0.5", "0 ns to 44550 ns"),
    ("ticks", "30 * BX_COUNTER + TDC_MEAS", "0 to 106920"),
]


def pipeline(histograms: int) -> str:
    """The YAML of a pipeline with so many histograms, as many of each column, no two alike."""
    lines = ["pipeline: bench-histograms", "uses: [detectors/minidt]", "window: all", "columns:"]
    lines += [f"  {name}: {expression}" for name, expression, _ in COLUMNS if expression]
    lines.append("histograms:")
    for number in range(histograms):
        name, _, axis = COLUMNS[number % len(COLUMNS)]
        bins = 50 + 7 * (number // len(COLUMNS))
        lines.append(f"  {name}_{bins}: {{of: {name}, bins: {bins} from {axis}}}")
    return "\n".join(lines) + "\n"


def measure(path: Path, rows: int, repeats: int, cache: Path) -> Section:
    """The table."""
    results = cache / "results.jsonl"

    def processor_seconds(histograms: int) -> float:
        file = cache / f"histograms-{histograms}.yaml"
        file.write_text(pipeline(histograms))
        usage = run(
            [PROGRAM, "run", file, "--input", path, "--results", results, "--threads", "1", "--quiet"])
        found = products(results)
        results.unlink()
        if len(found) - 1 != histograms or any(sum(found[key]["bin_counts"]) == 0 for key in found if key != "counts"):
            raise Disagreement(f"{histograms} histograms: {len(found) - 1} came, or one is empty")
        return usage.processor_seconds

    many, fewer = alternate(
        [lambda: processor_seconds(MANY), lambda: processor_seconds(FEWER)], repeats, min)
    speed, cost = rows / many / 1e6, (many - fewer) / (MANY - FEWER) / rows * 1e9
    note = (
        f"{rows:,} text rows, {len(COLUMNS)} columns, one thread; rows per second of the processor, best of {repeats}. "
        f"The cost of one more is the difference between {MANY} and {FEWER}")
    return Section("Many histograms", note, [
        Measurement(f"{FEWER} histograms", rows / fewer / 1e6, "M rows/s"),
        Measurement(f"{MANY} histograms", speed, "M rows/s", verdict(speed, SPEED_TARGET, True)),
        Measurement("one more histogram of a column", cost, "ns a row", verdict(cost, COST_TARGET, False)),
    ])
