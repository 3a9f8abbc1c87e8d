"""Reading a topic: hitmon with all six products beside kcat, which only prints the messages."""
import re
import tempfile
from pathlib import Path

from brokers import FETCHING, PIPELINE, Embedded, Tansu, kcat
from inputs import count_rows
from measure import PROGRAM, Disagreement, alternate, run
from products import compare, products
from table import Measurement, verdict

TIME_TARGET = 1.15  # of the time that kcat takes
SPEED_TARGET = 10.0  # million rows/s with 500 rows a message
MEMORY_TARGET = 200.0  # MB resident
ROWS_PER_MESSAGE = 500


class Reading:
    """A topic that holds the rows of a file."""

    def __init__(self, broker: Tansu | Embedded, topic: str, path: Path, repeats: int) -> None:
        self.broker = broker
        self.topic = topic
        self.path = path
        self.rows = count_rows(path)
        self.repeats = repeats
        self.environment = {"HITMON_BROKERS": broker.address, "HITMON_TOPIC": topic}
        self.megabytes = 0.0
        self.speeds: list[float] = []
        self.runs = 0

    def hitmon(self, *options: str | Path) -> float:
        """Seconds of one run over the topic."""
        usage = run([PROGRAM, "run", PIPELINE, *options], self.environment)
        self.megabytes = max(self.megabytes, usage.megabytes)
        rows, speed = totals(usage.errors)
        if rows != self.rows:
            raise Disagreement(f"topic {self.topic} on {self.broker.name}: {rows} rows read instead of {self.rows}")
        self.speeds.append(speed)
        return usage.seconds

    def with_results(self) -> float:
        """Seconds of one run that publishes to a new topic."""
        self.runs += 1
        sink = f"[{{kafka: {{brokers: '{self.broker.address}', topic: {self.topic}-results-{self.runs}}}}}]"
        return self.hitmon("--set", f"sinks={sink}")

    def check(self) -> None:
        """Raises Disagreement unless a run over the topic counts what one over the file counts."""
        with tempfile.TemporaryDirectory() as folder:
            found, expected = Path(folder, "topic.jsonl"), Path(folder, "file.jsonl")
            self.hitmon("--results", found)
            run([PROGRAM, "run", PIPELINE, "--input", self.path, "--results", expected, "--quiet"])
            compare(f"topic {self.topic} on {self.broker.name}, against the file", products(found), products(expected))
        self.speeds.clear()

    def kcat(self, settings: dict[str, str] | None = None) -> float:
        """Seconds that kcat takes to print the topic."""
        return kcat("-C", "-e", "-q", "-b", self.broker.address, "-t", self.topic, settings=settings).seconds


def one_row_messages(reading: Reading) -> list[Measurement]:
    """The lines of the table for a topic with one row a message."""
    reading.check()
    best = alternate(
        [reading.kcat, lambda: reading.kcat(FETCHING), reading.with_results, reading.hitmon], reading.repeats, min)
    yardstick = best[1]
    where = f"{reading.rows:,} one-row messages, {reading.broker.name}"
    target = f"at most {TIME_TARGET:g} of kcat: {'met' if best[2] <= TIME_TARGET * yardstick else 'MISSED'}"
    names = [
        ("kcat -C, as it is", ""), ("kcat -C, fetching as hitmon does", ""),
        ("hitmon, all six products, results to a topic", target), ("hitmon, all six products, results nowhere", "")]
    table = [
        Measurement(f"{where}: {name}", seconds, "s", target, f"{seconds / yardstick:.2f}")
        for (name, target), seconds in zip(names, best, strict=True)]
    return table + [memory(where, reading)]


def many_row_messages(reading: Reading) -> list[Measurement]:
    """The lines of the table for a topic with many rows a message."""
    reading.check()
    best = alternate([lambda: reading.kcat(FETCHING), reading.with_results], reading.repeats, min)
    where = f"{reading.rows:,} rows, {ROWS_PER_MESSAGE} a message, {reading.broker.name}"
    speed, wall = max(reading.speeds), reading.rows / best[1] / 1e6
    return [
        Measurement(f"{where}: kcat -C, fetching as hitmon does", reading.rows / best[0] / 1e6, "M rows/s", "", "1.00"),
        Measurement(f"{where}: hitmon as it reports", speed, "M rows/s", verdict(speed, SPEED_TARGET, True)),
        Measurement(f"{where}: hitmon, the whole process", wall, "M rows/s", "", f"{best[1] / best[0]:.2f}"),
        memory(where, reading),
    ]


def memory(where: str, reading: Reading) -> Measurement:
    """The line of the table with the most memory that hitmon took."""
    return Measurement(
        f"{where}: peak memory", reading.megabytes, "MB", verdict(reading.megabytes, MEMORY_TARGET, False))


def totals(errors: str) -> tuple[int, float]:
    """Rows, and million rows/s, of the last line that a run prints."""
    line = re.search(r"windows?: ([\d,]+) rows, .* in .* \(([\d.,]+) ?([kM]?)rows/s\)$", errors, re.MULTILINE)
    if not line:
        raise Disagreement(f"a run printed no totals:\n{errors}")
    scale = {"": 1e-6, "k": 1e-3, "M": 1.0}[line[3]]
    return int(line[1].replace(",", "")), float(line[2].replace(",", "")) * scale
