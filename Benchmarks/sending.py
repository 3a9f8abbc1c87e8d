"""Sending rows to a topic: hitmon emulate beside kcat, and how well it keeps a rate."""
import itertools
import os
import subprocess
from pathlib import Path

from brokers import Embedded, Tansu, emulate_command, kcat, kcat_command, kcat_environment
from inputs import keyed, without_header
from measure import ROOT, alternate, run
from table import Measurement, verdict

RATES = [10, 1_000, 100_000, 500_000]
RATE_SECONDS = 10
RATE_TARGET = 1.0  # percent
MEMORY_TARGET = 200.0  # MB resident


class Sending:
    """A file's rows to new topics of a broker, one message a row."""

    def __init__(self, broker: Tansu | Embedded, path: Path, partitions: int) -> None:
        self.broker = broker
        self.path = path
        self.partitions = partitions
        self.topics = itertools.count(1)
        self.megabytes = 0.0

    def hitmon(self) -> float:
        """Seconds that the emulator takes for the whole file."""
        usage = run(emulate_command(self.broker.address, self.topic(), self.path, partitions=self.partitions))
        self.megabytes = max(self.megabytes, usage.megabytes)
        return usage.seconds

    def kcat(self, path: Path, *options: str) -> float:
        """Seconds that kcat takes for the same rows."""
        return kcat("-P", "-b", self.broker.address, "-t", self.topic(), *options, "-l", path).seconds

    def topic(self) -> str:
        """A topic that nobody has written to."""
        name = f"sent-{next(self.topics)}"
        self.broker.create(name, self.partitions)
        return name

    def measure(self, repeats: int) -> list[Measurement]:
        """The lines of the table."""
        rows, keys = without_header(self.path), keyed(self.path)
        best = alternate(
            [lambda: self.kcat(rows), lambda: self.kcat(keys, "-K", "|"), self.hitmon], repeats, min)
        where = f"sending 1,000,000 one-row messages, {self.broker.name}"
        target = f"at most 1 of kcat -K: {'met' if best[2] <= best[1] else 'MISSED'}"
        names = [("kcat -P", ""), ("kcat -P -K, with keys", ""), ("hitmon emulate --rate max, with keys", target)]
        table = [
            Measurement(f"{where}: {name}", seconds, "s", target, f"{seconds / best[1]:.2f}")
            for (name, target), seconds in zip(names, best, strict=True)]
        table.append(
            Measurement(
                f"{where}: peak memory of hitmon emulate", self.megabytes, "MB",
                verdict(self.megabytes, MEMORY_TARGET, False)))
        return table


def rate_error(rate: int, path: Path) -> Measurement:
    """How far the emulator is from a rate, by the times that stand in the messages of the first and the last row."""
    rows = rate * RATE_SECONDS
    # Partitions enough for the broker to keep them all.
    partitions = max(4, rows // 60_000)
    broker = Embedded("rates", path, partitions=partitions, rate=str(rate), rows=rows)
    try:
        broker.wait()
        count, first, last = times(broker.address, "rates")
    finally:
        broker.close()
    if count != rows:
        raise RuntimeError(f"{count} messages instead of {rows} at {rate} rows/s")
    measured = (rows - 1) / ((last - first) / 1000)
    percent = abs(measured / rate - 1) * 100
    return Measurement(
        f"emulate --rate {rate}: off over {RATE_SECONDS} s", percent, "%", verdict(percent, RATE_TARGET, False))


def times(address: str, topic: str) -> tuple[int, int, int]:
    """How many messages a topic holds, and when the first and the last were written, in milliseconds since 1970."""
    command = kcat_command("-C", "-e", "-q", "-b", address, "-t", topic, "-f", "%T\n")
    count, first, last = 0, 1 << 62, 0
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT,
        env=os.environ | kcat_environment()
    ) as process:
        for line in process.stdout:
            time = int(line)
            count += 1
            first, last = min(first, time), max(last, time)
    return count, first, last
