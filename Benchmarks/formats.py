"""The rows of a text file in other forms: binary words, and compressed text beside the programs that only unpack it."""
from pathlib import Path

from inputs import made
from measure import ROOT, alternate, compiled, run, skip
from speed import REQUIRED, Speed
from table import Measurement, Section

WORDS = ROOT / "Benchmarks/pipelines/words.yaml"
WORDS_TARGET = 60.0  # million words/s, one thread
UNPACKING_TARGET = 0.9  # of the speed of unpacking alone
PACKERS = {"gzip": (".gz", "zcat"), "zstd": (".zst", "zstdcat")}


def measure(speed: Speed) -> Section:
    """The table."""
    candidates, rows = [], []
    if words := words_file(speed):
        candidates.append(lambda: speed.processor_rate(speed.hitmon(WORDS, 1, words)))
        rows.append("64-bit words, products 1-4, one thread")
    packed = {packer: packed_file(speed.path, packer) for packer in PACKERS}
    for packer, path in packed.items():
        unpack = PACKERS[packer][1]
        candidates += [
            lambda path=path, unpack=unpack: speed.rate(run([unpack, path], keeps_output=False)),
            lambda path=path: speed.rate(speed.hitmon(REQUIRED, None, path))]
        rows += [f"{unpack} to /dev/null", f"{packer} text, products 1-4, both threads"]
    table, unpacking = [], 0.0
    for name, value in zip(rows, alternate(candidates, speed.repeats), strict=True):
        if name.endswith("/dev/null"):
            unpacking = value
            table.append(Measurement(name, value, "M rows/s", "", "1.00"))
        elif name.startswith("64-bit"):
            table.append(Measurement(name, value, "M words/s", speed.goal(value, WORDS_TARGET)))
        else:
            goal = speed.goal(value / unpacking, UNPACKING_TARGET, " of unpacking")
            table.append(Measurement(name, value, "M rows/s", goal, f"{value / unpacking:.2f}"))
    note = (
        f"the same {speed.rows:,} rows as words and as compressed text; best of {speed.repeats}. Words by seconds of "
        "the processor, the others by the clock")
    return Section("Words and compressed text", note, table, "unpacking")


def words_file(speed: Speed) -> Path | None:
    """The rows as words of the DAQ; None where there is no C compiler to make them."""
    program = compiled(ROOT / "Benchmarks/kernels/words.c", speed.cache)
    if program is None:
        return skip("words: they could not be made")
    return made(speed.path.with_suffix(".dat"), [program, speed.path])


def packed_file(path: Path, packer: str) -> Path:
    """The text, compressed as the program does it by itself."""
    return made(Path(f"{path}{PACKERS[packer][0]}"), [packer, "-c", path])
