"""The rows of the hits as they lie on their topic, and what histograms of them hold."""

import collections
import dataclasses
import re
from collections.abc import Iterable
from typing import Any

import topics

_ROW = re.compile(rb"(\d+),(\d+),(\d+),(\d+)")


@dataclasses.dataclass(frozen=True)
class Row:
    """A well-formed row."""

    partition: int
    offset: int
    kind: int
    channel: int
    clock: int
    mark: int

    @property
    def is_hit(self) -> bool:
        """Whether cleansing keeps it."""
        return self.kind == 1


def parse(record: topics.Record) -> tuple[list[Row], int]:
    """The rows of a message, and how many lines are none."""
    if not record.value:
        return [], 1
    found, malformed = [], 0
    for line in record.value.split(b"\n"):
        match = _ROW.fullmatch(line)
        if match:
            found.append(Row(record.partition, record.offset, *(int(text) for text in match.groups())))
        else:
            malformed += 1
    return found, malformed


class Hits:
    """All rows of the topic."""

    def __init__(self, topic: topics.Topic) -> None:
        self.ends = topic.ends
        self.rows: dict[int, dict[int, list[Row]]] = collections.defaultdict(dict)
        self.malformed: dict[int, dict[int, int]] = collections.defaultdict(dict)
        for record in topic.records:
            rows, malformed = parse(record)
            self.rows[record.partition][record.offset] = rows
            self.malformed[record.partition][record.offset] = malformed

    def all(self) -> list[Row]:
        """All rows."""
        return [row for offsets in self.rows.values() for rows in offsets.values() for row in rows]

    @property
    def malformed_count(self) -> int:
        """How many rows are none."""
        return sum(count for offsets in self.malformed.values() for count in offsets.values())

    @property
    def holes(self) -> int:
        """How many offsets have no message."""
        return sum(end - len(self.rows[partition]) for partition, end in self.ends.items())

    def between(self, partition: int, start: int, end: int) -> tuple[list[Row], int, int]:
        """The rows at these offsets of a partition, the lines that are none, and the offsets without a message."""
        rows: list[Row] = []
        malformed = holes = 0
        offsets = self.rows[partition]
        for offset in range(start, end):
            if offset in offsets:
                rows += offsets[offset]
                malformed += self.malformed[partition][offset]
            else:
                holes += 1
        return rows, malformed, holes


Histograms = dict[str, tuple[float, ...]]


def expected(rows: Iterable[Row], groups: bool) -> Histograms:
    """What the pipeline's histograms hold of these rows; `groups`: also the one of whole groups."""
    channels, marks = [0] * 16, [0] * 4
    active: dict[int, set[int]] = collections.defaultdict(set)
    for row in rows:
        if row.is_hit:
            channels[row.channel] += 1
            # Marks are random: two sets of rows with the same sums are the same rows.
            marks[row.channel // 4] += row.mark
            active[row.clock].add(row.channel)
    found: Histograms = {"channel": tuple(channels), "marks": tuple(marks)}
    if groups:
        counts = collections.Counter(min(len(channels), 9) for channels in active.values())
        found["active"] = tuple(counts[number] for number in range(1, 10))
    return found


def told(message: dict[str, Any], groups: bool) -> Histograms:
    """The same of a result. A histogram that is missing has no rows."""
    found: Histograms = {}
    for name, bins in (("channel", 16), ("marks", 4), *((("active", 8),) if groups else ())):
        histogram = message["histograms"].get(name, {})
        values = tuple(histogram.get("bin_counts", [0] * bins))
        found[name] = (*values, histogram.get("overflow", 0)) if name == "active" else values
    return found
