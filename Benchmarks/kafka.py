"""Everything that is measured with Kafka brokers."""
from pathlib import Path

from brokers import Embedded, Tansu
from latency import RATES as LATENCY_RATES
from latency import latency
from reading import ROWS_PER_MESSAGE, Reading, many_row_messages, one_row_messages
from sending import RATES, Sending, rate_error
from table import Measurement, Section

# So many that the in-process broker, which keeps about 5 MB of each, keeps a million rows.
PARTITIONS = 16


def reading(path: Path, long: Path | None, has_tansu: bool, repeats: int) -> list[Measurement]:
    """Topics with the rows of a file, read by hitmon and by kcat; `long` is for the broker that keeps everything."""
    table = []
    for topic, rows_per_message, measure in [
        ("one", 1, one_row_messages), ("many", ROWS_PER_MESSAGE, many_row_messages)
    ]:
        if has_tansu:
            broker = Tansu()
            try:
                for file in [path, *([long] if long and rows_per_message > 1 else [])]:
                    name = f"{topic}-{file.stem}"
                    broker.fill(name, file, PARTITIONS, rows_per_message)
                    table += measure(Reading(broker, name, file, repeats))
            finally:
                broker.close()
        broker = Embedded(topic, path, partitions=PARTITIONS, rows_per_message=rows_per_message)
        try:
            broker.wait()
            table += measure(Reading(broker, topic, path, repeats))
        finally:
            broker.close()
    return table


def sending(path: Path, has_tansu: bool, repeats: int) -> list[Measurement]:
    """The rows of a file, sent by hitmon and by kcat."""
    brokers = [Tansu] if has_tansu else []
    table = []
    for make in [*brokers, lambda: Embedded("first", path, partitions=1, rows=1)]:
        broker = make()
        try:
            table += Sending(broker, path, PARTITIONS).measure(repeats)
        finally:
            broker.close()
    return table


def measure(path: Path, long: Path | None, repeats: int, is_quick: bool) -> list[Section]:
    """The tables."""
    has_tansu = Tansu.is_there()
    delays = []
    for broker in ([Tansu] if has_tansu else []) + [Embedded]:
        for rate in LATENCY_RATES[1:] if is_quick else LATENCY_RATES:
            delays += latency(broker, rate, *([5] if is_quick else []))
    rates = [rate_error(rate, path) for rate in (RATES[2:3] if is_quick else RATES)]
    best = f"best of {repeats}" if repeats > 1 else "one run"
    return [
        Section("Reading topics", f"to their end; {best}", reading(path, long, has_tansu, repeats), "kcat"),
        Section("Sending to topics", f"a message a row; {best}", sending(path, has_tansu, repeats), "kcat -K"),
        Section("Latency", "from the end of a window to the acknowledgement of its result by the broker", delays),
        Section("Rates", "of the emulator, by the times of its first and its last message", rates),
    ]
