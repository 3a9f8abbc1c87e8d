"""Expressions over columns, beside the same loops in C."""
import math
from pathlib import Path

from engine import built, kernels
from measure import IS_QUICK, ROOT, Disagreement, compiled, run, skip
from table import Measurement, Section, verdict

TIME_TARGET = 2.0  # of the time of the loop in C
# As a pipeline has them; the loops of kernels/expressions.c in the same order.
EXPRESSIONS = [
    "25 * BX_COUNTER + 25 / 30 * TDC_MEAS",
    "TDC_CHANNEL % 4 * 16 + TDC_CHANNEL // 4",
    "TDC_CHANNEL in 64..127 and FPGA == 0 and BX_COUNTER % 100 < 50",
    "if(TDC_CHANNEL > 63, TDC_CHANNEL - 64, TDC_CHANNEL) * 2 + FPGA",
    "ORBIT_CNT % 1000 * 3564 + BX_COUNTER",
    "sqrt(x * x + y * y)",
]
ROUNDS = 100
REPEATS = 2 if IS_QUICK else 5


def expressions(cache: Path) -> list[Section]:
    """The table; nothing without a C compiler."""
    program = compiled(ROOT / "Benchmarks/kernels/expressions.c", cache, "-Wall")
    if program is None:
        skip("expressions: there are no loops in C to compare with")
        return []
    built()
    least = [[math.inf, math.inf] for _ in EXPRESSIONS]
    for _ in range(REPEATS):
        loops = [line.split("\t") for line in run([program, str(ROUNDS)]).output.splitlines()]
        ours = [line.split("\t")[1:] for line in kernels("time", str(ROUNDS), *EXPRESSIONS).splitlines()]
        for index, (loop, own) in enumerate(zip(loops, ours, strict=True)):
            if not math.isclose(float(loop[1]), float(own[1]), rel_tol=1e-9):
                raise Disagreement(f"{EXPRESSIONS[index]}: the sum is {own[1]} instead of {loop[1]}")
            least[index] = [min(least[index][0], float(loop[0])), min(least[index][1], float(own[0]))]
    rows = [
        Measurement(name, own, "ns a row", verdict(own / loop, TIME_TARGET, False, " of C"), f"{own / loop:.2f}")
        for name, (loop, own) in zip(EXPRESSIONS, least, strict=True)]
    note = "batches of 4096 rows in the cache; the loop in C with -O3 -march=native; the least of many runs"
    return [Section("Expressions", note, rows, "C")]
