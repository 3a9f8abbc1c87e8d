"""From the end of a window to the acknowledgement of its result, while rows come at a rate."""
import re
import time

from brokers import Embedded, Process, Tansu, emulate_command
from measure import PROGRAM, ROOT
from table import Measurement, verdict

PIPELINE = ROOT / "Benchmarks/pipelines/latency.yaml"
RATES = [1_000, 100_000]
LATENCY_TARGET = 50.0  # ms
MEMORY_TARGET = 200.0  # MB resident
# Of a second each.
WINDOWS = 25
PARTITIONS = 4


def latency(broker: type[Tansu] | type[Embedded], rate: int, windows: int = WINDOWS) -> list[Measurement]:
    """The lines of the table for a rate of the simulated telescope."""
    rows = rate * (windows + 5)
    if broker is Embedded:
        held = Embedded("hits", None, partitions=PARTITIONS, rate=str(rate), rows=rows)
        emulator = held.process
    else:
        held = Tansu()
        held.create("hits", PARTITIONS)
        emulator = Process(
            emulate_command(held.address, "hits", None, partitions=PARTITIONS, rate=str(rate), rows=rows))
    try:
        run = Process([PROGRAM, "run", PIPELINE], {"HITMON_BROKERS": held.address, "HITMON_TOPIC": "hits"})
        time.sleep(windows + 1.5)
        megabytes = run.end()
        said = run.said()
        if emulator is not held.process:
            emulator.end()
    finally:
        held.close()
    found = re.search(r"acknowledgement: p50 ([\d.]+) (µs|ms|s), p99 ([\d.]+) (µs|ms|s)", said)
    if not found:
        raise RuntimeError(f"hitmon printed no latency:\n{said}")
    scale = {"µs": 1e-3, "ms": 1.0, "s": 1e3}
    half, most = float(found[1]) * scale[found[2]], float(found[3]) * scale[found[4]]
    where = f"{rate:,} rows/s, {windows} windows of 1 s, {broker.name}"
    return [
        Measurement(f"{where}: latency, p50", half, "ms"),
        Measurement(f"{where}: latency, p99", most, "ms", verdict(most, LATENCY_TARGET, False)),
        Measurement(f"{where}: peak memory", megabytes, "MB", verdict(megabytes, MEMORY_TARGET, False)),
    ]
